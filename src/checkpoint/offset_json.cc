// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/offset_json.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "checkpoint/scala_hash_order.h"

namespace sluice::checkpoint {

namespace {

using Json = nlohmann::ordered_json;
using Partitions = std::vector<std::pair<PartitionId, Offset>>;

struct Topic {
  std::string name;
  Partitions partitions;
};

std::vector<Topic> ByTopic(const OffsetMap& offsets) {
  std::vector<Topic> topics;
  for (const auto& [partition, offset] : offsets) {
    if (topics.empty() || topics.back().name != partition.topic) {
      topics.push_back({partition.topic, {}});
    }
    topics.back().partitions.emplace_back(partition.partition, offset);
  }
  return topics;
}

std::vector<size_t> Order(const std::vector<int32_t>& hashes, bool put_again, ScalaVersion scala) {
  return scala == ScalaVersion::k212 ? HashOrder212(hashes) : HashOrder213(hashes, put_again);
}

Json PartitionsToJson(const Partitions& partitions, ScalaVersion scala) {
  std::vector<int32_t> hashes;
  for (const auto& [partition, offset] : partitions) hashes.push_back(partition.value);
  Json object = Json::object();
  for (size_t i : Order(hashes, /*put_again=*/false, scala)) {
    object[std::to_string(partitions[i].first.value)] = partitions[i].second.value;
  }
  return object;
}

Status BadOffsets(std::string_view json) {
  return Status::Stop("CHECKPOINT.BAD_OFFSETS",
                      "expected Kafka offsets like {\"topic\":{\"0\":42}}, found " +
                          std::string(json.substr(0, 200)));
}

std::optional<int32_t> PartitionNumber(const std::string& text) {
  int32_t number = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string OffsetsToJson(const OffsetMap& offsets, ScalaVersion scala) {
  const std::vector<Topic> topics = ByTopic(offsets);
  std::vector<int32_t> hashes;
  for (const Topic& topic : topics) hashes.push_back(JavaStringHash(topic.name));
  const bool put_again = !topics.empty() && topics.back().partitions.size() > 1;
  Json object = Json::object();
  for (size_t i : Order(hashes, put_again, scala)) {
    object[topics[i].name] = PartitionsToJson(topics[i].partitions, scala);
  }
  return object.dump();
}

Result<OffsetMap> OffsetsFromJson(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return BadOffsets(json);
  OffsetMap offsets;
  for (const auto& [topic, partitions] : parsed.items()) {
    if (!partitions.is_object()) return BadOffsets(json);
    for (const auto& [number, offset] : partitions.items()) {
      const std::optional<int32_t> partition = PartitionNumber(number);
      if (!partition || !offset.is_number_integer()) return BadOffsets(json);
      if (offset.get<int64_t>() < 0) return BadOffsets(json);
      offsets[{topic, PartitionId{*partition}}] = Offset{offset.get<int64_t>()};
    }
  }
  return offsets;
}

std::optional<ScalaVersion> DetectScala(std::string_view json) {
  const Result<OffsetMap> offsets = OffsetsFromJson(json);
  if (!offsets.ok()) return std::nullopt;
  const bool is212 = OffsetsToJson(*offsets, ScalaVersion::k212) == json;
  const bool is213 = OffsetsToJson(*offsets, ScalaVersion::k213) == json;
  if (is212 == is213) return std::nullopt;
  return is212 ? ScalaVersion::k212 : ScalaVersion::k213;
}

}  // namespace sluice::checkpoint
