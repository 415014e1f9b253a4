// SPDX-License-Identifier: Apache-2.0
//
// Our range reader beside librdkafka's bare batch consumption into nothing, over the same records. By
// default in the in-process broker (whose own work is in both figures); over a real one with
//   SLUICE_BENCH_BOOTSTRAP=host:port SLUICE_BENCH_TOPIC=name kafka_bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "kafka/client.h"
#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

constexpr int kPartitions = 4;
constexpr int kRecordsPerPartition = 12000;  // the in-process broker keeps 5 MiB a partition

std::string OneVehicle(std::mt19937* random) {
  std::uniform_real_distribution<double> degrees(0, 90);
  const auto number = [random] { return (*random)(); };
  return fmt::format(
      R"({{"id":"{}","vehicle":{{"trip":{{"trip_id":"{:x}","route_id":"{}","start_date":"20240310"}},)"
      R"("position":{{"latitude":{:.6f},"longitude":{:.6f},"bearing":{},"speed":{:.3f}}},)"
      R"("timestamp":{},"current_status":"IN_TRANSIT_TO","stop_id":"{}",)"
      R"("vehicle":{{"id":"{}","label":"bus {}"}}}}}})",
      number(), number(), number() % 500, degrees(*random), degrees(*random), number() % 360,
      degrees(*random), 1710000000 + number() % 100000, number() % 9999, number() % 5000,
      number() % 5000);
}

struct Records {
  Records() {
    if (const char* address = std::getenv("SLUICE_BENCH_BOOTSTRAP")) {
      bootstrap = address;
      topic = std::getenv("SLUICE_BENCH_TOPIC");
    } else {
      fixture = std::make_unique<KafkaFixture>();
      bootstrap = fixture->broker->bootstrap_servers();
      topic = "bench";
      Fill();
    }
    SourceOptions options;
    options.subscription = Subscribe{{topic}};
    options.client["bootstrap.servers"] = bootstrap;
    source = std::move(OpenKafkaSource(options, SystemClock()).value());
    end = source->LatestOffsets({}, {}).value();
    for (const auto& [partition, offset] : end) {
      start[partition] = Offset{0};
      count += offset.value;
    }
  }

  void Fill() {
    (void)fixture->broker->CreateTopic(topic, kPartitions);
    std::mt19937 random(1);
    for (int i = 0; i < kPartitions * kRecordsPerPartition; ++i) {
      (void)fixture->producer->Send(topic, i % kPartitions, "", OneVehicle(&random));
    }
    (void)fixture->producer->Flush(std::chrono::seconds(30));
  }

  std::string bootstrap;
  std::string topic;
  std::unique_ptr<KafkaFixture> fixture;
  std::unique_ptr<Source> source;
  OffsetMap start;
  OffsetMap end;
  int64_t count = 0;
};

Records& TheRecords() {
  static Records records;
  return records;
}

void ReadAllOf(RangeReader& reader, std::vector<OffsetRange> ranges, int64_t* read,
               int64_t* bytes) {
  if (!reader.Start(std::move(ranges)).ok()) std::abort();
  while (!reader.done()) {
    auto batch = reader.Read({}, {});
    if (!batch.ok()) std::abort();
    *read += static_cast<int64_t>(batch->records.size());
    *bytes += static_cast<int64_t>(batch->value_bytes);
  }
}

void BM_RangeReader(benchmark::State& state) {
  Records& records = TheRecords();
  int64_t read = 0;
  int64_t bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    auto reader = records.source->NewReader();
    ReadAllOf(*reader, RangesBetween(records.start, records.end), &read, &bytes);
  }
  if (read != records.count * static_cast<int64_t>(state.iterations()))
    state.SkipWithError("records are missing");
  state.SetItemsProcessed(read);
  state.SetBytesProcessed(bytes);
}

void BM_BatchQueue(benchmark::State& state) {
  Records& records = TheRecords();
  int64_t read = 0;
  int64_t bytes = 0;
  std::vector<rd_kafka_message_t*> messages(10000);
  for ([[maybe_unused]] auto _ : state) {
    auto client = Client::Open(Client::Role::kConsumer, {{"bootstrap.servers", records.bootstrap},
                                                         {"log_level", "3"},
                                                         {"fetch.queue.backoff.ms", "2"},
                                                         {"enable.auto.commit", "false"}})
                      .value();
    Handle<rd_kafka_topic_s> topic(
        rd_kafka_topic_new(client->handle(), records.topic.c_str(), nullptr));
    Handle<rd_kafka_queue_s> queue(rd_kafka_queue_new(client->handle()));
    for (const auto& [partition, offset] : records.end) {
      rd_kafka_consume_start_queue(topic.get(), partition.partition.value, 0, queue.get());
    }
    for (int64_t left = records.count; left > 0;) {
      const ssize_t count =
          rd_kafka_consume_batch_queue(queue.get(), 100, messages.data(), messages.size());
      for (ssize_t i = 0; i < count; ++i) {
        rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
        if (message->err == 0) --left, ++read, bytes += static_cast<int64_t>(message->len);
        rd_kafka_message_destroy(message);
      }
    }
    for (const auto& [partition, offset] : records.end)
      rd_kafka_consume_stop(topic.get(), partition.partition.value);
  }
  state.SetItemsProcessed(read);
  state.SetBytesProcessed(bytes);
}

BENCHMARK(BM_BatchQueue)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RangeReader)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::kafka
