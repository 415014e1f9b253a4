// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "config/units.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

using Json = nlohmann::json;

Status Wrong(const std::string& what) { return Status::Exit("CONFIG", what); }

Result<Json> ParseTopics(const std::string& text, const char* example) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.empty()) {
    return Wrong(fmt::format("expected JSON such as {}, found '{}'", example, text));
  }
  return json;
}

// Calls store(partition, number) for each "partition": number of each topic.
using Store = std::function<Status(const TopicPartition&, int64_t)>;
Status ForEachPartition(const std::string& text, const char* example, const Store& store) {
  SLUICE_ASSIGN_OR_RETURN(const Json topics, ParseTopics(text, example));
  for (const auto& [topic, partitions] : topics.items()) {
    if (!partitions.is_object() || partitions.empty()) {
      return Wrong(fmt::format("topic {}: expected a map from partition to number such as {}",
                               topic, example));
    }
    for (const auto& [key, number] : partitions.items()) {
      const auto partition = ParseInteger(key);
      if (!partition || *partition < 0 || *partition > INT32_MAX) {
        return Wrong(fmt::format("topic {}: '{}' is no partition number", topic, key));
      }
      if (!number.is_number_integer()) {
        return Wrong(fmt::format("topic {}, partition {}: expected a number, found {}", topic, key,
                                 number.dump()));
      }
      if (number.is_number_unsigned() && number.get<uint64_t>() > INT64_MAX) {
        return Wrong(
            fmt::format("topic {}, partition {}: {} is too large", topic, key, number.dump()));
      }
      SLUICE_RETURN_IF_ERROR(
          store(TopicPartition{topic, PartitionId{static_cast<int32_t>(*partition)}},
                number.get<int64_t>()));
    }
  }
  return Status::Ok();
}

}  // namespace

std::string WrongTopicName(const std::string& name) {
  const bool usable = std::ranges::all_of(
      name, [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
  if (usable && !name.empty() && name.size() <= 249 && name != "." && name != "..") return {};
  return fmt::format(
      "'{}' is no name of a topic: at most 249 letters, digits, '.', '_' and '-', and not . or ..",
      name);
}

Result<std::set<TopicPartition>> ParseAssign(const std::string& json) {
  constexpr const char* kExample = R"({"topic":[0,1]})";
  SLUICE_ASSIGN_OR_RETURN(const Json topics, ParseTopics(json, kExample));
  std::set<TopicPartition> result;
  for (const auto& [topic, partitions] : topics.items()) {
    if (const std::string wrong = WrongTopicName(topic); !wrong.empty()) return Wrong(wrong);
    if (!partitions.is_array() || partitions.empty()) {
      return Wrong(
          fmt::format("topic {}: expected a list of partitions such as {}", topic, kExample));
    }
    for (const Json& partition : partitions) {
      if (!partition.is_number_integer() || partition.get<int64_t>() < 0 ||
          partition.get<int64_t>() > INT32_MAX) {
        return Wrong(fmt::format("topic {}: {} is no partition number", topic, partition.dump()));
      }
      result.insert({topic, PartitionId{partition.get<int32_t>()}});
    }
  }
  return result;
}

Result<OffsetMap> ParseOffsets(const std::string& json) {
  OffsetMap result;
  SLUICE_RETURN_IF_ERROR(ForEachPartition(
      json, R"({"topic":{"0":23,"1":-2}})", [&](const TopicPartition& partition, int64_t offset) {
        if (offset < -2) {
          return Wrong(
              fmt::format("{}: offset {}; expected 0 or more, -2 (earliest) or -1 (latest)",
                          partition.ToString(), offset));
        }
        result[partition] = Offset{offset};
        return Status::Ok();
      }));
  return result;
}

Result<std::map<TopicPartition, int64_t>> ParseTimestamps(const std::string& json) {
  std::map<TopicPartition, int64_t> result;
  SLUICE_RETURN_IF_ERROR(ForEachPartition(
      json, R"({"topic":{"0":1700000000000}})",
      [&](const TopicPartition& partition, int64_t at_ms) {
        if (at_ms < 0)
          return Wrong(fmt::format("{}: timestamp {} is negative", partition.ToString(), at_ms));
        result[partition] = at_ms;
        return Status::Ok();
      }));
  return result;
}

}  // namespace sluice::config
