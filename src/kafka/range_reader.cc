// SPDX-License-Identifier: Apache-2.0
#include "kafka/range_reader.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kEmptyAfter{1000};  // Read() returns an empty batch
constexpr milliseconds kLinger{100};       // how long a batch that is not full waits for more
constexpr milliseconds kDiagnoseEvery{2000};
constexpr milliseconds kAskAgainAfter{100};
constexpr size_t kMostAtOnce = 4096;

milliseconds Since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start);
}

bool IsNoise(int error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__RESOLVE || IsTransient(error);
}

// The client tells by the text only: the code is that of every offset that is gone.
bool SaysTruncated(const rd_kafka_message_s& event) {
  const char* text = rd_kafka_message_errstr(&event);
  return event.err == RD_KAFKA_RESP_ERR__LOG_TRUNCATION ||
         (text != nullptr && std::string_view(text).find(rd_kafka_err2str(
                                 RD_KAFKA_RESP_ERR__LOG_TRUNCATION)) != std::string_view::npos);
}

std::string Place(const TopicPartition& partition, int64_t offset) {
  return fmt::format("{} at offset {}", partition.ToString(), offset);
}

}  // namespace

Status KafkaRangeReader::Start(std::vector<OffsetRange> ranges) {
  GiveUp();
  unchecked_topics_.clear();
  for (OffsetRange& range : ranges) {
    if (range.size() <= 0) continue;
    SLUICE_ASSIGN_OR_RETURN(auto stream, parts_->pool.Take(range.partition));
    active_.push_back({std::move(range), std::move(stream), milliseconds(0), kDiagnoseEvery});
    Active& active = active_.back();
    unchecked_topics_.insert(active.range.partition.topic);
    active.stream->WakeBy(wake_.fd());
    SLUICE_RETURN_IF_ERROR(active.stream->SeekTo(active.range.start));
  }
  return Status::Ok();
}

void KafkaRangeReader::GiveUp() {
  taken_.clear();  // before the streams, which may hold the last of their client
  for (Active& active : active_) parts_->pool.Return(std::move(active.stream));
  active_.clear();
}

Result<RecordBatch> KafkaRangeReader::Read(const ReadLimits& limits, const std::stop_token& stop) {
  BatchBuilder batch(limits.max_records, limits.max_bytes, parts_->options.include_headers,
                     last_batch_size_);
  if (!done()) {
    const Status gathered = Gather(limits, stop, &batch);
    if (!gathered.ok()) {
      // What was gathered is lost with this call: the ranges must be started again.
      for (Active& active : active_) active.stream->Invalidate();
      return gathered;
    }
    if (done()) SLUICE_RETURN_IF_ERROR(CheckIdentity(stop));
  }
  last_batch_size_ = batch.size();
  return batch.Finish();
}

// A topic that was deleted and created again while it was read may have served records of both lives.
Status KafkaRangeReader::CheckIdentity(const std::stop_token& stop) {
  const std::vector<std::string> names(unchecked_topics_.begin(), unchecked_topics_.end());
  unchecked_topics_.clear();
  const auto topics = parts_->lookup.DescribeTopics(names, stop);
  if (topics.status().Is(ErrorKind::kRetry))
    return Status::Ok();  // nobody to ask; the next look at the offsets tells
  SLUICE_RETURN_IF_ERROR(topics.status());
  for (const auto& [name, state] : *topics) {
    if (parts_->topic_ids.Matches(name, state.id)) continue;
    SLUICE_RETURN_IF_ERROR(parts_->losses.Report(TopicRecreated(name)));
  }
  return Status::Ok();
}

Status KafkaRangeReader::Gather(const ReadLimits& limits, const std::stop_token& stop,
                                BatchBuilder* batch) {
  const auto started = SteadyClock::now();
  while (!batch->full() && !done()) {
    if (stop.stop_requested()) return Status::Cancelled();
    SLUICE_ASSIGN_OR_RETURN(const bool progress, TakeTurn(limits, stop, batch));
    ReturnFinished();
    if (progress) continue;
    const milliseconds left = (batch->empty() ? kEmptyAfter : kLinger) - Since(started);
    if (left <= milliseconds(0) || done()) break;
    const bool paused = std::any_of(active_.begin(), active_.end(), [](const Active& active) {
      return active.restart_at.has_value();
    });
    SLUICE_RETURN_IF_ERROR(Wait(paused ? std::min(left, kAskAgainAfter) : left, stop));
  }
  return Status::Ok();
}

Result<bool> KafkaRangeReader::TakeTurn(const ReadLimits& limits, const std::stop_token& stop,
                                        BatchBuilder* batch) {
  bool progress = false;
  for (Active& active : active_) {
    if (batch->full()) break;
    SLUICE_ASSIGN_OR_RETURN(const bool took, TakeFrom(active, limits, stop, batch));
    progress = progress || took;
  }
  return progress;
}

size_t KafkaRangeReader::ChunkSize(const Active& active, const BatchBuilder& batch) const {
  const auto by_bytes =
      static_cast<size_t>(static_cast<double>(batch.bytes_left()) / mean_record_bytes_) + 1;
  const auto to_end = static_cast<size_t>(active.range.end.value - active.stream->position().value);
  return std::min({batch.records_left(), by_bytes, to_end, kMostAtOnce});
}

Result<bool> KafkaRangeReader::TakeFrom(Active& active, const ReadLimits& limits,
                                        const std::stop_token& stop, BatchBuilder* batch) {
  if (active.restart_at && SteadyClock::now() >= *active.restart_at) {
    active.restart_at.reset();
    SLUICE_RETURN_IF_ERROR(active.stream->SeekTo(active.stream->position()));
  }
  taken_.clear();
  active.stream->Take(ChunkSize(active, *batch), &taken_);
  if (taken_.empty()) return false;
  const Offset before = active.stream->position();
  SLUICE_RETURN_IF_ERROR(Sort(active, limits, stop, batch));
  taken_.clear();
  if (active.stream->position() != before) {
    active.stream->client()->events().OnAnswer();  // whatever it was refused before
    active.waited = milliseconds(0);
    active.next_diagnosis = kDiagnoseEvery;
    active.seemed_gone = active.kafka_answers = false;
  }
  return true;
}

Status KafkaRangeReader::Sort(Active& active, const ReadLimits& limits, const std::stop_token& stop,
                              BatchBuilder* batch) {
  PartitionStream& stream = *active.stream;
  batch->KeepAlive(stream.client());
  const uint16_t topic = batch->TopicIndex(active.range.partition.topic);
  const size_t bytes_before = batch->bytes_left();
  size_t next = 0;
  size_t added = 0;
  for (; next < taken_.size() && !active.finished; ++next) {
    const rd_kafka_message_s& message = *taken_[next];
    const bool is_record = message.err == RD_KAFKA_RESP_ERR_NO_ERROR;
    const bool marks_position = is_record || message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (marks_position && message.offset >= active.range.end.value) {
      Finish(active);
      break;
    }
    if (!is_record) {
      SLUICE_RETURN_IF_ERROR(OnEvent(active, message, stop));
      continue;
    }
    if (message.offset < stream.position().value) continue;  // seen already
    const size_t bytes = batch->SizeOf(taken_[next].get());
    if (!batch->HasRoomFor(bytes)) {
      batch->Close();
      break;
    }
    SLUICE_RETURN_IF_ERROR(CheckRecord(active, message, limits));
    stream.AdvanceTo(Offset{message.offset + 1});
    batch->Add(std::move(taken_[next]), topic, bytes);
    ++added;
    if (stream.position() >= active.range.end) Finish(active);
  }
  if (added > 0)
    mean_record_bytes_ =
        static_cast<double>(bytes_before - batch->bytes_left()) / static_cast<double>(added) + 1;
  stream.PutBack(std::span(taken_).subspan(next));
  return Status::Ok();
}

Status KafkaRangeReader::CheckRecord(const Active& active, const rd_kafka_message_s& message,
                                     const ReadLimits& limits) {
  if (message.len > limits.max_record_bytes) {
    return Status::Stop(
        "RECORD_TOO_LARGE",
        fmt::format("the record of {} has {} bytes, more than the {} that one record may have. "
                    "Nothing was skipped. Raise query.memory, or remove the record from the topic.",
                    Place(active.range.partition, message.offset), message.len,
                    limits.max_record_bytes));
  }
  const Offset position = active.stream->position();
  if (message.offset == position.value) return Status::Ok();
  const Offset earliest = active.stream->cached_earliest();
  const auto lost = LostInJump(active.range, position, Offset{message.offset}, earliest);
  if (!lost) return Status::Ok();
  return parts_->losses.Report(CouldNotRead(*lost, {earliest, active.range.end}));
}

Status KafkaRangeReader::OnEvent(Active& active, const rd_kafka_message_s& event,
                                 const std::stop_token& stop) {
  PartitionStream& stream = *active.stream;
  if (event.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    stream.AdvanceTo(std::max(stream.position(), Offset{event.offset}));
    return Status::Ok();
  }
  const bool offset_is_gone = event.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                              event.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
                              event.err == RD_KAFKA_RESP_ERR__LOG_TRUNCATION;
  // That the offset is there all the same is no comfort: it is another record's now.
  if (offset_is_gone && SaysTruncated(event)) {
    SLUICE_RETURN_IF_ERROR(parts_->losses.Report(
        LogTruncated(active.range.partition, stream.position(), rd_kafka_message_errstr(&event))));
  }
  if (offset_is_gone) return Recover(active, stop);
  if (IsUnknownPartition(event.err)) {
    stream.Invalidate();  // the client has given it up
    active.next_diagnosis = active.waited;
    return Status::Ok();
  }
  if (IsNoise(event.err)) return Status::Ok();
  return KafkaError(event.err, Place(active.range.partition, stream.position().value),
                    rd_kafka_message_errstr(&event));
}

Status KafkaRangeReader::Recover(Active& active, const std::stop_token& stop) {
  PartitionStream& stream = *active.stream;
  SLUICE_ASSIGN_OR_RETURN(const AvailableRange available,
                          parts_->lookup.Available(active.range.partition, stop));
  const Recovery recovery = RecoverOutOfRange(active.range, stream.position(), available);
  stream.Invalidate();
  if (!recovery.lost) {
    active.restart_at = SteadyClock::now() + kAskAgainAfter;  // Kafka contradicts itself
    return Status::Ok();
  }
  SLUICE_RETURN_IF_ERROR(parts_->losses.Report(CouldNotRead(*recovery.lost, available)));
  if (recovery.resume >= active.range.end) {
    Finish(active);
    return Status::Ok();
  }
  return stream.SeekTo(recovery.resume);
}

// Gives up the rest of the range, if the policy allows it.
Status KafkaRangeReader::Lose(Active& active, const DataLoss& loss) {
  SLUICE_RETURN_IF_ERROR(parts_->losses.Report(loss));
  active.stream->Invalidate();
  Finish(active);
  return Status::Ok();
}

void KafkaRangeReader::Finish(Active& active) {
  active.finished = true;
  active.stream->AdvanceTo(active.range.end);
}

void KafkaRangeReader::ReturnFinished() {
  for (Active& active : active_) {
    if (active.finished) parts_->pool.Return(std::move(active.stream));
  }
  std::erase_if(active_, [](const Active& active) { return active.finished; });
}

Status KafkaRangeReader::Wait(milliseconds limit, const std::stop_token& stop) {
  const auto started = SteadyClock::now();
  wake_.Wait(limit, stop);
  const milliseconds waited = Since(started);
  parts_->pool.client()->Serve();
  for (Active& active : active_) {
    active.waited += waited;
    SLUICE_RETURN_IF_ERROR(CheckWaiting(active, stop));
  }
  ReturnFinished();
  return Status::Ok();
}

Status KafkaRangeReader::CheckWaiting(Active& active, const std::stop_token& stop) {
  const milliseconds limit = parts_->options.poll_timeout;
  if (active.waited >= limit) {
    // An answer to a fetch that never comes holds up its connection for socket.timeout.ms.
    if (active.kafka_answers) parts_->pool.Replace(*active.stream->client());
    return Status::Retry(
        "KAFKA_TIMEOUT",
        fmt::format("Cannot fetch record for offset {} of {} in {} milliseconds "
                    "(kafkaConsumer.pollTimeoutMs). Nothing was lost; it is tried again.{}",
                    active.stream->position().value, active.range.partition.ToString(),
                    limit.count(), active.kafka_answers ? " Kafka answers other questions." : ""));
  }
  if (active.waited < active.next_diagnosis) return Status::Ok();
  active.next_diagnosis = active.waited + kDiagnoseEvery;
  Client& client = *active.stream->client();
  client.Serve();
  if (auto refusal = client.events().Refusal()) return *refusal;
  const Status diagnosed = Diagnose(active, stop);
  // The cluster does not answer: the client goes on trying, until the limit above.
  return diagnosed.Is(ErrorKind::kRetry) ? Status::Ok() : diagnosed;
}

// Records do not come: is the partition still the one that we read, and does it hold them?
Status KafkaRangeReader::Diagnose(Active& active, const std::stop_token& stop) {
  active.kafka_answers = false;
  const TopicPartition& partition = active.range.partition;
  const OffsetRange rest{partition, active.stream->position(), active.range.end};
  SLUICE_ASSIGN_OR_RETURN(const auto topics,
                          parts_->lookup.DescribeTopics({partition.topic}, stop));
  const auto topic = topics.find(partition.topic);
  const bool exists = topic != topics.end() &&
                      std::binary_search(topic->second.partitions.begin(),
                                         topic->second.partitions.end(), partition.partition);
  if (!exists) {
    // A broker that has just started may not know its topics yet: believe it the second time.
    if (!std::exchange(active.seemed_gone, true)) return Status::Ok();
    DataLoss loss = PartitionsDeleted({partition});
    loss.reason +=
        fmt::format(" Records [{}, {}) were not read.", rest.start.value, rest.end.value);
    loss.records_lost = rest.size();
    return Lose(active, loss);
  }
  active.seemed_gone = false;
  if (!parts_->topic_ids.Matches(partition.topic, topic->second.id)) {
    DataLoss loss = TopicRecreated(partition.topic);
    loss.reason += fmt::format(" Records [{}, {}) of {} were not read.", rest.start.value,
                               rest.end.value, partition.ToString());
    loss.records_lost = rest.size();
    return Lose(active, loss);
  }
  SLUICE_ASSIGN_OR_RETURN(const AvailableRange available,
                          parts_->lookup.Available(partition, stop));
  const Recovery recovery = RecoverOutOfRange(active.range, rest.start, available);
  if (recovery.lost) return Recover(active, stop);
  active.kafka_answers = true;
  return active.stream->SeekTo(rest.start);
}

}  // namespace sluice::kafka
