// SPDX-License-Identifier: Apache-2.0
//
// Every key of a configuration, once: its type, default, meaning, and where its value goes. The checks,
// `sluice check`, docs/configuration.md and docs/sluice.schema.json all come from this table.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/job_config.h"

namespace sluice::config {

enum class ValueType {
  kString,
  kBool,
  kInteger,
  kDuration,    // "1 second"
  kSize,        // "512 MiB"
  kChoice,      // one of `choices`
  kStringList,  // a YAML list or a comma list
  kJson,        // a YAML map or the same as a JSON string
  kWordOrJson   // one of `choices`, or as kJson
};

// A value after its type was checked; the member that belongs to the type is set.
struct Value {
  std::string text;  // kString, kChoice (canonical), kJson and kWordOrJson (JSON text or the word)
  bool flag = false;
  int64_t number = 0;
  std::chrono::milliseconds duration{0};
  std::vector<std::string> list;
};

// The configuration under construction: what several keys decide together is kept apart until the end.
struct Draft {
  JobConfig job;
  std::optional<kafka::Subscribe> subscribe;
  std::optional<kafka::SubscribePattern> subscribe_pattern;
  std::optional<kafka::Assign> assign;
  std::optional<kafka::StartingPosition> starting_offsets;
  std::optional<kafka::StartingPosition> starting_by_timestamp;
  std::optional<kafka::StartingPosition> starting_timestamp;
  bool latest_when_no_match = false;
  std::optional<bool> available_now;
  std::optional<bool> once;
  std::optional<std::chrono::milliseconds> processing_time;
  std::string explode;
  std::string explode_outer;
  std::optional<bool> ansi;
};

struct KeySpec {
  std::string section;  // "source", "query.trigger"; empty: at the top
  std::string name;     // Spark's spelling
  ValueType type = ValueType::kString;
  std::string default_text;  // as documented; empty: none
  std::string doc;           // one sentence
  // Takes the value into the draft; the answer is empty, or what is wrong with it.
  std::string (*store)(const Value& value, Draft& draft) = nullptr;
  std::vector<std::string> choices = {};
  int64_t minimum = std::numeric_limits<int64_t>::min();  // kInteger, kSize
  int64_t maximum = std::numeric_limits<int64_t>::max();
  bool required = false;

  std::string path() const { return section.empty() ? name : section + "." + name; }
};

const std::vector<KeySpec>& KeyTable();

// What `ansi` is if it is not set: off in Spark 3, on from 4.0.
bool IsAnsiBySparkVersion(const std::string& spark_version);

// A key that users of Spark will bring along and that is not (or not yet) taken: never ignored in silence.
struct RefusedKey {
  std::string section;
  std::string name;
  std::string reason;
};
const std::vector<RefusedKey>& RefusedKeys();

struct SectionSpec {
  std::string name;  // "query.trigger"
  std::string doc;
};
const std::vector<SectionSpec>& Sections();

// Options under source beginning with this go to the Kafka client under their Java names.
inline constexpr std::string_view kKafkaPrefix = "kafka.";
// True if the value of this kafka.* option (without the prefix) must never be printed.
bool IsSecretClientOption(std::string_view java_name);

}  // namespace sluice::config
