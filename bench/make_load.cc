// SPDX-License-Identifier: Apache-2.0
//
// make_load BOOTSTRAP TOPIC w1|w2 COUNT: fills a topic for the benchmarks; same arguments, same bytes.
//   w2: flat vehicle positions, about 330 bytes, 16 fields
//   w1: whole feed messages of 1,000 vehicles, about 300 KB
// A thousand vehicles with fixed ids and stops; position and time change with every message.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "kafka/producer.h"

namespace {

constexpr int kVehicles = 1000;
constexpr int kPartitions = 4;
constexpr int64_t kEpoch = 1668615191;

struct Vehicle {
  std::string entity, trip, route, date, vehicle, label, stop;
  int direction, bearing, sequence;
  double speed;
  const char* status;
};

// SplitMix64: small, and the same everywhere.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::vector<Vehicle> MakeVehicles() {
  static constexpr std::array<const char*, 3> kStatus = {"IN_TRANSIT_TO", "STOPPED_AT",
                                                         "INCOMING_AT"};
  std::vector<Vehicle> vehicles;
  for (uint64_t i = 0; i < kVehicles; ++i) {
    const uint64_t r = Mix(i);
    vehicles.push_back({"y" + std::to_string(1000 + i), std::to_string(53200000 + r % 900000),
                        std::to_string(1 + r % 97), "20221116", "y" + std::to_string(1000 + i),
                        std::to_string(1000 + i), std::to_string(100 + (r >> 20) % 9000),
                        static_cast<int>(r % 2), static_cast<int>((r >> 8) % 360),
                        static_cast<int>((r >> 16) % 60),
                        static_cast<double>((r >> 24) % 200) / 10.0, kStatus[(r >> 40) % 3]});
  }
  return vehicles;
}

double Latitude(int64_t i) { return 42.3 + static_cast<double>(i * 7919 % 100000) * 1e-6; }
double Longitude(int64_t i) { return -71.1 - static_cast<double>(i * 104729 % 100000) * 1e-6; }

void AppendFlat(const Vehicle& v, int64_t i, std::string* out) {
  char text[1024];
  const int n = std::snprintf(
      text, sizeof text,
      R"({"entity_id":"%s","trip_id":"%s","route_id":"%s","direction_id":%d,"start_date":"%s",)"
      R"("schedule_relationship":"SCHEDULED","vehicle_id":"%s","vehicle_label":"%s","latitude":%.6f,)"
      R"("longitude":%.6f,"bearing":%d,"speed":%.1f,"current_stop_sequence":%d,"stop_id":"%s",)"
      R"("current_status":"%s","timestamp":%lld})",
      v.entity.c_str(), v.trip.c_str(), v.route.c_str(), v.direction, v.date.c_str(),
      v.vehicle.c_str(), v.label.c_str(), Latitude(i), Longitude(i), v.bearing, v.speed, v.sequence,
      v.stop.c_str(), v.status, static_cast<long long>(kEpoch + i / 100));
  out->append(text, static_cast<size_t>(n));
}

void AppendEntity(const Vehicle& v, int64_t i, long long timestamp, std::string* out) {
  char text[1024];
  const int n = std::snprintf(
      text, sizeof text,
      R"({"id":"%s","vehicle":{"trip":{"trip_id":"%s","start_time":"08:15:00","start_date":"%s",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"%s","direction_id":%d},"position":)"
      R"({"latitude":%.6f,"longitude":%.6f,"bearing":%d,"speed":%.1f},"current_stop_sequence":%d,)"
      R"("current_status":"%s","timestamp":"%lld","stop_id":"%s","vehicle":{"id":"%s","label":"%s"}}})",
      v.entity.c_str(), v.trip.c_str(), v.date.c_str(), v.route.c_str(), v.direction, Latitude(i),
      Longitude(i), v.bearing, v.speed, v.sequence, v.status, timestamp, v.stop.c_str(),
      v.vehicle.c_str(), v.label.c_str());
  out->append(text, static_cast<size_t>(n));
}

std::string FeedMessage(const std::vector<Vehicle>& vehicles, int64_t i) {
  const long long timestamp = kEpoch + 15 * i;
  std::string feed =
      R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":")" +
      std::to_string(timestamp) + R"("},"entity":[)";
  for (int k = 0; k < kVehicles; ++k) {
    if (k > 0) feed += ',';
    AppendEntity(vehicles[static_cast<size_t>(k)], i * kVehicles + k, timestamp, &feed);
  }
  return feed + "]}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: make_load BOOTSTRAP TOPIC w1|w2 COUNT\n");
    return 2;
  }
  const bool whole_feeds = std::strcmp(argv[3], "w1") == 0;
  auto producer = sluice::kafka::Producer::Open({{"bootstrap.servers", argv[1]}});
  if (!producer.ok()) {
    std::fprintf(stderr, "%s\n", producer.status().ToString().c_str());
    return 1;
  }
  const std::vector<Vehicle> vehicles = MakeVehicles();
  const int64_t count = std::atoll(argv[4]);
  int64_t bytes = 0;
  std::string value;
  for (int64_t i = 0; i < count; ++i) {
    value.clear();
    if (whole_feeds) {
      value = FeedMessage(vehicles, i);
    } else {
      AppendFlat(vehicles[static_cast<size_t>(i % kVehicles)], i, &value);
    }
    bytes += static_cast<int64_t>(value.size());
    auto sent = (*producer)->Send(argv[2], static_cast<int>(i % kPartitions), {}, value);
    if (!sent.ok()) {
      std::fprintf(stderr, "%s\n", sent.ToString().c_str());
      return 1;
    }
  }
  const auto flushed = (*producer)->Flush(std::chrono::minutes(2));
  if (!flushed.ok() || (*producer)->failed() > 0) {
    std::fprintf(stderr, "%s; %lld failed\n", flushed.ToString().c_str(),
                 static_cast<long long>((*producer)->failed()));
    return 1;
  }
  std::printf("{\"messages\": %lld, \"bytes\": %lld}\n", static_cast<long long>(count),
              static_cast<long long>(bytes));
  return 0;
}
