// SPDX-License-Identifier: Apache-2.0
//
// What the cluster says of the topics of a configuration: everything that the checks of broker, topic,
// rights, offsets and clock judge, asked once. Reads only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "doctor/broker_check.h"
#include "kafka/cluster_lookup.h"
#include "kafka/source_options.h"

namespace sluice::doctor {

struct RecordSeen {
  int64_t timestamp_ms = -1;  // -1: it has none
  int64_t bytes = 0;          // of its value
  bool by_producer = true;    // the timestamp is the producer's, not the broker's
};

// Each Status is of one question; what comes after one that failed was not asked.
struct ClusterLook {
  BrokerLook broker;
  std::vector<std::string> known_topics;  // all that this user may see

  std::string subscription;  // "Subscribe[dev_topic]"
  Status described;
  std::set<TopicPartition> partitions;
  std::set<std::string> missing_topics;
  std::set<TopicPartition> missing_partitions;  // of assign

  Status listed;  // offsets
  std::map<TopicPartition, kafka::AvailableRange> ranges;
  std::optional<std::set<std::string>> allowed;  // on all of the topics; unset if it is not told
  int64_t max_message_bytes = -1;                // a producer's topic; -1: not told

  Status read;  // of a record
  std::optional<RecordSeen> oldest;
  std::optional<RecordSeen> newest;

  std::set<std::string> topics() const;
  // Offsets between the ends of all partitions.
  int64_t records() const;
};

// Ends early when `stop` is asked for.
ClusterLook LookForJob(const kafka::SourceOptions& source, const std::stop_token& stop);
ClusterLook LookForProducer(const std::map<std::string, std::string>& client,
                            const std::string& topic, const std::stop_token& stop);

}  // namespace sluice::doctor
