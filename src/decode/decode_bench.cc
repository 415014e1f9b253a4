// SPDX-License-Identifier: Apache-2.0
//
// The decoder beside the yardstick: bare simdjson On-Demand that reads every declared field of the same
// messages into nothing. Bytes per second count JSON.
#include <benchmark/benchmark.h>

#include "decode/decoder.h"
#include "decode/testing/decode_text.h"
#include "decode/testing/transit_messages.h"
#include "simdjson.h"

namespace sluice::decode {
namespace {

namespace od = simdjson::ondemand;

constexpr size_t kFlatCount = 20'000;
constexpr size_t kFeedCount = 12;
constexpr size_t kEntities = 1000;

// Messages in one arena with simdjson's padding behind it, as the bare reader wants them.
struct Arena {
  explicit Arena(const std::vector<std::optional<std::string>>& messages) {
    for (const auto& message : messages) {
      spans.emplace_back(text.size(), message->size());
      text += *message;
    }
    bytes = static_cast<int64_t>(text.size());
    text.resize(text.size() + simdjson::SIMDJSON_PADDING);
  }
  std::string text;
  std::vector<std::pair<size_t, size_t>> spans;
  int64_t bytes = 0;
};

RecordBatch Records(const Arena& arena) {
  RecordBatch batch;
  batch.topics = {"t"};
  for (const auto& [offset, size] : arena.spans) {
    Record record;
    record.value = arena.text.data() + offset;
    record.value_size = size;
    batch.records.push_back(record);
  }
  batch.value_bytes = static_cast<size_t>(arena.bytes);
  return batch;
}

// Reads fields into a sum, so that nothing is optimised away; a field that is not there counts nothing.
struct Sink {
  double sum = 0;
  void Text(od::object& object, const char* key) {
    std::string_view value;
    if (!object.find_field(key).get_string().get(value)) sum += static_cast<double>(value.size());
  }
  void Integer(od::object& object, const char* key) {
    int64_t value = 0;
    if (!object.find_field(key).get_int64().get(value)) sum += static_cast<double>(value);
  }
  void Real(od::object& object, const char* key) {
    double value = 0;
    if (!object.find_field(key).get_double().get(value)) sum += value;
  }
};

// On-Demand's way to take fields that may be missing: walk the object, compare each key with the next
// expected ones.
enum class Kind { kText, kInteger, kReal };
struct Wanted {
  const char* key;
  Kind kind;
};

template <size_t N>
void ReadFields(od::object object, const Wanted (&wanted)[N], Sink* sink) {
  size_t next = 0;
  for (auto field : object) {
    od::raw_json_string key;
    if (field.key().get(key)) return;
    size_t i = next;
    while (i < N && !key.unsafe_is_equal(wanted[i].key)) ++i;
    if (i == N) continue;
    next = i + 1;
    std::string_view text;
    int64_t integer = 0;
    double real = 0;
    switch (wanted[i].kind) {
      case Kind::kText:
        if (!field.value().get_string().get(text)) sink->sum += static_cast<double>(text.size());
        break;
      case Kind::kInteger:
        if (!field.value().get_int64().get(integer)) sink->sum += static_cast<double>(integer);
        break;
      case Kind::kReal:
        if (!field.value().get_double().get(real)) sink->sum += real;
    }
  }
}

constexpr Wanted kFlat[] = {{"entity_id", Kind::kText},
                            {"trip_id", Kind::kText},
                            {"route_id", Kind::kText},
                            {"direction_id", Kind::kInteger},
                            {"start_date", Kind::kText},
                            {"schedule_relationship", Kind::kText},
                            {"vehicle_id", Kind::kText},
                            {"vehicle_label", Kind::kText},
                            {"latitude", Kind::kReal},
                            {"longitude", Kind::kReal},
                            {"bearing", Kind::kReal},
                            {"speed", Kind::kReal},
                            {"current_stop_sequence", Kind::kInteger},
                            {"stop_id", Kind::kText},
                            {"current_status", Kind::kText},
                            {"timestamp", Kind::kInteger}};
constexpr Wanted kTrip[] = {{"trip_id", Kind::kText},    {"start_time", Kind::kText},
                            {"start_date", Kind::kText}, {"schedule_relationship", Kind::kText},
                            {"route_id", Kind::kText},   {"direction_id", Kind::kInteger}};
constexpr Wanted kPosition[] = {{"latitude", Kind::kReal},
                                {"longitude", Kind::kReal},
                                {"bearing", Kind::kReal},
                                {"speed", Kind::kReal}};
constexpr Wanted kVehicle[] = {{"id", Kind::kText}, {"label", Kind::kText}};

void BareFlat(benchmark::State& state) {
  const Arena arena(testing::FlatMessages(kFlatCount, 1));
  od::parser parser;
  Sink sink;
  for (auto _ : state) {
    for (const auto& [offset, size] : arena.spans) {
      od::document document;
      od::object object;
      if (parser.iterate(arena.text.data() + offset, size, arena.text.size() - offset)
              .get(document))
        continue;
      if (!document.get_object().get(object)) ReadFields(object, kFlat, &sink);
    }
  }
  benchmark::DoNotOptimize(sink.sum);
  state.SetBytesProcessed(state.iterations() * arena.bytes);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kFlatCount));
}
BENCHMARK(BareFlat)->Unit(benchmark::kMillisecond);

void ReadEntity(od::object entity, Sink* sink) {
  sink->Text(entity, "id");
  od::object vehicle, part;
  if (entity.find_field("vehicle").get_object().get(vehicle)) return;
  if (!vehicle.find_field("trip").get_object().get(part)) ReadFields(part, kTrip, sink);
  if (!vehicle.find_field("position").get_object().get(part)) ReadFields(part, kPosition, sink);
  sink->Integer(vehicle, "current_stop_sequence");
  sink->Text(vehicle, "current_status");
  sink->Text(vehicle, "timestamp");
  sink->Text(vehicle, "stop_id");
  if (!vehicle.find_field("vehicle").get_object().get(part)) ReadFields(part, kVehicle, sink);
}

void BareFeed(benchmark::State& state) {
  const Arena arena(testing::FeedMessages(kFeedCount, kEntities, 1));
  od::parser parser;
  Sink sink;
  for (auto _ : state) {
    for (const auto& [offset, size] : arena.spans) {
      od::document document;
      od::array entities;
      if (parser.iterate(arena.text.data() + offset, size, arena.text.size() - offset)
              .get(document))
        continue;
      if (document.find_field("entity").get_array().get(entities)) continue;
      for (auto entity : entities) {
        od::object object;
        if (!entity.get_object().get(object)) ReadEntity(object, &sink);
      }
    }
  }
  benchmark::DoNotOptimize(sink.sum);
  state.SetBytesProcessed(state.iterations() * arena.bytes);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kFeedCount * kEntities));
}
BENCHMARK(BareFeed)->Unit(benchmark::kMillisecond);

void Decode(benchmark::State& state, const DecodeOptions& options, const Arena& arena) {
  auto decoder = Decoder::Make(options);
  const RecordBatch records = Records(arena);
  int64_t rows = 0;
  for (auto _ : state) {
    auto decoded = (*decoder)->Decode(records, {});
    rows += decoded->columns.num_rows();
    if (!decoded->rejects.empty()) state.SkipWithError("a message was rejected");
  }
  state.SetBytesProcessed(state.iterations() * arena.bytes);
  state.SetItemsProcessed(rows);
}

void DecodeFlat(benchmark::State& state) {
  Decode(state, {.schema = testing::kFlatSchema}, Arena(testing::FlatMessages(kFlatCount, 1)));
}
BENCHMARK(DecodeFlat)->Unit(benchmark::kMillisecond);

void DecodeFeed(benchmark::State& state) {
  Decode(state, {.schema = testing::kFeedSchema, .explode = "entity"},
         Arena(testing::FeedMessages(kFeedCount, kEntities, 1)));
}
BENCHMARK(DecodeFeed)->Unit(benchmark::kMillisecond);

// The price of the exact way: each message holds one value of another type.
void DecodeFlatExact(benchmark::State& state) {
  auto messages = testing::FlatMessages(2'000, 1);
  for (auto& message : messages) message->insert(1, "'':0,");
  Decode(state, {.schema = testing::kFlatSchema}, Arena(messages));
}
BENCHMARK(DecodeFlatExact)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::decode
