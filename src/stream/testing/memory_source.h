// SPDX-License-Identifier: Apache-2.0
//
// A second implementation of kafka::Source: topics in memory. Several sources over one MemoryBroker
// are one program before and after a restart.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/source.h"

namespace sluice::stream {

// The partitions' logs, and the faults to come. Safe from any thread.
class MemoryBroker {
 public:
  struct Message {
    std::string value;
    int64_t timestamp_ms = 0;
    bool control = false;  // takes an offset, is never delivered
  };

  void AddPartition(const TopicPartition& partition, int64_t earliest = 0);
  // A reader that is at it has the partition's messages already.
  void RemovePartition(const TopicPartition& partition);
  // The topics were made anew with as many messages: the next CompleteStart() begins at their earliest.
  void MakeAnew();
  void Append(const TopicPartition& partition, std::string value, int64_t timestamp_ms = 0);
  void AppendControl(const TopicPartition& partition);
  OffsetMap Ends() const;
  // Offsets that a reader gets, over all partitions.
  std::vector<std::pair<TopicPartition, Offset>> Deliverable() const;

  // What a source says of its topics, and what the last one was told of them by an earlier run.
  std::map<std::string, std::string> topic_ids;
  std::map<std::string, std::string> remembered_ids;
  // What a source has to warn of from now on.
  void Warn(kafka::SourceWarning warning);
  // Called before each call of a source or reader ("latest", "read", ...); an error is returned. And
  // when a reader has taken records ("taken"): after an error there they are gone, as with Kafka's
  // reader, and only Start() brings them back.
  void set_fault(std::function<Status(const std::string& operation)> fault);
  int calls(const std::string& operation) const;

 private:
  friend class MemorySource;
  friend class MemoryReader;
  struct Log {
    int64_t earliest = 0;
    std::deque<Message> messages;
    int64_t end() const { return earliest + static_cast<int64_t>(messages.size()); }
  };
  Status Enter(const std::string& operation);

  mutable std::mutex mutex_;  // guards all below
  std::map<TopicPartition, Log> logs_;
  std::map<TopicPartition, Log> removed_;
  std::set<TopicPartition> taken_;  // by a reader that is not done with it: no other may read it
  bool made_anew_ = false;
  std::function<Status(const std::string&)> fault_;
  std::map<std::string, int> calls_;
  std::vector<kafka::SourceWarning> warnings_;
};

class MemorySource : public kafka::Source {
 public:
  explicit MemorySource(std::shared_ptr<MemoryBroker> broker) : broker_(std::move(broker)) {}

  Result<OffsetMap> StartingOffsets(const std::stop_token& stop) override;
  Result<OffsetMap> LatestOffsets(const OffsetMap& committed, const std::stop_token& stop) override;
  Result<OffsetMap> CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                  const std::stop_token& stop) override;
  Result<OffsetMap> EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                    const std::stop_token& stop) override;
  std::map<std::string, std::string> TopicIds(const OffsetMap&) const override {
    return broker_->topic_ids;
  }
  void RememberTopicIds(const std::map<std::string, std::string>& ids) override {
    broker_->remembered_ids = ids;
  }
  std::unique_ptr<kafka::RangeReader> NewReader() override;
  std::vector<kafka::SourceWarning> TakeWarnings() override;
  std::string description() const override { return "KafkaV2[Subscribe[memory]]"; }

 private:
  std::shared_ptr<MemoryBroker> broker_;
};

}  // namespace sluice::stream
