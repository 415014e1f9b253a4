// SPDX-License-Identifier: Apache-2.0
//
// Which partitions a subscription means right now: subscribe, subscribePattern or assign.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/cluster_lookup.h"
#include "kafka/source_options.h"
#include "kafka/topic_ids.h"
#include "kafka/topic_pattern.h"

namespace sluice::kafka {

struct Assignment {
  std::set<TopicPartition> partitions;   // that exist
  std::set<TopicPartition> missing;      // of assign: the topic exists, the partition does not
  std::set<std::string> missing_topics;  // of subscribe and assign
  // Topics whose id is not the one known so far, with the id that they have now.
  std::map<std::string, std::string> recreated;
};

// Thread-safe.
class TopicAssignment {
 public:
  static Result<TopicAssignment> Make(const SourceOptions& options);
  Result<Assignment> Now(ClusterLookup& lookup, TopicIds& ids, const std::stop_token& stop) const;
  // Those subscribed to by name; of a pattern, those that match it now.
  Result<std::vector<std::string>> Topics(ClusterLookup& lookup, const std::stop_token& stop) const;
  bool Covers(const TopicPartition& partition) const;
  // Spark's name for it: "Subscribe[a, b]".
  std::string ToString() const;

 private:
  TopicAssignment(decltype(SourceOptions::subscription) subscription,
                  std::optional<TopicPattern> pattern)
      : subscription_(std::move(subscription)), pattern_(std::move(pattern)) {}

  decltype(SourceOptions::subscription) subscription_;
  std::optional<TopicPattern> pattern_;
};

}  // namespace sluice::kafka
