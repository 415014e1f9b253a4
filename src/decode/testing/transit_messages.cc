// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/transit_messages.h"

#include <cstdio>
#include <random>

namespace sluice::decode::testing {

const char kFlatSchema[] =
    "entity_id STRING, trip_id STRING, route_id STRING, direction_id INT, start_date STRING, "
    "schedule_relationship STRING, vehicle_id STRING, vehicle_label STRING, latitude DOUBLE, "
    "longitude DOUBLE, bearing DOUBLE, speed DOUBLE, current_stop_sequence INT, stop_id STRING, "
    "current_status STRING, timestamp BIGINT";

const char kFeedSchema[] =
    "header STRUCT<gtfs_realtime_version: STRING, incrementality: STRING, timestamp: STRING>, "
    "entity ARRAY<STRUCT<id: STRING, vehicle: STRUCT<trip: STRUCT<trip_id: STRING, start_time: "
    "STRING, "
    "start_date: STRING, schedule_relationship: STRING, route_id: STRING, direction_id: INT>, "
    "position: STRUCT<latitude: DOUBLE, longitude: DOUBLE, bearing: DOUBLE, speed: DOUBLE>, "
    "current_stop_sequence: INT, current_status: STRING, timestamp: STRING, stop_id: STRING, "
    "vehicle: STRUCT<id: STRING, label: STRING>>>>";

namespace {

const char* const kStatus[] = {"IN_TRANSIT_TO", "STOPPED_AT", "INCOMING_AT"};

template <typename... Args>
std::string Format(const char* format, Args... args) {
  char text[1024];
  const int size = std::snprintf(text, sizeof text, format, args...);
  return {text, static_cast<size_t>(size)};
}

std::string Flat(std::mt19937_64& random) {
  const auto n = [&](uint64_t below) { return static_cast<int>(random() % below); };
  const int vehicle = n(4000);
  std::string text = Format(
      "{\"entity_id\":\"y%04d\",\"trip_id\":\"%08d\",\"route_id\":\"%d\",\"direction_id\":%d,"
      "\"start_date\":\"202211%02d\",\"schedule_relationship\":\"SCHEDULED\",\"vehicle_id\":\"y%"
      "04d\","
      "\"vehicle_label\":\"%04d\",\"latitude\":%.6f,\"longitude\":%.6f,",
      vehicle, 53422480 + n(60000), n(300), n(2), 1 + n(28), vehicle, vehicle,
      42.3 + n(100000) * 1e-6, -71.1 - n(100000) * 1e-6);
  if (n(10) != 0) text += Format("\"bearing\":%d.0,", n(360));
  text += Format("\"speed\":%.2f,\"current_stop_sequence\":%d,", n(3000) / 100.0, n(60));
  if (n(7) != 0) text += Format("\"stop_id\":\"%d\",", 2000 + n(9000));
  return text + Format("\"current_status\":\"%s\",\"timestamp\":%d}", kStatus[n(3)],
                       1668615191 + n(100000));
}

std::string Entity(std::mt19937_64& random) {
  const auto n = [&](uint64_t below) { return static_cast<int>(random() % below); };
  const int vehicle = n(4000);
  std::string text = Format(
      "{\"id\":\"y%04d\",\"vehicle\":{\"trip\":{\"trip_id\":\"%08d\",\"start_time\":\"%02d:%02d:"
      "00\","
      "\"start_date\":\"20221116\",\"schedule_relationship\":\"SCHEDULED\",\"route_id\":\"%d\","
      "\"direction_id\":%d},",
      vehicle, 53422480 + n(60000), n(24), n(60), n(300), n(2));
  text += Format("\"position\":{\"latitude\":%.6f,\"longitude\":%.6f", 42.3 + n(100000) * 1e-6,
                 -71.1 - n(100000) * 1e-6);
  if (n(8) != 0) text += Format(",\"bearing\":%d.0", n(360));
  return text + Format(
                    "},\"current_stop_sequence\":%d,\"current_status\":\"%s\",\"timestamp\":\"%d\","
                    "\"stop_id\":\"%d\","
                    "\"vehicle\":{\"id\":\"y%04d\",\"label\":\"%04d\"}}}",
                    n(60), kStatus[n(3)], 1668615191 + n(100000), 2000 + n(9000), vehicle, vehicle);
}

}  // namespace

std::vector<std::optional<std::string>> FlatMessages(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::optional<std::string>> messages;
  for (size_t i = 0; i < count; ++i) messages.emplace_back(Flat(random));
  return messages;
}

std::vector<std::optional<std::string>> FeedMessages(size_t count, size_t entities, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::optional<std::string>> messages;
  for (size_t i = 0; i < count; ++i) {
    std::string text = Format(
        "{\"header\":{\"gtfs_realtime_version\":\"2.0\",\"incrementality\":\"FULL_DATASET\","
        "\"timestamp\":\"%d\"},"
        "\"entity\":[",
        1668615191 + static_cast<int>(i) * 15);
    for (size_t e = 0; e < entities; ++e) {
      if (e != 0) text += ',';
      text += Entity(random);
    }
    messages.emplace_back(text + "]}");
  }
  return messages;
}

}  // namespace sluice::decode::testing
