// SPDX-License-Identifier: Apache-2.0
//
// The series that have a topic or a partition in their labels: what there is in Kafka, what of it is
// committed, and how far behind that is.
//
//   SourceSeries source("q", {"dev_topic"}, 256);
//   source.Looked(now, now_ms, {{"dev_topic", true}}, {{{"dev_topic", PartitionId{0}}, Offset{10}}});
//   source.Committed({{{"dev_topic", PartitionId{0}}, Offset{8}}});
//   source.AppendTo(families, now, now_ms);      // source_lag_records{partition="0",...} 2
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/offset_range.h"
#include "monitor/watermark_history.h"

namespace prometheus {
struct MetricFamily;
}

namespace sluice::monitor {

struct TopicInput {
  int64_t records = 0;
  int64_t bytes = 0;
};

// How far one partition is.
struct PartitionState {
  TopicPartition partition;
  int64_t latest = 0;
  int64_t committed = 0;
  int64_t lag_records = 0;
  double lag_seconds = 0;  // age of the oldest record that is not committed; 0 when there is none
  int64_t skipped = 0;
};

// Thread-safe.
class SourceSeries {
 public:
  using Time = std::chrono::nanoseconds;  // Clock::Monotonic()

  // `topics`: subscribed to by name, or the pattern; they are there with 0 from the first scrape. Beyond
  // `most_partitions` their series are one a topic, and beyond as many topics the rest is "other".
  SourceSeries(std::string query, const std::vector<std::string>& topics, size_t most_partitions);

  // What a look at Kafka found. A pattern is available when it matches any topic.
  void Looked(Time at, const std::map<std::string, bool>& topics, const OffsetMap& latest);
  // Up to these offsets everything is committed.
  void Committed(const OffsetMap& offsets);
  // Newest Kafka timestamp that is committed of a partition.
  void NewestRecord(const TopicPartition& partition, int64_t timestamp_ms);
  void Input(const std::string& topic, const TopicInput& input);
  // Gone from Kafka before they were read; of no partition in particular if it is none.
  void Skipped(const std::optional<TopicPartition>& partition, int64_t records);

  // Partitions in order, whatever their number.
  std::vector<PartitionState> Partitions(Time now, int64_t now_ms) const;
  // Subscribed names that Kafka has said are not there or not to be seen by this user.
  std::vector<std::string> missing() const;
  // Whether the series of partitions are summed by topic.
  bool summed() const;
  void AppendTo(std::vector<prometheus::MetricFamily>& families, Time now, int64_t now_ms) const;

 private:
  struct Partition {
    WatermarkHistory history;
    std::optional<int64_t> latest;
    std::optional<int64_t> committed;
    int64_t newest_record_ms = -1;
    int64_t skipped = 0;
  };

  std::vector<PartitionState> PartitionsLocked(Time now, int64_t now_ms) const;
  static double LagSeconds(const Partition& partition, Offset committed, Time now, int64_t now_ms);
  const std::string& TopicLabel(const std::string& topic) const;
  void NoteAssignment(const OffsetMap& offsets);

  const std::string query_;
  const std::vector<std::string> subscribed_;
  const size_t most_partitions_;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, bool> available_;
  std::map<std::string, TopicInput> input_;
  std::map<TopicPartition, Partition> partitions_;
  int64_t skipped_elsewhere_ = 0;
  int64_t rebalances_ = 0;
  bool looked_ = false;      // Kafka has said what there is
  bool positioned_ = false;  // it is known where the query begins
};

}  // namespace sluice::monitor
