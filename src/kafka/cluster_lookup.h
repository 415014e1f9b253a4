// SPDX-License-Identifier: Apache-2.0
//
// Questions to the cluster: which topics, which partitions, which offsets. Each waits for the answer,
// the stop token, or its time limit; an unreachable cluster is given up early with a Retry error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "core/result.h"
#include "kafka/client.h"

namespace sluice::kafka {

// A topic as the cluster knows it now.
struct TopicState {
  std::string
      id;  // changes when the topic is deleted and created again; empty if the broker has none
  std::vector<PartitionId> partitions;
};

struct TopicAnswer {
  TopicState state;
  Status problem;
};

// What to ask about a partition: kEarliest, kLatest, or a timestamp in ms (>= 0): the first offset
// whose record is not older.
inline constexpr int64_t kAskEarliest = -2;
inline constexpr int64_t kAskLatest = -1;
using OffsetQuestions = std::map<TopicPartition, int64_t>;

struct OffsetAnswer {
  Offset offset{-1};  // -1: no record is as young as the timestamp
  int error = 0;      // rd_kafka_resp_err_t
};
using OffsetAnswers = std::map<TopicPartition, OffsetAnswer>;

// The records that a partition holds: [earliest, latest).
struct AvailableRange {
  Offset earliest;
  Offset latest;
};

// What any broker tells to anybody.
struct ClusterState {
  std::vector<std::string> brokers;  // "host:port", as the cluster tells its clients to connect
  std::vector<std::string> topics;   // that this user may see, internal ones left out
};

// Thread-safe.
class ClusterLookup {
 public:
  ClusterLookup(std::shared_ptr<Client> client, bool read_committed,
                std::chrono::milliseconds timeout)
      : client_(std::move(client)), read_committed_(read_committed), timeout_(timeout) {}

  Result<ClusterState> Cluster(const std::stop_token& stop);
  // All topics that this user may see, internal ones left out.
  Result<std::vector<std::string>> TopicNames(const std::stop_token& stop);
  // The state of each topic, or why there is none: what one user may not see is no error for the rest.
  Result<std::map<std::string, TopicAnswer>> AskTopics(const std::vector<std::string>& names,
                                                       const std::stop_token& stop);
  // Topics that do not exist are left out of the answer.
  Result<std::map<std::string, TopicState>> DescribeTopics(const std::vector<std::string>& names,
                                                           const std::stop_token& stop);
  // OK, too, if the topic is there already.
  Status CreateTopic(const std::string& name, int partitions, int replication,
                     const std::stop_token& stop);
  // The topic's max.message.bytes; an error if this user may not see it.
  Result<int64_t> MaxMessageBytes(const std::string& topic, const std::stop_token& stop);
  // What this user may do with a topic, as Kafka's tools spell it ("READ", "DESCRIBE"); empty if the
  // broker does not say.
  Result<std::set<std::string>> AllowedOperations(const std::string& topic,
                                                  const std::stop_token& stop);
  // One answer a question; a partition that cannot be asked has an error.
  Result<OffsetAnswers> ListOffsets(const OffsetQuestions& questions, const std::stop_token& stop);
  // ListOffsets where each question must have an answer; else the first error.
  Result<OffsetMap> Offsets(const OffsetQuestions& questions, const std::stop_token& stop);
  // Earliest and latest of one partition; Retry KAFKA_TOPIC_MISSING if it is gone.
  Result<AvailableRange> Available(const TopicPartition& partition, const std::stop_token& stop);

 private:
  using Send = std::function<void(rd_kafka_s*, rd_kafka_AdminOptions_s*, rd_kafka_queue_s*)>;
  // Sends an admin request and waits for its event.
  Result<Handle<rd_kafka_op_s>> Ask(int operation, const Send& send, const std::stop_token& stop);
  Result<Handle<rd_kafka_op_s>> Judge(Handle<rd_kafka_op_s> event);
  // `asked`: when this question was sent; each has its own time to be answered.
  Status GiveUpEarly(std::chrono::steady_clock::time_point asked,
                     const std::stop_token& stop) const;

  std::shared_ptr<Client> client_;
  const bool read_committed_;
  const std::chrono::milliseconds timeout_;
};

// A lookup with a client of its own, for a program that only looks. `client`: Java's option names, of a
// consumer or a producer. Exit error for an option that is refused; waits for no broker.
Result<std::unique_ptr<ClusterLookup>> OpenClusterLookup(
    const std::map<std::string, std::string>& client, Client::Role role,
    std::chrono::milliseconds timeout);

}  // namespace sluice::kafka
