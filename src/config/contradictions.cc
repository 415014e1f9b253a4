// SPDX-License-Identifier: Apache-2.0
#include "config/contradictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "config/nearest.h"
#include "config/rules.h"
#include "config/units.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

class Settler : private Rules {
 public:
  Settler(const std::string& file, Draft& draft, ReadResult& result)
      : Rules(file, result), draft_(draft) {}

  void Settle() {
    FindMissing();
    SettleSubscription();
    SettleStart();
    SettleTrigger();
    CheckLimits();
    SettleExplode();
    FindIdleDecodeKeys();
    SettleAnsi();
    CheckSink();
  }

 private:
  void FindMissing() {
    for (const KeySpec& key : JobKeys().keys) {
      if (key.required && !IsSet(key.path())) Add(key.path(), fmt::format("missing: {}", key.doc));
    }
    if (!IsSet("source.kafka.bootstrap.servers")) {
      Add("source.kafka.bootstrap.servers",
          "missing: addresses of Kafka brokers, such as localhost:9092");
    }
  }

  void SettleSubscription() {
    std::vector<std::string> given;
    for (const char* path : {"source.subscribe", "source.subscribePattern", "source.assign"}) {
      if (IsSet(path)) given.emplace_back(path);
    }
    if (given.empty())
      Add("source.subscribe",
          "missing: one of subscribe, subscribePattern and assign says what to read");
    for (size_t i = 1; i < given.size(); ++i) {
      Add(given[i],
          fmt::format(
              "contradicts {} in line {}: only one of subscribe, subscribePattern and assign",
              given[0].substr(7), LineOf(given[0])));
    }
    kafka::SourceOptions& source = draft_.job.source;
    if (draft_.subscribe) source.subscription = *draft_.subscribe;
    if (draft_.subscribe_pattern) source.subscription = *draft_.subscribe_pattern;
    if (draft_.assign) source.subscription = *draft_.assign;
    std::set<std::string>& topics = draft_.job.query.topics;
    if (draft_.subscribe)
      topics.insert(draft_.subscribe->topics.begin(), draft_.subscribe->topics.end());
    if (draft_.assign) {
      for (const TopicPartition& partition : draft_.assign->partitions)
        topics.insert(partition.topic);
    }
  }

  void SettleStart() {
    kafka::SourceOptions& source = draft_.job.source;
    if (draft_.starting_offsets) source.starting = *draft_.starting_offsets;
    if (draft_.starting_by_timestamp) source.starting = *draft_.starting_by_timestamp;
    if (draft_.starting_timestamp) source.starting = *draft_.starting_timestamp;
    source.starting.latest_when_no_match = draft_.latest_when_no_match;
    if (draft_.starting_timestamp && draft_.starting_by_timestamp) {
      Warn("source.startingOffsetsByTimestamp",
           "has no effect beside startingTimestamp, as in Spark");
    }
    if ((draft_.starting_timestamp || draft_.starting_by_timestamp) && draft_.starting_offsets) {
      Warn("source.startingOffsets", "has no effect beside a starting timestamp, as in Spark");
    }
    if (IsSet("source.startingOffsetsByTimestampStrategy") && !draft_.starting_timestamp &&
        !draft_.starting_by_timestamp) {
      Add("source.startingOffsetsByTimestampStrategy",
          "has no effect without startingTimestamp or startingOffsetsByTimestamp");
    }
    if (draft_.starting_offsets)
      CheckListed("source.startingOffsets", draft_.starting_offsets->by_partition);
    if (draft_.starting_by_timestamp) {
      CheckListed("source.startingOffsetsByTimestamp", draft_.starting_by_timestamp->timestamps_ms);
    }
  }

  // A start by partition must name what is read, and under `assign` all of it.
  template <typename Map>
  void CheckListed(const std::string& path, const Map& starts) {
    if (starts.empty()) return;
    for (const auto& [partition, start] : starts) {
      if (draft_.assign && !draft_.assign->partitions.contains(partition)) {
        Add(path, fmt::format("{} is not among the partitions of assign", partition.ToString()));
      }
      if (draft_.subscribe && std::ranges::count(draft_.subscribe->topics, partition.topic) == 0) {
        Add(path, fmt::format("topic {} is not among those of subscribe", partition.topic));
      }
    }
    if (!draft_.assign) return;
    for (const TopicPartition& partition : draft_.assign->partitions) {
      if (!starts.contains(partition))
        Add(path, fmt::format("{} of assign is missing: every partition must be listed",
                              partition.ToString()));
    }
  }

  void SettleTrigger() {
    std::vector<std::string> given;
    using Kind = stream::Trigger::Kind;
    stream::Trigger& trigger = draft_.job.query.trigger;
    if (draft_.processing_time) {
      given.emplace_back("query.trigger.processingTime");
      trigger.interval = *draft_.processing_time;
    }
    if (draft_.available_now.value_or(false)) {
      given.emplace_back("query.trigger.availableNow");
      trigger.kind = Kind::kAvailableNow;
    }
    if (draft_.once.value_or(false)) {
      given.emplace_back("query.trigger.once");
      trigger.kind = Kind::kOnce;
    }
    for (size_t i = 1; i < given.size(); ++i) {
      Add(given[i], fmt::format("contradicts {} in line {}: one trigger only", given[0].substr(6),
                                LineOf(given[0])));
    }
  }

  void CheckLimits() {
    const stream::RateLimits& limits = draft_.job.query.limits;
    const auto least = limits.min_offsets_per_trigger;
    const auto most = limits.max_offsets_per_trigger;
    if (least && most && *least > *most) {
      Add("source.minOffsetsPerTrigger",
          fmt::format("{} is more than maxOffsetsPerTrigger: {} in line {}", *least, *most,
                      LineOf("source.maxOffsetsPerTrigger")));
    }
    if (IsSet("source.maxTriggerDelay") && !least) {
      Warn("source.maxTriggerDelay", "has no effect without minOffsetsPerTrigger, as in Spark");
    }
    if (draft_.once.value_or(false) && (least || most)) {
      Warn(most ? "source.maxOffsetsPerTrigger" : "source.minOffsetsPerTrigger",
           fmt::format("has no effect with the trigger once, as in Spark{}",
                       most ? "; availableNow keeps to it" : ""));
    }
    if (draft_.available_now.value_or(false) && least) {
      Warn("source.minOffsetsPerTrigger",
           "has no effect with the trigger availableNow: it takes all that is there");
    }
  }

  void SettleExplode() {
    decode::DecodeOptions& decode = draft_.job.decode;
    decode.explode_outer = !draft_.explode_outer.empty();
    decode.explode = decode.explode_outer ? draft_.explode_outer : draft_.explode;
    const std::string path = decode.explode_outer ? "decode.explode_outer" : "decode.explode";
    if (!draft_.explode.empty() && decode.explode_outer) {
      Add(path,
          fmt::format("contradicts explode in line {}: one of the two", LineOf("decode.explode")));
    }
    if (!decode.explode.empty() && !IsSet("decode.schema"))
      Add(path, "needs decode.schema, with that column as an ARRAY<STRUCT<...>>");
  }

  // decode.timeZone and sparkVersion are for the SQL too.
  void FindIdleDecodeKeys() {
    if (!draft_.job.decode.schema.empty()) return;
    for (const char* key :
         {"decode.mode", "decode.columnNameOfCorruptRecord", "decode.timestampFormat",
          "decode.timestampNTZFormat", "decode.dateFormat"}) {
      if (IsSet(key)) Warn(key, "has no effect without decode.schema");
    }
  }

  void SettleAnsi() {
    draft_.job.ansi = draft_.ansi.value_or(IsAnsiBySparkVersion(draft_.job.decode.spark_version));
    if (draft_.ansi && draft_.job.sql.empty()) Add("ansi", "has no effect without sql");
  }

  void CheckSink() {
    const stream::QueryOptions& query = draft_.job.query;
    const auto normal = [](const std::string& path) {
      return std::filesystem::path(path).lexically_normal();
    };
    if (!query.table_path.empty() &&
        normal(query.table_path) == normal(query.checkpoint_location)) {
      Add("sink.checkpointLocation",
          "is the table's own directory; a checkpoint needs one for itself");
    }
    if (IsSet("sink.compressionLevel") && draft_.job.writer.compression != "zstd") {
      Add("sink.compressionLevel",
          fmt::format("has no effect with compression: {}", draft_.job.writer.compression));
    }
    std::vector<std::string> seen;
    for (const std::string& column : query.partition_by) {
      const auto same = [&](const std::string& other) { return EqualIgnoringCase(column, other); };
      if (std::any_of(seen.begin(), seen.end(), same))
        Add("sink.partitionBy", fmt::format("column {} is named twice", column));
      seen.push_back(column);
    }
  }

  Draft& draft_;
};

}  // namespace

void SettleDraft(const std::string& file, Draft& draft, ReadResult& result) {
  Settler(file, draft, result).Settle();
  SettleOutput(file, draft, result);
  draft.job.monitor = draft.monitor;
  if (!draft.monitor.samples || !draft.monitor.enabled) draft.job.query.bad_samples = 0;
  draft.job.log = draft.log;
}

}  // namespace sluice::config
