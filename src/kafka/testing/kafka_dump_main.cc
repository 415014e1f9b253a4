// SPDX-License-Identifier: Apache-2.0
//
// Drives a Kafka source by JSON lines, so that tests in other languages can judge it:
//   kafka_dump '{"subscribe": ["t"], "client": {"bootstrap.servers": "localhost:9092"}}'
//   {"do": "starting"}        {"do": "latest", "committed": OFFSETS}
//   {"do": "complete", "start": OFFSETS, "end": OFFSETS}
//   {"do": "earliest", "partitions": [["t", 0]]}
//   {"do": "read", "ranges": [["t", 0, START, END]]}        {"do": "warnings"}
// OFFSETS is {"t": {"0": 12}}, as in Spark's checkpoint. Each line is answered by one line:
// {"ok": ...} or {"error": {...}}.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "kafka/source.h"

namespace sluice::kafka {
namespace {

using nlohmann::json;

const std::stop_token kNever;

const char* KindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRetry: return "retry";
    case ErrorKind::kRebase: return "rebase";
    case ErrorKind::kReject: return "reject";
    case ErrorKind::kStop: return "stop";
    case ErrorKind::kExit: return "exit";
    case ErrorKind::kCancelled: return "cancelled";
  }
  return "";
}

json ToJson(const Status& status) {
  return {{"error",
           {{"kind", KindName(status.kind())},
            {"code", status.code()},
            {"message", status.message()}}}};
}

json ToJson(const Result<OffsetMap>& offsets) {
  if (!offsets.ok()) return ToJson(offsets.status());
  json all = json::object();
  for (const auto& [partition, offset] : *offsets) {
    all[partition.topic][std::to_string(partition.partition.value)] = offset.value;
  }
  return {{"ok", all}};
}

OffsetMap OffsetsFrom(const json& all) {
  OffsetMap offsets;
  for (const auto& [topic, partitions] : all.items()) {
    for (const auto& [partition, offset] : partitions.items()) {
      offsets[{topic, PartitionId{std::stoi(partition)}}] = Offset{offset.get<int64_t>()};
    }
  }
  return offsets;
}

StartingPosition StartingFrom(const json& options) {
  using Kind = StartingPosition::Kind;
  StartingPosition starting;
  starting.kind =
      options.value("starting", "earliest") == "latest" ? Kind::kLatest : Kind::kEarliest;
  if (options.contains("starting_offsets")) {
    starting.kind = Kind::kByPartition;
    starting.by_partition = OffsetsFrom(options["starting_offsets"]);
  }
  if (options.contains("starting_timestamps")) {
    starting.kind = Kind::kByTimestamp;
    for (const auto& [partition, offset] : OffsetsFrom(options["starting_timestamps"])) {
      starting.timestamps_ms[partition] = offset.value;
    }
  }
  if (options.contains("starting_timestamp")) {
    starting.kind = Kind::kTimestamp;
    starting.timestamp_ms = options["starting_timestamp"];
  }
  starting.latest_when_no_match = options.value("no_match", "error") == "latest";
  return starting;
}

SourceOptions OptionsFrom(const json& given) {
  SourceOptions options;
  if (given.contains("pattern")) options.subscription = SubscribePattern{given["pattern"]};
  if (given.contains("subscribe")) options.subscription = Subscribe{given["subscribe"]};
  if (given.contains("assign")) {
    Assign assign;
    for (const auto& pair : given["assign"])
      assign.partitions.insert({pair[0], PartitionId{pair[1]}});
    options.subscription = assign;
  }
  options.starting = StartingFrom(given);
  options.fail_on_data_loss = given.value("fail_on_data_loss", true);
  options.include_headers = given.value("include_headers", false);
  options.poll_timeout = std::chrono::milliseconds(given.value("poll_timeout_ms", 120000));
  options.fetch_offset_retry_interval =
      std::chrono::milliseconds(given.value("retry_interval_ms", 200));
  options.queue_bytes = given.value("queue_bytes", int64_t{64} << 20);
  options.client = given["client"];
  return options;
}

json RecordToJson(const RecordBatch& batch, const Record& record, bool whole) {
  json row = {{"topic", batch.topics[record.topic]},
              {"partition", record.partition},
              {"offset", record.offset},
              {"key", record.key == nullptr ? json() : json(record.key_view())}};
  if (!whole) return row;
  row["value"] = record.value == nullptr ? json() : json(record.value_view());
  row["size"] = record.value_size;
  row["timestamp"] = record.timestamp_ms;
  row["timestamp_type"] = record.timestamp_type;
  for (uint32_t i = record.header_begin; i < record.header_end; ++i) {
    const RecordHeader& header = batch.headers[i];
    row["headers"].push_back({header.key, header.value ? json(*header.value) : json()});
  }
  return row;
}

class Driver {
 public:
  explicit Driver(std::unique_ptr<Source> source)
      : source_(std::move(source)), reader_(source_->NewReader()) {}

  json Do(const json& order) {
    const std::string what = order["do"];
    if (what == "starting") return ToJson(source_->StartingOffsets(kNever));
    if (what == "latest")
      return ToJson(
          source_->LatestOffsets(OffsetsFrom(order.value("committed", json::object())), kNever));
    if (what == "complete") {
      return ToJson(
          source_->CompleteStart(OffsetsFrom(order["start"]), OffsetsFrom(order["end"]), kNever));
    }
    if (what == "earliest") return Earliest(order["partitions"]);
    if (what == "warnings") return Warnings();
    if (what == "read") return Read(order);
    return {{"error", {{"message", "unknown order " + what}}}};
  }

 private:
  json Earliest(const json& pairs) {
    std::vector<TopicPartition> partitions;
    for (const auto& pair : pairs) partitions.push_back({pair[0], PartitionId{pair[1]}});
    return ToJson(source_->EarliestOffsets(partitions, kNever));
  }

  json Warnings() {
    json all = json::array();
    for (const SourceWarning& warning : source_->TakeWarnings()) {
      all.push_back(
          {{"code", warning.code}, {"message", warning.message}, {"lost", warning.records_lost}});
    }
    return {{"ok", all}};
  }

  json Read(const json& order) {
    std::vector<OffsetRange> ranges;
    for (const auto& range : order["ranges"]) {
      ranges.push_back({{range[0], PartitionId{range[1]}}, Offset{range[2]}, Offset{range[3]}});
    }
    ReadLimits limits;
    limits.max_records = order.value("max_records", limits.max_records);
    limits.max_bytes = order.value("max_bytes", limits.max_bytes);
    limits.max_record_bytes = order.value("max_record_bytes", limits.max_record_bytes);
    const Status started = reader_->Start(std::move(ranges));
    if (!started.ok()) return ToJson(started);
    json records = json::array();
    while (!reader_->done()) {
      auto batch = reader_->Read(limits, kNever);
      if (!batch.ok()) return ToJson(batch.status());
      for (const Record& record : batch->records)
        records.push_back(RecordToJson(*batch, record, order.value("whole", false)));
      std::this_thread::sleep_for(std::chrono::milliseconds(order.value("pause_ms", 0)));
    }
    return {{"ok", records}};
  }

  std::unique_ptr<Source> source_;
  std::unique_ptr<RangeReader> reader_;
};

void Answer(const json& answer) {
  std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

int Main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: kafka_dump OPTIONS-AS-JSON\n";
    return 2;
  }
  auto source = OpenKafkaSource(OptionsFrom(json::parse(argv[1])), SystemClock());
  if (!source.ok()) {
    Answer(ToJson(source.status()));
    return 2;
  }
  Answer({{"ok", (*source)->description()}});
  Driver driver(std::move(source).value());
  for (std::string line; std::getline(std::cin, line);) Answer(driver.Do(json::parse(line)));
  return 0;
}

}  // namespace
}  // namespace sluice::kafka

int main(int argc, char** argv) { return sluice::kafka::Main(argc, argv); }
