// SPDX-License-Identifier: Apache-2.0
#include "monitor/source_series.h"

#include <prometheus/metric_family.h>

#include <algorithm>
#include <utility>

namespace sluice::monitor {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<prometheus::ClientMetric::Label>;

class Family {
 public:
  Family(const char* name, const char* help, MetricType type) : family_{name, help, type, {}} {}
  void Add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family_.metric.push_back(std::move(metric));
  }
  MetricFamily Take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

const std::string kOther = "other";

// One of all partitions of a topic: sums, but the lag in seconds of the worst. Of more than `most` topics the
// last are one.
std::vector<PartitionState> ByTopic(const std::vector<PartitionState>& partitions, size_t most) {
  std::map<std::string, PartitionState> topics;
  for (const PartitionState& each : partitions) {
    const bool fits = topics.contains(each.partition.topic) || topics.size() < most;
    const std::string& topic = fits ? each.partition.topic : kOther;
    PartitionState& sum = topics[topic];
    sum.partition.topic = topic;
    sum.latest += each.latest;
    sum.committed += each.committed;
    sum.lag_records += each.lag_records;
    sum.lag_seconds = std::max(sum.lag_seconds, each.lag_seconds);
    sum.skipped += each.skipped;
  }
  std::vector<PartitionState> all;
  for (auto& [topic, sum] : topics) all.push_back(std::move(sum));
  return all;
}

}  // namespace

SourceSeries::SourceSeries(std::string query, const std::vector<std::string>& topics,
                           size_t most_partitions)
    : query_(std::move(query)), subscribed_(topics), most_partitions_(most_partitions) {
  for (const std::string& topic : topics) {
    available_[topic] = false;
    input_.try_emplace(TopicLabel(topic));
  }
}

void SourceSeries::Looked(Time at, const std::map<std::string, bool>& topics,
                          const OffsetMap& latest) {
  const std::scoped_lock lock(mutex_);
  const bool any =
      std::any_of(topics.begin(), topics.end(), [](const auto& t) { return t.second; });
  std::map<std::string, bool> available;
  for (const std::string& topic : subscribed_) {
    const auto found = topics.find(topic);
    available[topic] = found == topics.end() ? any : found->second;
  }
  available.insert(topics.begin(), topics.end());
  available_ = std::move(available);
  looked_ = true;
  for (const auto& [topic, readable] : topics) input_.try_emplace(TopicLabel(topic));
  for (const auto& [partition, end] : latest) {
    Partition& p = partitions_[partition];
    p.latest = end.value;
    p.history.Add(at, end);
  }
}

void SourceSeries::Committed(const OffsetMap& offsets) {
  const std::scoped_lock lock(mutex_);
  NoteAssignment(offsets);
  positioned_ = true;
  for (const auto& [partition, offset] : offsets) {
    partitions_[partition].committed = offset.value;
    // Read a moment ago, whatever the last look found.
    if (const auto at = available_.find(partition.topic); at != available_.end()) at->second = true;
  }
  // A partition that the query does not know any more is gone.
  std::erase_if(partitions_, [&](const auto& entry) {
    return entry.second.committed && !offsets.contains(entry.first) && entry.second.skipped == 0;
  });
}

void SourceSeries::NoteAssignment(const OffsetMap& offsets) {
  size_t known = 0;
  size_t kept = 0;
  for (const auto& [partition, state] : partitions_) {
    known += state.committed ? 1 : 0;
    kept += state.committed && offsets.contains(partition) ? 1 : 0;
  }
  if (known > 0 && (kept != known || kept != offsets.size())) ++rebalances_;
}

void SourceSeries::NewestRecord(const TopicPartition& partition, int64_t timestamp_ms) {
  const std::scoped_lock lock(mutex_);
  int64_t& newest = partitions_[partition].newest_record_ms;
  newest = std::max(newest, timestamp_ms);
}

const std::string& SourceSeries::TopicLabel(const std::string& topic) const {
  return input_.contains(topic) || input_.size() < most_partitions_ ? topic : kOther;
}

void SourceSeries::Input(const std::string& topic, const TopicInput& input) {
  const std::scoped_lock lock(mutex_);
  TopicInput& sum = input_[TopicLabel(topic)];
  sum.records += input.records;
  sum.bytes += input.bytes;
}

void SourceSeries::Skipped(const std::optional<TopicPartition>& partition, int64_t records) {
  const std::scoped_lock lock(mutex_);
  (partition ? partitions_[*partition].skipped : skipped_elsewhere_) += records;
}

// The record that waits longest: when the end of the partition passed it. If that was before the first
// look, it is at least as old as that look, and about as old as the newest record that is committed.
double SourceSeries::LagSeconds(const Partition& partition, Offset committed, Time now,
                                int64_t now_ms) {
  const auto age = [now](Time since) {
    return std::max(0.0, std::chrono::duration<double>(now - since).count());
  };
  if (const auto passed = partition.history.PassedAt(committed)) return age(*passed);
  const auto first = partition.history.first_look();
  const double known = first ? age(*first) : 0;
  if (partition.newest_record_ms <= 0) return known;
  return std::max(known, static_cast<double>(now_ms - partition.newest_record_ms) / 1000);
}

std::vector<PartitionState> SourceSeries::PartitionsLocked(Time now, int64_t now_ms) const {
  std::vector<PartitionState> states;
  for (const auto& [name, partition] : partitions_) {
    PartitionState state{.partition = name, .skipped = partition.skipped};
    state.committed = partition.committed.value_or(0);
    // The query may know of more than the last look.
    state.latest = std::max(partition.latest.value_or(0), state.committed);
    // One that nothing is committed of is new, and is read from its beginning.
    if (positioned_ && state.latest > state.committed) {
      state.lag_records = state.latest - state.committed;
      state.lag_seconds = LagSeconds(partition, Offset{state.committed}, now, now_ms);
    }
    states.push_back(std::move(state));
  }
  return states;
}

std::vector<PartitionState> SourceSeries::Partitions(Time now, int64_t now_ms) const {
  const std::scoped_lock lock(mutex_);
  return PartitionsLocked(now, now_ms);
}

std::vector<std::string> SourceSeries::missing() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const std::string& name : subscribed_) {
    if (looked_ && !available_.at(name)) names.push_back(name);
  }
  return names;
}

bool SourceSeries::summed() const {
  const std::scoped_lock lock(mutex_);
  return partitions_.size() > most_partitions_;
}

void SourceSeries::AppendTo(std::vector<MetricFamily>& families, Time now, int64_t now_ms) const {
  const std::scoped_lock lock(mutex_);
  Family available("spark_streaming_source_topic_available",
                   "1 if the topic is there and this user may see it; 0 before Kafka has said so.",
                   MetricType::Gauge);
  size_t shown = 0;
  for (const auto& [topic, readable] : available_) {
    if (shown++ < most_partitions_)
      available.Add({{"query", query_}, {"topic", topic}}, readable ? 1 : 0);
  }
  Family records("spark_streaming_input_records_total",
                 "Kafka records of committed batches, by topic.", MetricType::Counter);
  Family bytes("spark_streaming_input_bytes_total", "Bytes of the values of those records.",
               MetricType::Counter);
  for (const auto& [topic, input] : input_) {
    records.Add({{"query", query_}, {"topic", topic}}, static_cast<double>(input.records));
    bytes.Add({{"query", query_}, {"topic", topic}}, static_cast<double>(input.bytes));
  }
  Family latest("spark_streaming_source_latest_offset",
                "End of the partition in Kafka, at the last look.", MetricType::Gauge);
  Family committed("spark_streaming_source_committed_offset",
                   "Up to here the partition is committed to the table.", MetricType::Gauge);
  Family lag("spark_streaming_source_lag_records", "Records in Kafka that are not committed yet.",
             MetricType::Gauge);
  Family seconds("spark_streaming_source_lag_seconds",
                 "Age of the oldest record that is not committed yet; 0 when there is none.",
                 MetricType::Gauge);
  Family skipped("spark_streaming_source_skipped_offsets_total",
                 "Records gone from Kafka before they were read (failOnDataLoss: false).",
                 MetricType::Counter);
  const bool sum = partitions_.size() > most_partitions_;
  std::vector<PartitionState> states = PartitionsLocked(now, now_ms);
  if (sum) states = ByTopic(states, most_partitions_);
  for (const PartitionState& state : states) {
    const std::string number = sum ? "all" : std::to_string(state.partition.partition.value);
    const Labels labels = {
        {"partition", number}, {"query", query_}, {"topic", state.partition.topic}};
    latest.Add(labels, static_cast<double>(state.latest));
    committed.Add(labels, static_cast<double>(state.committed));
    lag.Add(labels, static_cast<double>(state.lag_records));
    seconds.Add(labels, state.lag_seconds);
    skipped.Add(labels, static_cast<double>(state.skipped));
  }
  if (skipped_elsewhere_ > 0)
    skipped.Add({{"partition", "unknown"}, {"query", query_}, {"topic", "unknown"}},
                static_cast<double>(skipped_elsewhere_));
  Family rebalances("spark_streaming_source_rebalances_total",
                    "Changes of the set of partitions that is read: new ones, a topic made again.",
                    MetricType::Counter);
  rebalances.Add({{"query", query_}}, static_cast<double>(rebalances_));
  for (Family* family :
       {&available, &records, &bytes, &latest, &committed, &lag, &seconds, &skipped, &rebalances})
    families.push_back(family->Take());
}

}  // namespace sluice::monitor
