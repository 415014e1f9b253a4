// SPDX-License-Identifier: Apache-2.0
#include "stream/testing/memory_source.h"

#include <algorithm>
#include <utility>

namespace sluice::stream {

void MemoryBroker::AddPartition(const TopicPartition& partition, int64_t earliest) {
  const std::lock_guard lock(mutex_);
  logs_[partition].earliest = earliest;
}

void MemoryBroker::RemovePartition(const TopicPartition& partition) {
  const std::lock_guard lock(mutex_);
  auto log = logs_.extract(partition);
  if (!log.empty()) removed_.insert(std::move(log));
}

void MemoryBroker::MakeAnew() {
  const std::lock_guard lock(mutex_);
  made_anew_ = true;
}

void MemoryBroker::Append(const TopicPartition& partition, std::string value,
                          int64_t timestamp_ms) {
  const std::lock_guard lock(mutex_);
  logs_[partition].messages.push_back({std::move(value), timestamp_ms, false});
}

void MemoryBroker::AppendControl(const TopicPartition& partition) {
  const std::lock_guard lock(mutex_);
  logs_[partition].messages.push_back({"", 0, true});
}

OffsetMap MemoryBroker::Ends() const {
  const std::lock_guard lock(mutex_);
  OffsetMap ends;
  for (const auto& [partition, log] : logs_) ends[partition] = Offset{log.end()};
  return ends;
}

std::vector<std::pair<TopicPartition, Offset>> MemoryBroker::Deliverable() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<TopicPartition, Offset>> all;
  for (const auto& [partition, log] : logs_) {
    for (size_t i = 0; i < log.messages.size(); ++i) {
      if (log.messages[i].control) continue;
      all.emplace_back(partition, Offset{log.earliest + static_cast<int64_t>(i)});
    }
  }
  return all;
}

void MemoryBroker::Warn(kafka::SourceWarning warning) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(std::move(warning));
}

void MemoryBroker::set_fault(std::function<Status(const std::string&)> fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

int MemoryBroker::calls(const std::string& operation) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(operation);
  return found == calls_.end() ? 0 : found->second;
}

Status MemoryBroker::Enter(const std::string& operation) {
  std::function<Status(const std::string&)> fault;
  {
    const std::lock_guard lock(mutex_);
    ++calls_[operation];
    fault = fault_;
  }
  return fault ? fault(operation) : Status::Ok();
}

// Reads its ranges one after another.
class MemoryReader : public kafka::RangeReader {
 public:
  explicit MemoryReader(std::shared_ptr<MemoryBroker> broker) : broker_(std::move(broker)) {}

  ~MemoryReader() override { GiveUp(); }

  Status Start(std::vector<OffsetRange> ranges) override {
    GiveUp();
    SLUICE_RETURN_IF_ERROR(broker_->Enter("start"));
    const std::lock_guard lock(broker_->mutex_);
    for (OffsetRange& range : ranges) {
      if (!broker_->taken_.insert(range.partition).second)
        return Status::Stop("INTERNAL_ERROR", "two lanes read " + range.partition.ToString());
      ranges_.push_back(std::move(range));
    }
    return Status::Ok();
  }
  bool done() const override { return current_ == ranges_.size(); }
  Result<RecordBatch> Read(const kafka::ReadLimits& limits, const std::stop_token& stop) override;

 private:
  void GiveUp() {
    const std::lock_guard lock(broker_->mutex_);
    for (; current_ < ranges_.size(); ++current_)
      broker_->taken_.erase(ranges_[current_].partition);
    ranges_.clear();
    current_ = 0;
  }
  struct Values {
    std::deque<std::string> texts;
  };
  RecordBatch TakeAll(const kafka::ReadLimits& limits);
  bool Take(OffsetRange& range, const kafka::ReadLimits& limits, Values& values,
            RecordBatch& batch);

  std::shared_ptr<MemoryBroker> broker_;
  std::vector<OffsetRange> ranges_;
  size_t current_ = 0;
};

// False when the batch is full.
bool MemoryReader::Take(OffsetRange& range, const kafka::ReadLimits& limits, Values& values,
                        RecordBatch& batch) {
  const auto found = broker_->logs_.find(range.partition);
  const MemoryBroker::Log& log =
      found == broker_->logs_.end() ? broker_->removed_[range.partition] : found->second;
  for (; range.start < range.end; ++range.start.value) {
    const auto& message = log.messages.at(static_cast<size_t>(range.start.value - log.earliest));
    if (message.control) continue;
    if (!batch.records.empty() && (batch.records.size() >= limits.max_records ||
                                   batch.value_bytes + message.value.size() > limits.max_bytes)) {
      return false;
    }
    const std::string& text = values.texts.emplace_back(message.value);
    Record record;
    record.value = text.data();
    record.value_size = text.size();
    record.offset = range.start.value;
    record.timestamp_ms = message.timestamp_ms;
    record.partition = range.partition.partition.value;
    record.topic = static_cast<uint16_t>(batch.topics.size() - 1);
    batch.records.push_back(record);
    batch.value_bytes += text.size();
  }
  return true;
}

Result<RecordBatch> MemoryReader::Read(const kafka::ReadLimits& limits,
                                       const std::stop_token& stop) {
  SLUICE_RETURN_IF_ERROR(broker_->Enter("read"));
  if (stop.stop_requested()) return Status::Cancelled();
  RecordBatch batch = TakeAll(limits);
  SLUICE_RETURN_IF_ERROR(broker_->Enter("taken"));
  return batch;
}

RecordBatch MemoryReader::TakeAll(const kafka::ReadLimits& limits) {
  const std::lock_guard lock(broker_->mutex_);
  RecordBatch batch;
  auto values = std::make_shared<Values>();
  while (current_ < ranges_.size()) {
    batch.topics.push_back(ranges_[current_].partition.topic);
    if (!Take(ranges_[current_], limits, *values, batch)) break;
    broker_->taken_.erase(ranges_[current_].partition);
    ++current_;
  }
  batch.keep_alive = values;
  return batch;
}

Result<OffsetMap> MemorySource::StartingOffsets(const std::stop_token&) {
  SLUICE_RETURN_IF_ERROR(broker_->Enter("starting"));
  const std::lock_guard lock(broker_->mutex_);
  OffsetMap offsets;
  for (const auto& [partition, log] : broker_->logs_) offsets[partition] = Offset{log.earliest};
  return offsets;
}

Result<OffsetMap> MemorySource::LatestOffsets(const OffsetMap&, const std::stop_token&) {
  SLUICE_RETURN_IF_ERROR(broker_->Enter("latest"));
  return broker_->Ends();
}

Result<OffsetMap> MemorySource::CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                              const std::stop_token&) {
  SLUICE_RETURN_IF_ERROR(broker_->Enter("complete"));
  const std::lock_guard lock(broker_->mutex_);
  OffsetMap complete;
  for (const auto& [partition, offset] : start) {
    const auto found = end.find(partition);
    if (found == end.end() || found->second < offset) {
      return Status::Stop("KAFKA_DATA_LOSS.PARTITIONS_DELETED", partition.ToString() + " is gone");
    }
    complete[partition] = offset;
    if (!broker_->made_anew_) continue;
    const auto log = broker_->logs_.find(partition);
    if (log == broker_->logs_.end()) return Status::Retry("KAFKA_TOPIC_MISSING", "nobody knows it");
    complete[partition] = Offset{log->second.earliest};
  }
  broker_->made_anew_ = false;
  for (const auto& [partition, offset] : end) {
    complete.try_emplace(partition, Offset{broker_->logs_[partition].earliest});
  }
  return complete;
}

Result<OffsetMap> MemorySource::EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                                const std::stop_token&) {
  SLUICE_RETURN_IF_ERROR(broker_->Enter("earliest"));
  const std::lock_guard lock(broker_->mutex_);
  OffsetMap offsets;
  for (const TopicPartition& partition : partitions) {
    offsets[partition] = Offset{broker_->logs_[partition].earliest};
  }
  return offsets;
}

std::vector<kafka::SourceWarning> MemorySource::TakeWarnings() {
  const std::lock_guard lock(broker_->mutex_);
  return std::exchange(broker_->warnings_, {});
}

std::unique_ptr<kafka::RangeReader> MemorySource::NewReader() {
  return std::make_unique<MemoryReader>(broker_);
}

}  // namespace sluice::stream
