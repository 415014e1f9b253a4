// SPDX-License-Identifier: Apache-2.0
#include "kafka/testing/kafka_fixture.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdlib>

namespace sluice::kafka {
namespace {

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    fmt::print(stderr, "{}\n", result.status().ToString());
    std::abort();
  }
  return std::move(result).value();
}

void Must(const Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::abort();
}

}  // namespace

KafkaFixture::KafkaFixture()
    : broker(Must(MockBroker::Start())),
      producer(Must(Producer::Open(
          {{"bootstrap.servers", broker->bootstrap_servers()}, {"linger.ms", "1"}}))) {}

SourceOptions KafkaFixture::Options(const std::string& topic) const {
  SourceOptions options;
  options.subscription = Subscribe{{topic}};
  options.starting.kind = StartingPosition::Kind::kEarliest;
  options.client["bootstrap.servers"] = broker->bootstrap_servers();
  return options;
}

std::unique_ptr<Source> KafkaFixture::Open(const SourceOptions& options) {
  return Must(OpenKafkaSource(options, clock));
}

void KafkaFixture::Send(const std::string& topic, int partition, int first, int last) {
  for (int i = first; i < last; ++i) {
    Must(producer->Send(topic, partition, fmt::format("k{}", i), fmt::format("v{}", i)));
  }
  Must(producer->Flush(std::chrono::seconds(30)));
}

void KafkaFixture::RefuseNextBatch(int error) {
  constexpr int16_t kProduce = 0;
  rd_kafka_mock_push_request_errors(broker->cluster(), kProduce, 1,
                                    static_cast<rd_kafka_resp_err_t>(error));
}

void KafkaFixture::ForgetSequences() {
  RefuseNextBatch(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
}

ReadOutcome ReadAll(RangeReader& reader, const ReadLimits& limits) {
  ReadOutcome outcome;
  const std::stop_token never;
  while (!reader.done()) {
    auto batch = reader.Read(limits, never);
    if (!batch.ok()) {
      outcome.status = batch.status();
      break;
    }
    outcome.batches += batch->records.empty() ? 0 : 1;
    for (const Record& record : batch->records) {
      outcome.offsets[{batch->topics[record.topic], PartitionId{record.partition}}].push_back(
          record.offset);
      outcome.values.emplace_back(record.value_view());
    }
  }
  return outcome;
}

ReadOutcome ReadRanges(RangeReader& reader, std::vector<OffsetRange> ranges,
                       const ReadLimits& limits) {
  const Status started = reader.Start(std::move(ranges));
  if (!started.ok()) return {started, {}, {}, 0};
  return ReadAll(reader, limits);
}

OffsetRange Range(const std::string& topic, int partition, int64_t start, int64_t end) {
  return {{topic, PartitionId{partition}}, Offset{start}, Offset{end}};
}

}  // namespace sluice::kafka
