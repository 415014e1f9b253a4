// SPDX-License-Identifier: Apache-2.0
#include "kafka/mock_broker.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/client.h"
#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

class RdkafkaMockBroker : public MockBroker {
 public:
  explicit RdkafkaMockBroker(std::shared_ptr<Client> host) : host_(std::move(host)) {}

  Status Start() {
    cluster_.reset(rd_kafka_mock_cluster_new(host_->handle(), 1));
    // The cluster says that broker 0 is its controller, and begins to count at 1; some requests go
    // to the controller.
    constexpr int32_t kController = 0;
    if (cluster_ &&
        rd_kafka_mock_broker_add(cluster_.get(), kController) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Status::Ok();
    }
    return Status::Stop("MOCK_BROKER_FAILED",
                        "the in-process Kafka broker cannot listen on 127.0.0.1");
  }
  std::string bootstrap_servers() const override {
    return rd_kafka_mock_cluster_bootstraps(cluster_.get());
  }
  Status CreateTopic(const std::string& topic, int partitions) override {
    const auto error = rd_kafka_mock_topic_create(cluster_.get(), topic.c_str(), partitions, 1);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Status::Ok();
    return KafkaError(error, fmt::format("creation of topic '{}' in the in-process broker", topic),
                      "");
  }
  rd_kafka_mock_cluster_s* cluster() override { return cluster_.get(); }

 private:
  std::shared_ptr<Client> host_;
  Handle<rd_kafka_mock_cluster_s> cluster_;
};

}  // namespace

Result<std::unique_ptr<MockBroker>> MockBroker::Start() {
  // The cluster's host is a client without brokers of its own; 3 silences the complaint about that.
  SLUICE_ASSIGN_OR_RETURN(auto host,
                          Client::Open(Client::Role::kProducer,
                                       {{"log_level", "3"}, {"enable.metrics.push", "false"}}));
  auto broker = std::make_unique<RdkafkaMockBroker>(std::move(host));
  SLUICE_RETURN_IF_ERROR(broker->Start());
  return std::unique_ptr<MockBroker>(std::move(broker));
}

}  // namespace sluice::kafka
