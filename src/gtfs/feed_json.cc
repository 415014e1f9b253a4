// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

namespace sluice::gtfs {

namespace {

constexpr const char* StatusName(VehicleStatus status) {
  switch (status) {
    case VehicleStatus::kIncomingAt: return "INCOMING_AT";
    case VehicleStatus::kStoppedAt: return "STOPPED_AT";
    case VehicleStatus::kInTransitTo: break;
  }
  return "IN_TRANSIT_TO";
}

// As Python prints it: a whole number keeps its ".0".
std::string FloatText(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string result(text, end);
  if (result.find_first_of(".e") == std::string::npos) result += ".0";
  return result;
}

// Texts of the model are plain ASCII, but for what a caller may have put there.
std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void AppendEntity(const VehiclePosition& v, std::string& out) {
  const auto field = [&](std::string_view key, const std::string& value) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += key;
    out += "\":";
    out += value;
  };
  out += '{';
  field("id", Quoted(v.vehicle_id));
  out += ",\"vehicle\":{\"trip\":{";
  field("trip_id", Quoted(v.trip_id));
  field("start_time", Quoted(v.start_time));
  field("start_date", Quoted(v.start_date));
  field("schedule_relationship", "\"SCHEDULED\"");
  field("route_id", Quoted(v.route_id));
  field("direction_id", std::to_string(v.direction_id));
  out += "},\"position\":{";
  field("latitude", FloatText(v.latitude));
  field("longitude", FloatText(v.longitude));
  field("bearing", FloatText(v.bearing));
  field("speed", FloatText(v.speed));
  out += '}';
  field("current_stop_sequence", std::to_string(v.current_stop_sequence));
  field("current_status", fmt::format("\"{}\"", StatusName(v.status)));
  field("timestamp", fmt::format("\"{}\"", v.timestamp));
  field("stop_id", Quoted(v.stop_id));
  out += ",\"vehicle\":{";
  field("id", Quoted(v.vehicle_id));
  field("label", Quoted(v.label));
  out += "}}}";
}

std::string Message(const Feed& feed, size_t begin, size_t end) {
  std::string out = fmt::format(
      R"({{"header":{{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":"{}"}})",
      feed.timestamp);
  // An empty repeated field is absent.
  if (begin == end) return out + "}";
  out.reserve(out.size() + (end - begin) * 450);
  out += ",\"entity\":[";
  for (size_t i = begin; i < end; ++i) {
    if (i != begin) out += ',';
    AppendEntity(feed.vehicles[i], out);
  }
  return out + "]}";
}

}  // namespace

std::string FeedJson(const Feed& feed) { return Message(feed, 0, feed.vehicles.size()); }

std::vector<std::string> FeedJsonChunks(const Feed& feed, size_t max_entities) {
  std::vector<std::string> messages;
  for (size_t begin = 0; begin < feed.vehicles.size() || messages.empty(); begin += max_entities) {
    messages.push_back(Message(feed, begin, std::min(begin + max_entities, feed.vehicles.size())));
  }
  return messages;
}

}  // namespace sluice::gtfs
