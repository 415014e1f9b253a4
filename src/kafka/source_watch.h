// SPDX-License-Identifier: Apache-2.0
//
// What there is in Kafka for a subscription, seen from beside the query: for those who watch it. Has a
// client of its own, so it sees what happens while the query waits, and never holds the query up.
//
//   SLUICE_ASSIGN_OR_RETURN(auto watch, OpenSourceWatch(options));
//   SLUICE_ASSIGN_OR_RETURN(SourceView view, watch->Look(stop));
//   view.topics.at("dev_topic")          // false: not there, or this user may not see it
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/source_options.h"

namespace sluice::kafka {

struct SourceView {
  // Whether each subscribed topic can be read. Of a pattern: the topics that match it now.
  std::map<std::string, bool> topics;
  OffsetMap latest;  // ends of the partitions, as Source::LatestOffsets() has them
};

// One thread at a time.
class SourceWatch {
 public:
  virtual ~SourceWatch() = default;
  // Retry error while no broker answers, Stop if none will.
  virtual Result<SourceView> Look(const std::stop_token& stop) = 0;
};

// Topics that are subscribed to by name; the pattern itself if it is one.
std::vector<std::string> SubscribedNames(const SourceOptions& options);

// Errors as OpenKafkaSource; waits for no broker.
Result<std::unique_ptr<SourceWatch>> OpenSourceWatch(const SourceOptions& options);

}  // namespace sluice::kafka
