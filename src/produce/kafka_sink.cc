// SPDX-License-Identifier: Apache-2.0
#include "produce/kafka_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "kafka/producer.h"

namespace sluice::produce {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Between looks at how the client is.
constexpr milliseconds kLook{200};
// Between questions for a topic that is missing, or a broker that does not answer.
constexpr seconds kAskAgain{1};
// For a topic that was created a moment ago, and so long.
constexpr milliseconds kAskSoon{50};
constexpr int kSoonQuestions = 40;
constexpr auto kProbeEvery = seconds(5);
constexpr int64_t kUsualBatchBytes = 1'000'000;
constexpr int64_t kLeastBatchBytes = 16 << 10;
// What is queued has so long to be acknowledged before batches become smaller.
constexpr seconds kDrain{5};

DeliveryResult ResultOf(kafka::DeliveryFate fate) {
  switch (fate) {
    case kafka::DeliveryFate::kDelivered: return DeliveryResult::kDelivered;
    case kafka::DeliveryFate::kTooLarge: return DeliveryResult::kTooLarge;
    case kafka::DeliveryFate::kFailed: break;
  }
  return DeliveryResult::kFailed;
}

class KafkaSink : public RecordSink {
 public:
  KafkaSink(const KafkaOptions& options, SinkListener listener, Clock& clock)
      : options_(options), listener_(std::move(listener)), clock_(clock) {}

  Status Open(int64_t batch_bytes) {
    kafka::ProducerSettings settings;
    settings.client = options_.client;
    settings.batch_bytes = batch_bytes_ = batch_bytes;
    settings.queue_bytes = options_.queue_bytes;
    settings.keep_trying = true;
    settings.on_delivery = [this](const kafka::DeliveryReport& report) { Report(report); };
    SLUICE_ASSIGN_OR_RETURN(producer_, kafka::Producer::Open(std::move(settings)));
    return Status::Ok();
  }

  Status Prepare(const std::stop_token& stop) override {
    while (!stop.stop_requested()) {
      Status status = FindTopic(stop);
      TellWarnings();
      Tell(status);
      if (status.ok()) return Adapt(stop);
      if (!status.Is(ErrorKind::kRetry)) return status;
      if (!clock_.SleepFor(kAskAgain, stop)) break;
    }
    return Status::Cancelled();
  }

  Status Send(size_t feed, std::string_view key, std::string_view value,
              const std::stop_token& give_up) override {
    const std::shared_lock lock(door_);
    return producer_->Send({.topic = options_.topic, .key = key, .value = value, .tag = feed},
                           give_up);
  }

  Status Flush(milliseconds timeout) override {
    const std::shared_lock lock(door_);
    return producer_->Flush(timeout);
  }

  int64_t usual_message_bytes() const override { return usual_message_bytes_; }

  SinkStats stats() const override {
    const std::shared_lock lock(door_);
    return {producer_->queued_records(), producer_->queued_bytes(), options_.queue_bytes,
            std::chrono::duration<double>(producer_->waited()).count()};
  }

 private:
  // OK, or what is wrong; makes the topic if that is wanted.
  Status FindTopic(const std::stop_token& stop) {
    SLUICE_ASSIGN_OR_RETURN(int partitions, producer_->CountPartitions(options_.topic, stop));
    if (partitions == 0 && options_.create) {
      SLUICE_RETURN_IF_ERROR(producer_->CreateTopic(options_.topic, options_.create->partitions,
                                                    options_.create->replication, stop));
      SLUICE_ASSIGN_OR_RETURN(partitions, AwaitPartitions(stop));
    }
    if (partitions == 0) {
      return Status::Retry(
          "KAFKA_TOPIC_MISSING",
          fmt::format("topic '{}' is not there{}", options_.topic,
                      options_.create ? " yet: it was created a moment ago"
                                      : ". Create it, correct sink.topic, or set sink.partitions"));
    }
    CheckPartitions(partitions);
    return Status::Ok();
  }

  // Of a topic that was created a moment ago: as CountPartitions, which may not see it yet.
  Result<int> AwaitPartitions(const std::stop_token& stop) {
    for (int asked = 1;; ++asked) {
      Result<int> partitions = producer_->CountPartitions(options_.topic, stop);
      const bool soon =
          partitions.ok() ? *partitions == 0 : partitions.status().Is(ErrorKind::kRetry);
      if (!soon || asked == kSoonQuestions || !clock_.SleepFor(kAskSoon, stop)) return partitions;
    }
  }

  // A topic may take less than usual in a batch: then batches must be smaller, too.
  Status Adapt(const std::stop_token& stop) {
    const auto limit = producer_->MaxMessageBytes(options_.topic, stop);
    const int64_t topic_bytes = limit.ok() ? *limit : 0;
    usual_message_bytes_ = UsualMessageBytes(options_, topic_bytes);
    if (topic_bytes > 0 && topic_bytes < kUsualBatchBytes) {
      const std::unique_lock lock(door_);
      SLUICE_RETURN_IF_ERROR(Open(topic_bytes - topic_bytes / 10));
    }
    thread_ = std::jthread([this](const std::stop_token& end) { Watch(end); });
    return Status::Ok();
  }

  // A batch was refused for its size, perhaps for the records beside a small one: the topic takes less than
  // it did, or does not let us see how much. What is queued goes first, so that the order stays.
  void Shrink(const std::stop_token& stop) {
    const auto limit = producer_->MaxMessageBytes(options_.topic, stop);
    const int64_t wanted =
        std::max(kLeastBatchBytes, limit.ok() ? *limit - *limit / 10 : batch_bytes_ / 2);
    if (wanted >= batch_bytes_ || options_.client.contains("batch.size")) return;
    const std::unique_lock lock(door_);
    [[maybe_unused]] const Status flushed = producer_->Flush(kDrain);
    if (producer_->queued_records() > 0 || !Open(wanted).ok()) return;
    listener_.on_warning(
        "KAFKA_BATCH_TOO_LARGE",
        fmt::format(
            "topic '{}' refused a batch for its size: batches are kept below {} bytes from now "
            "on (kafka.batch.size)",
            options_.topic, wanted));
  }

  // The client does not go on after some errors (a broker that lost what it had acknowledged), and says
  // so of all that it holds. Another one begins afresh; those feeds are published anew.
  void Revive(const Status& death) {
    const std::unique_lock lock(door_);
    if (!Open(batch_bytes_).ok()) return;
    listener_.on_warning(death.code(), death.message() + ". Another one was begun");
  }

  void CheckPartitions(int partitions) {
    if (!options_.create || options_.create->partitions == partitions || partitions_told_) return;
    partitions_told_ = true;
    listener_.on_warning(
        "KAFKA_TOPIC_PARTITIONS",
        fmt::format("topic '{}' has {} partitions, not the {} of sink.partitions: it "
                    "was there before, and is left as it is",
                    options_.topic, partitions, options_.create->partitions));
  }

  void Report(const kafka::DeliveryReport& report) {
    if (report.fate == kafka::DeliveryFate::kTooLarge) refused_ = true;
    const bool failed = report.fate == kafka::DeliveryFate::kFailed;
    if (failed || failing_) {
      const std::scoped_lock lock(mutex_);
      failing_ = failed;
      last_failure_ = report.message;
    }
    listener_.on_delivery(
        {static_cast<size_t>(report.tag), ResultOf(report.fate), report.bytes, report.message});
  }

  // Runs the delivery reports as they come, and keeps an eye on the brokers.
  void Watch(const std::stop_token& stop) {
    auto probed = clock_.Monotonic();
    while (!stop.stop_requested()) {
      producer_->Serve(kLook);
      TellWarnings();
      if (refused_.exchange(false)) Shrink(stop);
      Status health = producer_->health();
      if (!health.ok() && health.code() == "KAFKA_CLIENT_DEAD") {
        Revive(health);
        health = producer_->health();
      }
      if (!health.ok()) Tell(health);
      const bool in_doubt = failing_ || !health.ok() || !is_well();
      if (!in_doubt || clock_.Monotonic() - probed < kProbeEvery) continue;
      probed = clock_.Monotonic();
      Status state = FindTopic(stop);
      if (state.ok()) state = Deliveries();
      if (!state.Is(ErrorKind::kCancelled)) Tell(state);
    }
  }

  // OK if the last record was delivered, or none has failed.
  Status Deliveries() const {
    const std::scoped_lock lock(mutex_);
    if (!failing_) return Status::Ok();
    return Status::Retry("KAFKA_NOT_DELIVERED",
                         fmt::format("Kafka did not take the last record: {}", last_failure_));
  }

  void TellWarnings() {
    for (const kafka::SourceWarning& warning : producer_->TakeWarnings()) {
      const bool told_as_state = warning.code == "KAFKA_UNREACHABLE";
      if (!told_as_state) listener_.on_warning(warning.code, warning.message);
    }
  }

  bool is_well() const {
    const std::scoped_lock lock(mutex_);
    return told_code_.empty();
  }

  // Passes on what is new.
  void Tell(const Status& status) {
    const std::string code = status.ok() ? "" : status.code();
    {
      const std::scoped_lock lock(mutex_);
      if (told_ && code == told_code_) return;
      told_ = true;
      told_code_ = code;
    }
    if (!status.Is(ErrorKind::kCancelled)) listener_.on_kafka(status);
  }

  const KafkaOptions options_;
  const SinkListener listener_;
  Clock& clock_;
  mutable std::mutex mutex_;
  bool told_ = false;               // GUARDED_BY(mutex_)
  std::string told_code_;           // GUARDED_BY(mutex_)
  mutable std::shared_mutex door_;  // shared by who uses producer_, alone by who opens another one
  int64_t batch_bytes_ = 0;         // its
  std::atomic<int64_t> usual_message_bytes_{UsualMessageBytes(options_, 0)};
  std::atomic<bool> partitions_told_{false};
  std::atomic<bool> refused_{false};  // a record, for its size
  std::atomic<bool> failing_{false};  // the last record was not delivered
  std::string last_failure_;          // GUARDED_BY(mutex_)
  std::unique_ptr<kafka::Producer> producer_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

Result<std::unique_ptr<RecordSink>> MakeKafkaSink(const KafkaOptions& options,
                                                  SinkListener listener, Clock& clock) {
  auto sink = std::make_unique<KafkaSink>(options, std::move(listener), clock);
  SLUICE_RETURN_IF_ERROR(sink->Open(kUsualBatchBytes));
  return std::unique_ptr<RecordSink>(std::move(sink));
}

int64_t UsualMessageBytes(const KafkaOptions& options, int64_t topic_bytes) {
  int64_t record = kafka::MaxRecordBytes(options.client);
  if (topic_bytes > 0) record = std::min(record, topic_bytes);
  return std::min(record - record / 10, options.queue_bytes / 2);
}

}  // namespace sluice::produce
