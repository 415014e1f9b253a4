// SPDX-License-Identifier: Apache-2.0
//
// floor BOOTSTRAP TOPIC w1|w2 DIRECTORY: what the bare libraries cost over the same data, with nothing
// of ours between them, in CPU seconds; the yardstick of docs/performance.md. Prints one JSON line.
//   kafka    librdkafka's batch consumption of the whole topic into nothing (all its threads)
//   json     simdjson On-Demand reading every declared field into nothing
//   parquet  Arrow's writer, given ready-made columns, into one file: zstd level 1, a dictionary where
//            a column repeats, DELTA_BINARY_PACKED for whole numbers: what Sluice chooses for this data
#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <librdkafka/rdkafka.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/record_batch.h"
#include "decode/decoder.h"

namespace {

constexpr int kPartitions = 4;
constexpr size_t kBatchRecords = 10000;

double ProcessCpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ThreadCpu() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "floor: %s\n", what.c_str());
  std::exit(1);
}

void Check(const arrow::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

using MessageSink = std::function<void(const rd_kafka_message_t&)>;

// Consumes every partition to its end; gives the number of messages.
int64_t Consume(const char* bootstrap, const char* topic, const MessageSink& sink) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, const char*>>{{"bootstrap.servers", bootstrap},
                                                        {"enable.partition.eof", "true"},
                                                        {"fetch.queue.backoff.ms", "10"},
                                                        {"check.crcs", "true"},
                                                        {"isolation.level", "read_uncommitted"},
                                                        {"log_level", "3"}}) {
    if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) Die(error);
  }
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (!client) Die(error);
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic, nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  for (int p = 0; p < kPartitions; ++p) {
    if (rd_kafka_consume_start_queue(handle, p, RD_KAFKA_OFFSET_BEGINNING, queue) != 0) {
      Die("cannot start a partition");
    }
  }
  std::vector<rd_kafka_message_t*> messages(kBatchRecords);
  int64_t count = 0;
  for (int ended = 0; ended < kPartitions;) {
    const ssize_t n = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (ssize_t i = 0; i < n; ++i) {
      rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++count;
        if (sink) sink(*message);
      }
      rd_kafka_message_destroy(message);
    }
  }
  for (int p = 0; p < kPartitions; ++p) rd_kafka_consume_stop(handle, p);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
  return count;
}

namespace od = simdjson::ondemand;

// Reads a value of whatever type the field has, and keeps nothing but a checksum.
template <typename Value>
void Read(Value&& found, uint64_t* sink) {
  od::value value;
  if (std::forward<Value>(found).get(value)) return;
  std::string_view text;
  double number = 0;
  switch (value.type().value_unsafe()) {
    case od::json_type::string:
      if (!value.get_string().get(text)) *sink += text.size();
      break;
    case od::json_type::number:
      if (!value.get_double().get(number)) *sink += static_cast<uint64_t>(number != 0);
      break;
    default: break;
  }
}

constexpr const char* kFlatText[] = {"entity_id", "trip_id", "route_id"};

void ReadFlat(od::object object, uint64_t* sink) {
  int64_t whole = 0;
  double number = 0;
  for (const char* key : kFlatText) Read(object.find_field(key), sink);
  if (!object.find_field("direction_id").get(whole)) *sink += static_cast<uint64_t>(whole);
  Read(object.find_field("start_date"), sink);
  Read(object.find_field("vehicle_id"), sink);
  for (const char* key : {"latitude", "longitude", "bearing", "speed"}) {
    if (!object.find_field(key).get(number)) *sink += static_cast<uint64_t>(number != 0);
  }
  if (!object.find_field("current_stop_sequence").get(whole)) *sink += static_cast<uint64_t>(whole);
  Read(object.find_field("stop_id"), sink);
  Read(object.find_field("current_status"), sink);
  if (!object.find_field("timestamp").get(whole)) *sink += static_cast<uint64_t>(whole);
}

void ReadEntity(od::object entity, uint64_t* sink) {
  int64_t whole = 0;
  double number = 0;
  Read(entity.find_field("id"), sink);
  od::object vehicle, part;
  if (entity.find_field("vehicle").get(vehicle)) return;
  if (!vehicle.find_field("trip").get(part)) {
    for (const char* key : {"trip_id", "start_date", "schedule_relationship", "route_id"}) {
      Read(part.find_field(key), sink);
    }
    if (!part.find_field("direction_id").get(whole)) *sink += static_cast<uint64_t>(whole);
  }
  if (!vehicle.find_field("position").get(part)) {
    for (const char* key : {"latitude", "longitude", "bearing", "speed"}) {
      if (!part.find_field(key).get(number)) *sink += static_cast<uint64_t>(number != 0);
    }
  }
  if (!vehicle.find_field("current_stop_sequence").get(whole))
    *sink += static_cast<uint64_t>(whole);
  for (const char* key : {"current_status", "timestamp", "stop_id"})
    Read(vehicle.find_field(key), sink);
  if (!vehicle.find_field("vehicle").get(part)) {
    Read(part.find_field("id"), sink);
    Read(part.find_field("label"), sink);
  }
}

uint64_t ReadMessage(od::parser& parser, const simdjson::padded_string& text, bool whole_feed) {
  uint64_t sink = 0;
  od::document document;
  od::object root;
  if (parser.iterate(text).get(document) || document.get_object().get(root)) Die("not JSON");
  if (!whole_feed) {
    ReadFlat(root, &sink);
    return sink;
  }
  od::array entities;
  if (root.find_field("entity").get(entities)) Die("no entity");
  for (auto element : entities) {
    od::object entity;
    if (!element.get(entity)) ReadEntity(entity, &sink);
  }
  return sink;
}

constexpr const char* kFlatSchema =
    "entity_id STRING, trip_id STRING, route_id STRING, direction_id INT, start_date STRING, "
    "vehicle_id STRING, latitude DOUBLE, longitude DOUBLE, bearing DOUBLE, speed DOUBLE, "
    "current_stop_sequence INT, stop_id STRING, current_status STRING, timestamp BIGINT";

constexpr const char* kFeedSchema =
    "entity ARRAY<STRUCT<id: STRING, vehicle: STRUCT<trip: STRUCT<trip_id: STRING, start_date: "
    "STRING, "
    "schedule_relationship: STRING, route_id: STRING, direction_id: INT>, position: "
    "STRUCT<latitude: "
    "DOUBLE, longitude: DOUBLE, bearing: DOUBLE, speed: DOUBLE>, current_stop_sequence: INT, "
    "current_status: STRING, timestamp: STRING, stop_id: STRING, vehicle: STRUCT<id: STRING, "
    "label: "
    "STRING>>>>";

// Leaves of nested structs as columns of their own.
void Flatten(const std::shared_ptr<arrow::Field>& field, const std::shared_ptr<arrow::Array>& array,
             arrow::FieldVector* fields, arrow::ArrayVector* arrays) {
  if (field->type()->id() != arrow::Type::STRUCT) {
    fields->push_back(field->WithName("c" + std::to_string(fields->size()) + "_" + field->name()));
    arrays->push_back(array);
    return;
  }
  const auto& parent = static_cast<const arrow::StructArray&>(*array);
  for (int i = 0; i < field->type()->num_fields(); ++i) {
    Flatten(field->type()->field(i), parent.field(i), fields, arrays);
  }
}

std::shared_ptr<arrow::RecordBatch> ReadyMade(sluice::decode::Decoder& decoder,
                                              const sluice::RecordBatch& records) {
  auto decoded = decoder.Decode(records, {});
  if (!decoded.ok()) Die(decoded.status().ToString());
  ArrowSchema c_schema;
  sluice::ExportSchema(decoded->columns.schema(), &c_schema);
  ArrowArray c_array = decoded->columns.Take();
  auto batch = arrow::ImportRecordBatch(&c_array, &c_schema).ValueOrDie();
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (int i = 0; i < batch->num_columns(); ++i) {
    Flatten(batch->schema()->field(i), batch->column(i), &fields, &arrays);
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), batch->num_rows(), arrays);
}

std::shared_ptr<parquet::WriterProperties> Properties(const arrow::Schema& schema) {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::ZSTD)->compression_level(1)->disable_dictionary();
  for (const auto& field : schema.fields()) {
    const std::string& name = field->name();
    if (field->type()->id() == arrow::Type::STRING) builder.enable_dictionary(name);
    if (arrow::is_integer(field->type()->id())) {
      builder.encoding(name, parquet::Encoding::DELTA_BINARY_PACKED);
    }
  }
  return builder.build();
}

class ReadyMadeWriter {
 public:
  explicit ReadyMadeWriter(std::string path) : path_(std::move(path)) {}

  void Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
    const double begin = ThreadCpu();
    if (!writer_) {
      auto file = arrow::io::FileOutputStream::Open(path_).ValueOrDie();
      writer_ = parquet::arrow::FileWriter::Open(*batch->schema(), arrow::default_memory_pool(),
                                                 file, Properties(*batch->schema()))
                    .ValueOrDie();
    }
    Check(writer_->WriteRecordBatch(*batch));
    cpu_ += ThreadCpu() - begin;
    rows_ += batch->num_rows();
  }
  void Close() {
    const double begin = ThreadCpu();
    Check(writer_->Close());
    cpu_ += ThreadCpu() - begin;
  }
  double cpu() const { return cpu_; }
  int64_t rows() const { return rows_; }

 private:
  std::string path_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  double cpu_ = 0;
  int64_t rows_ = 0;
};

struct Costs {
  double json = 0;
  int64_t bytes = 0;
};

// Second pass: keeps messages until a chunk is full, then parses and writes it, each measured alone.
class Chunks {
 public:
  Chunks(bool whole_feeds, ReadyMadeWriter* writer) : whole_feeds_(whole_feeds), writer_(writer) {
    sluice::decode::DecodeOptions options;
    options.schema = whole_feeds ? kFeedSchema : kFlatSchema;
    if (whole_feeds) options.explode = "entity";
    auto made = sluice::decode::Decoder::Make(options);
    if (!made.ok()) Die(made.status().ToString());
    decoder_ = std::move(*made);
  }
  void Add(const rd_kafka_message_t& message) {
    texts_.emplace_back(static_cast<const char*>(message.payload), message.len);
    costs_.bytes += static_cast<int64_t>(message.len);
    if (texts_.size() >= (whole_feeds_ ? 66U : 65536U)) Flush();
  }
  void Flush() {
    if (texts_.empty()) return;
    sluice::RecordBatch records;
    records.topics = {"t"};
    const double begin = ThreadCpu();
    for (const auto& text : texts_) sink_ += ReadMessage(parser_, text, whole_feeds_);
    costs_.json += ThreadCpu() - begin;
    for (const auto& text : texts_) {
      sluice::Record record;
      record.value = text.data();
      record.value_size = text.size();
      records.records.push_back(record);
    }
    writer_->Write(ReadyMade(*decoder_, records));
    texts_.clear();
  }
  const Costs& costs() const { return costs_; }
  uint64_t sink() const { return sink_; }

 private:
  bool whole_feeds_;
  ReadyMadeWriter* writer_;
  std::unique_ptr<sluice::decode::Decoder> decoder_;
  od::parser parser_;
  std::deque<simdjson::padded_string> texts_;
  Costs costs_;
  uint64_t sink_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: floor BOOTSTRAP TOPIC w1|w2 DIRECTORY\n");
    return 2;
  }
  const double begin = ProcessCpu();
  const int64_t messages = Consume(argv[1], argv[2], nullptr);
  const double kafka = ProcessCpu() - begin;

  ReadyMadeWriter writer(std::string(argv[4]) + "/floor.parquet");
  Chunks chunks(std::strcmp(argv[3], "w1") == 0, &writer);
  Consume(argv[1], argv[2], [&](const rd_kafka_message_t& message) { chunks.Add(message); });
  chunks.Flush();
  writer.Close();
  std::printf(
      "{\"messages\": %lld, \"rows\": %lld, \"bytes\": %lld, \"kafka\": %.3f, \"json\": %.3f, "
      "\"parquet\": %.3f, \"checksum\": %llu}\n",
      static_cast<long long>(messages), static_cast<long long>(writer.rows()),
      static_cast<long long>(chunks.costs().bytes), kafka, chunks.costs().json, writer.cpu(),
      static_cast<unsigned long long>(chunks.sink()));
  return 0;
}
