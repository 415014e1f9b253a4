// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "kafka/client_options.h"
#include "kafka/cluster_lookup.h"
#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

const ClientSettings kDefaults = {
    {"client.id", "sluice-producer"},
    {"log_level", "4"},
    {"log.connection.close", "false"},
    {"enable.metrics.push", "false"},
    {"compression.type", "lz4"},
    {"linger.ms", "5"},
    {"queue.buffering.max.messages", "100000"},
    {"message.max.bytes", "268435456"},
    {"partitioner", "murmur2_random"},  // where Java's producer would put the key
};
const ClientSettings kFixed = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    // A second batch must not overtake the first at a leader that did not know the producer yet: the first
    // would then be lost (CountPartitions).
    {"max.in.flight.requests.per.connection", "1"},
};
constexpr int kWaitForRoomMs = 50;
constexpr std::chrono::seconds kUnreachable{2};

// Time for an answer about topics.
constexpr std::chrono::seconds kLookupTimeout{10};
// Broker's and topic's default for a record batch, less what Kafka adds to it.
constexpr int64_t kUsualRecordBytes = 1'000'000;

bool IsTooLarge(int error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         error == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

// What the client takes for delivered because its sequence was behind the broker's. A second try of a
// batch that is in the log is answered with its offset, so this one is not, or nobody knows.
constexpr int kNoProof = RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER;

int ErrorOf(const Delivered& delivered) {
  return delivered.error == 0 && delivered.offset < 0 ? kNoProof : delivered.error;
}

DeliveryReport ReportOf(uintptr_t tag, int64_t bytes, int error) {
  DeliveryReport report{tag, DeliveryFate::kDelivered, bytes, {}};
  if (error == 0) return report;
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  report.fate = IsTooLarge(error) ? DeliveryFate::kTooLarge : DeliveryFate::kFailed;
  report.message = fmt::format("{} ({})", rd_kafka_err2str(code), rd_kafka_err2name(code));
  return report;
}

class RdkafkaProducer : public Producer {
 public:
  explicit RdkafkaProducer(ProducerSettings settings) : settings_(std::move(settings)) {}
  Status Open(const ClientSettings& settings) {
    SLUICE_ASSIGN_OR_RETURN(
        client_, Client::Open(Client::Role::kProducer, settings,
                              [this](const Delivered& delivered) { OnDelivery(delivered); }));
    lookup_ = std::make_unique<ClusterLookup>(client_, false, kLookupTimeout);
    return Status::Ok();
  }
  ~RdkafkaProducer() override {
    if (client_)
      rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (client_) rd_kafka_flush(client_->handle(), 1000);
  }
  Status Send(const std::string& topic, int partition, std::string_view key,
              std::string_view value) override;
  Status Send(const RecordToSend& record, const std::stop_token& give_up) override;
  Status Flush(std::chrono::milliseconds timeout) override;
  void Serve(std::chrono::milliseconds timeout) override {
    client_->Serve(static_cast<int>(timeout.count()));
  }
  int64_t delivered() const override { return delivered_; }
  int64_t failed() const override { return failed_; }
  // A record may be delivered before it is counted.
  int64_t queued_records() const override { return std::max<int64_t>(0, queued_records_); }
  int64_t queued_bytes() const override { return std::max<int64_t>(0, queued_bytes_); }
  std::chrono::nanoseconds waited() const override { return std::chrono::nanoseconds(waited_ns_); }

  Result<int> CountPartitions(const std::string& topic, const std::stop_token& stop) override {
    SLUICE_ASSIGN_OR_RETURN(const auto topics, lookup_->DescribeTopics({topic}, stop));
    const auto found = topics.find(topic);
    if (found == topics.end()) return 0;
    OffsetQuestions questions;
    for (const PartitionId partition : found->second.partitions)
      questions[{topic, partition}] = kAskLatest;
    SLUICE_RETURN_IF_ERROR(lookup_->Offsets(questions, stop).status());
    return static_cast<int>(found->second.partitions.size());
  }
  Result<int64_t> MaxMessageBytes(const std::string& topic, const std::stop_token& stop) override {
    return lookup_->MaxMessageBytes(topic, stop);
  }
  Status CreateTopic(const std::string& topic, int partitions, int replication,
                     const std::stop_token& stop) override {
    return lookup_->CreateTopic(topic, partitions, replication, stop);
  }
  Status health() const override {
    if (auto refusal = client_->events().Refusal()) return *refusal;
    std::array<char, 512> why{};
    if (rd_kafka_fatal_error(client_->handle(), why.data(), why.size()) != 0)
      return Status::Retry("KAFKA_CLIENT_DEAD", fmt::format("the client gave up: {}", why.data()));
    if (client_->events().UnreachableFor() > kUnreachable) return client_->events().Unreachable();
    return Status::Ok();
  }
  std::vector<SourceWarning> TakeWarnings() override { return client_->events().TakeWarnings(); }

 private:
  int Produce(const RecordToSend& record);
  void OnDelivery(const Delivered& delivered);

  const ProducerSettings settings_;
  std::atomic<int64_t> delivered_{0};
  std::atomic<int64_t> failed_{0};
  std::atomic<int64_t> queued_records_{0};
  std::atomic<int64_t> queued_bytes_{0};
  std::atomic<int64_t> waited_ns_{0};
  std::atomic<int> last_error_{0};
  std::shared_ptr<Client> client_;
  std::unique_ptr<ClusterLookup> lookup_;
};

void RdkafkaProducer::OnDelivery(const Delivered& delivered) {
  const int error = ErrorOf(delivered);
  if (error == 0) {
    ++delivered_;
    client_->events().OnAnswer();
  } else {
    ++failed_;
    last_error_ = error;
  }
  --queued_records_;
  queued_bytes_ -= delivered.bytes;
  if (settings_.on_delivery) settings_.on_delivery(ReportOf(delivered.tag, delivered.bytes, error));
}

// rd_kafka_resp_err_t.
int RdkafkaProducer::Produce(const RecordToSend& record) {
  const auto bytes = static_cast<int64_t>(record.key.size() + record.value.size());
  const std::string topic(record.topic);
  void* tag = reinterpret_cast<void*>(record.tag);  // NOLINT(performance-no-int-to-ptr)
  const auto error = rd_kafka_producev(
      client_->handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(record.key.empty() ? nullptr : record.key.data(), record.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
      RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++queued_records_;
    queued_bytes_ += bytes;
  }
  return error;
}

Status RdkafkaProducer::Send(const std::string& topic, int partition, std::string_view key,
                             std::string_view value) {
  while (true) {
    const int error = Produce({topic, partition, key, value, 0});
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      client_->Serve();
      return Status::Ok();
    }
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      return KafkaError(error, fmt::format("sending to topic '{}'", topic), "");
    if (auto refusal = client_->events().Refusal()) return *refusal;
    if (client_->events().UnreachableFor() > std::chrono::seconds(30))
      return client_->events().Unreachable();
    client_->Serve(kWaitForRoomMs);
  }
}

Status RdkafkaProducer::Send(const RecordToSend& record, const std::stop_token& give_up) {
  while (true) {
    const int error = Produce(record);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
    if (IsTooLarge(error)) {
      ++failed_;
      const auto bytes = static_cast<int64_t>(record.key.size() + record.value.size());
      if (settings_.on_delivery) settings_.on_delivery(ReportOf(record.tag, bytes, error));
      return Status::Ok();
    }
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      return KafkaError(error, fmt::format("sending to topic '{}'", record.topic), "");
    if (auto refusal = client_->events().Refusal()) return *refusal;
    if (give_up.stop_requested()) return Status::Cancelled();
    const auto begun = std::chrono::steady_clock::now();
    client_->Serve(kWaitForRoomMs);
    waited_ns_ += (std::chrono::steady_clock::now() - begun).count();
  }
}

Status RdkafkaProducer::Flush(std::chrono::milliseconds timeout) {
  const int64_t failed_before = failed_;
  const auto error = rd_kafka_flush(client_->handle(), static_cast<int>(timeout.count()));
  if (auto refusal = client_->events().Refusal()) return *refusal;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Status::Retry(
        "KAFKA_NOT_ACKNOWLEDGED",
        fmt::format("{} records are not acknowledged after {} ms; they stay queued",
                    rd_kafka_outq_len(client_->handle()), timeout.count()));
  }
  if (failed_ == failed_before) return Status::Ok();
  return KafkaError(last_error_,
                    fmt::format("{} records were not delivered", failed_ - failed_before), "");
}

}  // namespace

Result<std::unique_ptr<Producer>> Producer::Open(const std::map<std::string, std::string>& client) {
  ProducerSettings settings;
  settings.client = client;
  return Open(std::move(settings));
}

Result<std::unique_ptr<Producer>> Producer::Open(ProducerSettings settings) {
  const TranslatedOptions translated = TranslateOptions(settings.client, Client::Role::kProducer);
  SLUICE_RETURN_IF_ERROR(ProblemsAsStatus(translated));
  ClientSettings native = kDefaults;
  native.emplace_back("queue.buffering.max.kbytes", std::to_string(settings.queue_bytes / 1024));
  native.emplace_back("batch.size", std::to_string(settings.batch_bytes));
  if (settings.keep_trying) native.emplace_back("message.timeout.ms", "0");
  native.insert(native.end(), translated.settings.begin(), translated.settings.end());
  native.insert(native.end(), kFixed.begin(), kFixed.end());
  auto producer = std::make_unique<RdkafkaProducer>(std::move(settings));
  SLUICE_RETURN_IF_ERROR(producer->Open(native));
  return std::unique_ptr<Producer>(std::move(producer));
}

ClientOptionNotes CheckProducerOptions(const std::map<std::string, std::string>& client) {
  TranslatedOptions translated = TranslateOptions(client, Client::Role::kProducer);
  return {std::move(translated.problems), std::move(translated.lacking),
          std::move(translated.warnings)};
}

int64_t MaxRecordBytes(const std::map<std::string, std::string>& client) {
  for (const auto& [name, value] : TranslateOptions(client, Client::Role::kProducer).settings) {
    if (name == "message.max.bytes") return std::strtoll(value.c_str(), nullptr, 10);
  }
  return kUsualRecordBytes;
}

}  // namespace sluice::kafka
