// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <mutex>

#include "kafka/client_options.h"
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
    {"queue.buffering.max.kbytes", "65536"},
    {"message.max.bytes", "268435456"},
    {"partitioner", "murmur2_random"},  // where Java's producer would put the key
};
const ClientSettings kFixed = {{"enable.idempotence", "true"}, {"acks", "all"}};
constexpr int kWaitForRoomMs = 50;

class RdkafkaProducer : public Producer {
 public:
  Status Open(const ClientSettings& settings) {
    SLUICE_ASSIGN_OR_RETURN(client_, Client::Open(Client::Role::kProducer, settings,
                                                  [this](int error) { OnDelivery(error); }));
    return Status::Ok();
  }
  ~RdkafkaProducer() override {
    if (client_)
      rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (client_) rd_kafka_flush(client_->handle(), 1000);
  }
  Status Send(const std::string& topic, int partition, std::string_view key,
              std::string_view value) override;
  Status Flush(std::chrono::milliseconds timeout) override;
  int64_t delivered() const override { return delivered_; }
  int64_t failed() const override { return failed_; }

 private:
  void OnDelivery(int error) {
    if (error == 0)
      ++delivered_;
    else
      ++failed_;
    last_error_ = error == 0 ? last_error_.load() : error;
  }

  std::atomic<int64_t> delivered_{0};
  std::atomic<int64_t> failed_{0};
  std::atomic<int> last_error_{0};
  std::shared_ptr<Client> client_;
};

Status RdkafkaProducer::Send(const std::string& topic, int partition, std::string_view key,
                             std::string_view value) {
  while (true) {
    const auto error = rd_kafka_producev(
        client_->handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END);
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
  const TranslatedOptions translated = TranslateOptions(client, Client::Role::kProducer);
  SLUICE_RETURN_IF_ERROR(ProblemsAsStatus(translated));
  ClientSettings settings = kDefaults;
  settings.insert(settings.end(), translated.settings.begin(), translated.settings.end());
  settings.insert(settings.end(), kFixed.begin(), kFixed.end());
  auto producer = std::make_unique<RdkafkaProducer>();
  SLUICE_RETURN_IF_ERROR(producer->Open(settings));
  return std::unique_ptr<Producer>(std::move(producer));
}

}  // namespace sluice::kafka
