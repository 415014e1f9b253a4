// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gtfs/json_text.h"

namespace sluice::gtfs {

namespace {

constexpr int64_t kOldHeaderSeconds = 300;
constexpr int64_t kFutureSeconds = 60;  // clocks differ

// Timestamps go up to 2^64-1; ages of such are of no interest beyond "far away".
int64_t Clamped(uint64_t seconds) {
  return static_cast<int64_t>(std::min<uint64_t>(seconds, std::numeric_limits<int64_t>::max() / 2));
}

using IdCounts = std::unordered_map<std::string_view, int64_t>;

Duplicates DuplicatesIn(const IdCounts& counts) {
  Duplicates duplicates;
  std::vector<std::string_view> ids;
  for (const auto& [id, count] : counts) {
    if (count > 1) ids.push_back(id);
  }
  duplicates.ids = static_cast<int64_t>(ids.size());
  const size_t named = std::min(ids.size(), Duplicates::kMostNames);
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(named), ids.end());
  for (size_t i = 0; i < named; ++i) AppendUtf8(ids[i], &duplicates.first.emplace_back());
  return duplicates;
}

class Tally {
 public:
  Tally(const ParsedFeed& feed, int64_t now_seconds)
      : feed_(feed),
        reference_(feed.header().timestamp ? Clamped(*feed.header().timestamp) : now_seconds) {}

  void Run(FeedReport* report) {
    EntityCursor cursor(feed_);
    for (std::string_view entity; cursor.Next(&entity);) Add(FactsOf(entity), report);
    report->entities = static_cast<int64_t>(feed_.entities());
    report->duplicate_entities = DuplicatesIn(entity_ids_);
    report->duplicate_vehicles = DuplicatesIn(vehicle_ids_);
    SetPercentiles(&report->ages);
  }

 private:
  void Add(const EntityFacts& facts, FeedReport* report) {
    ++report->by_kind[static_cast<size_t>(facts.kind)];
    report->deleted += facts.is_deleted ? 1 : 0;
    report->stop_time_updates += facts.stop_time_updates;
    if (!facts.id.empty()) ++entity_ids_[facts.id];
    if (facts.kind == EntityKind::kVehicle) AddVehicle(facts, &report->vehicles);
    if (facts.kind == EntityKind::kVehicle || facts.kind == EntityKind::kTripUpdate) {
      AddAge(facts.timestamp, &report->ages);
    }
  }

  void AddVehicle(const EntityFacts& facts, VehicleTally* vehicles) {
    ++(facts.has_trip ? vehicles->with_trip : vehicles->without_trip);
    vehicles->without_position += facts.has_position ? 0 : 1;
    vehicles->at_zero += facts.has_position && facts.latitude == 0 && facts.longitude == 0 ? 1 : 0;
    vehicles->without_id += facts.vehicle_id.empty() ? 1 : 0;
    if (!facts.vehicle_id.empty()) ++vehicle_ids_[facts.vehicle_id];
  }

  void AddAge(const std::optional<uint64_t>& timestamp, AgeTally* ages) {
    if (!timestamp || *timestamp == 0) {
      ++ages->without_time;
      return;
    }
    const int64_t age = reference_ - Clamped(*timestamp);
    if (age < 0) {
      ++ages->in_future;
      ages->farthest_future = std::max(ages->farthest_future, -age);
      return;
    }
    size_t index = 0;
    while (index < AgeTally::kEnds.size() && age > AgeTally::kEnds[index]) ++index;
    ++ages->classes[index];
    ages_.push_back(age);
  }

  void SetPercentiles(AgeTally* ages) {
    if (ages_.empty()) return;
    std::sort(ages_.begin(), ages_.end());
    ages->median = ages_[(ages_.size() - 1) / 2];
    ages->percentile_95 = ages_[(ages_.size() - 1) * 95 / 100];
    ages->oldest = ages_.back();
  }

  const ParsedFeed& feed_;
  int64_t reference_;
  IdCounts entity_ids_;
  IdCounts vehicle_ids_;
  std::vector<int64_t> ages_;
};

ModeSize Measure(const ParsedFeed& feed, const InspectOptions& options, MessageMode mode,
                 Faults* faults) {
  MessageOptions messages = options.messages;
  messages.mode = mode;
  const int64_t now_ms = options.now_seconds * 1000;
  ModeSize size;
  MessageCounts counts;
  const Status status = WriteMessages(
      feed, {"source", now_ms, now_ms}, messages,
      [&size](std::string_view, std::string_view value) {
        size.largest = std::max(size.largest, static_cast<int64_t>(value.size()));
        return Status::Ok();
      },
      &counts);
  if (!status.ok()) return size;  // the sink has no errors
  size.messages = counts.messages;
  size.bytes = counts.bytes;
  size.fell_to_chunks = counts.fell_to_chunks;
  size.dropped = counts.faults.dropped;
  *faults = std::move(counts.faults);
  return size;
}

// "1 entity is", "3 entities are".
std::string Number(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string Named(const Duplicates& duplicates) {
  return fmt::format("{}{}", fmt::join(duplicates.first, ", "),
                     duplicates.ids > static_cast<int64_t>(duplicates.first.size()) ? ", ..." : "");
}

void FindInHeader(const FeedReport& report, bool is_live, std::vector<std::string>* findings) {
  if (!report.header.present) {
    findings->emplace_back("it has no header");
  } else if (!report.header.timestamp || *report.header.timestamp == 0) {
    findings->emplace_back("its header has no timestamp: its age cannot be told");
  }
  if (!is_live || !report.header_age) return;
  if (*report.header_age > kOldHeaderSeconds) {
    findings->push_back(fmt::format("its header is {} seconds old", *report.header_age));
  } else if (*report.header_age < -kFutureSeconds) {
    findings->push_back(fmt::format("its header is {} seconds in the future", -*report.header_age));
  }
}

std::vector<std::string> FindingsOf(const FeedReport& report, bool is_live) {
  std::vector<std::string> findings;
  FindInHeader(report, is_live, &findings);
  if (report.duplicate_entities.ids > 0) {
    findings.push_back(Number(report.duplicate_entities.ids, "entity id is", "entity ids are") +
                       " there more than once: " + Named(report.duplicate_entities));
  }
  if (report.duplicate_vehicles.ids > 0) {
    findings.push_back(Number(report.duplicate_vehicles.ids, "vehicle id is", "vehicle ids are") +
                       " there more than once: " + Named(report.duplicate_vehicles));
  }
  for (int i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (report.faults.count(kind) == 0) continue;
    findings.push_back(fmt::format("{} x {}", report.faults.count(kind), ToString(kind)));
  }
  return findings;
}

std::string FateOf(const FeedReport& report, const MessageOptions& options) {
  const ModeSize& size = report.modes[static_cast<size_t>(options.mode)];
  std::string fate = "writes " + Number(size.messages, "message", "messages") + " in mode " +
                     ToString(options.mode);
  if (size.fell_to_chunks) {
    fate += fmt::format(", as chunks: the feed is larger than {} bytes", options.max_bytes);
  }
  if (size.dropped > 0) fate += "; leaves out " + Number(size.dropped, "entity", "entities");
  if (report.faults.repaired > 0) {
    fate +=
        "; " + Number(report.faults.repaired, "entity goes", "entities go") + " out with faults";
  }
  return fate;
}

}  // namespace

const char* ToString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return "good";
    case Verdict::kUsable: return "usable";
    case Verdict::kNotAFeed: break;
  }
  return "not_a_feed";
}

FeedReport Inspect(std::string body, const InspectOptions& options) {
  FeedReport report;
  report.body_bytes = body.size();
  FeedReading reading = ReadFeed(std::move(body));
  report.body = std::move(reading.body);
  if (!reading.feed) {
    report.findings.push_back("it is " + report.body.sentence);
    report.fate = fmt::format("refuses it, counts it as {} and goes on with the next poll",
                              ToString(report.body.kind));
    return report;
  }
  const ParsedFeed& feed = *reading.feed;
  report.header = feed.header();
  if (report.header.timestamp && *report.header.timestamp != 0) {
    report.header_age = options.now_seconds - Clamped(*report.header.timestamp);
  }
  Tally(feed, options.now_seconds).Run(&report);
  for (size_t i = 0; i < report.modes.size(); ++i) {
    const auto mode = static_cast<MessageMode>(i);
    Faults faults;
    report.modes[i] = Measure(feed, options, mode, &faults);
    if (mode == options.messages.mode) report.faults = std::move(faults);
  }
  report.findings = FindingsOf(report, options.is_live);
  report.verdict = report.findings.empty() ? Verdict::kGood : Verdict::kUsable;
  report.fate = FateOf(report, options.messages);
  return report;
}

}  // namespace sluice::gtfs
