// SPDX-License-Identifier: Apache-2.0
//
// What a transit engineer wants to know of a feed before trusting it, and what the producer would do with
// it: the numbers of `sluice feed inspect`, apart from how they are shown (feed_report_text.h).
//
//   FeedReport report = Inspect(std::move(body), {.now_seconds = now, .is_live = true});
//   report.verdict, report.findings, report.modes[...]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtfs/body.h"
#include "gtfs/entity_facts.h"
#include "gtfs/faults.h"
#include "gtfs/feed_reader.h"
#include "gtfs/messages.h"

namespace sluice::gtfs {

struct InspectOptions {
  int64_t now_seconds = 0;
  bool is_live = false;  // just fetched: then the header's age is a finding, too
  // mode: the one whose fate is told; all three are measured.
  MessageOptions messages{};
};

enum class Verdict { kGood, kUsable, kNotAFeed };
const char* ToString(Verdict verdict);  // "good", "usable", "not_a_feed"

// Ages of the entities that have a timestamp, in seconds before the header's (before now without one).
struct AgeTally {
  // Upper ends of the classes; one more holds what is older.
  static constexpr std::array<int64_t, 4> kEnds = {30, 90, 300, 3600};

  int64_t without_time = 0;  // trip updates and vehicles without a timestamp
  int64_t in_future = 0;     // later than the header
  std::array<int64_t, kEnds.size() + 1> classes{};
  // Of those not in the future; nothing if there are none.
  std::optional<int64_t> median;
  std::optional<int64_t> percentile_95;
  std::optional<int64_t> oldest;
  int64_t farthest_future = 0;
};

struct VehicleTally {
  int64_t with_trip = 0;
  int64_t without_trip = 0;
  int64_t without_position = 0;
  int64_t at_zero = 0;  // latitude and longitude 0: no fix
  int64_t without_id = 0;
};

// Ids that more than one entity has. A vehicle's are compared among vehicles only.
struct Duplicates {
  static constexpr size_t kMostNames = 5;
  int64_t ids = 0;
  std::vector<std::string> first;
};

struct ModeSize {
  int64_t messages = 0;
  int64_t bytes = 0;
  int64_t largest = 0;
  bool fell_to_chunks = false;
  int64_t dropped = 0;  // entities
};

struct FeedReport {
  Verdict verdict = Verdict::kNotAFeed;
  // Why it is not good, or what it is instead of a feed.
  std::vector<std::string> findings;
  // What the producer would do with it, in a sentence.
  std::string fate;

  std::string answer;  // how it came, if by HTTP; the caller's to fill in
  Body body;
  size_t body_bytes = 0;
  // The rest is of feeds only.
  HeaderFacts header;
  std::optional<int64_t> header_age;  // seconds before now; negative: in the future
  int64_t entities = 0;
  std::array<int64_t, kEntityKinds> by_kind{};
  int64_t deleted = 0;
  int64_t stop_time_updates = 0;
  VehicleTally vehicles;
  AgeTally ages;
  Duplicates duplicate_entities;
  Duplicates duplicate_vehicles;
  Faults faults;                  // in options.messages.mode
  std::array<ModeSize, 3> modes;  // by MessageMode
};

FeedReport Inspect(std::string body, const InspectOptions& options);

}  // namespace sluice::gtfs
