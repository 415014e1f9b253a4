// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_report_text.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "core/value_text.h"

namespace sluice::gtfs {

namespace {

using Json = nlohmann::ordered_json;

// "2022-11-16T16:13:11Z"; years that no feed can mean, as the number.
std::string TimeText(uint64_t seconds) {
  constexpr uint64_t kYear9999 = 253'402'300'799;
  if (seconds > kYear9999) return std::to_string(seconds);
  return TimestampText(static_cast<int64_t>(seconds) * 1'000'000).substr(0, 19) + "Z";
}

// "3 s", "12 min", "5 h", "40 days".
std::string Span(int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

class Screen {
 public:
  template <typename... Args>
  void Line(const char* label, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), "{:<12}{}\n", label,
                   Printable(fmt::format(format, std::forward<Args>(args)...)));
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void WriteHeader(const FeedReport& report, Screen& screen) {
  const HeaderFacts& header = report.header;
  std::string time = "no timestamp";
  if (header.timestamp) time = TimeText(*header.timestamp);
  if (report.header_age) {
    const int64_t age = *report.header_age;
    time += age < 0 ? fmt::format(", {} in the future", Span(-age))
                    : fmt::format(", {} old", Span(age));
  }
  screen.Line("header", "version {}, {}, {}{}", header.version.value_or("unset"),
              header.incrementality.value_or("incrementality unset"), time,
              header.feed_version ? ", feed version " + *header.feed_version : "");
}

void WriteEntities(const FeedReport& report, Screen& screen) {
  std::string kinds;
  for (int i = 0; i < kEntityKinds; ++i) {
    const int64_t count = report.by_kind[static_cast<size_t>(i)];
    if (count == 0) continue;
    kinds += fmt::format("{}{} {}", kinds.empty() ? ": " : ", ", count,
                         ToString(static_cast<EntityKind>(i)));
  }
  screen.Line("entities", "{}{}{}", report.entities, kinds,
              report.deleted > 0 ? fmt::format("; {} deleted", report.deleted) : "");
  if (report.stop_time_updates > 0) {
    screen.Line("", "{} stop_time_updates", report.stop_time_updates);
  }
  const VehicleTally& vehicles = report.vehicles;
  if (vehicles.with_trip + vehicles.without_trip == 0) return;
  screen.Line("vehicles",
              "{} with a trip, {} without; {} without a position, {} at 0,0; {} without an id",
              vehicles.with_trip, vehicles.without_trip, vehicles.without_position,
              vehicles.at_zero, vehicles.without_id);
}

void WriteAges(const FeedReport& report, Screen& screen) {
  const AgeTally& ages = report.ages;
  const char* label = "ages";
  if (ages.median) {
    screen.Line(label, "median {}, 95 % within {}, oldest {} before the header", Span(*ages.median),
                Span(*ages.percentile_95), Span(*ages.oldest));
    std::string classes;
    for (size_t i = 0; i < AgeTally::kEnds.size(); ++i) {
      classes += fmt::format("to {}: {}, ", Span(AgeTally::kEnds[i]), ages.classes[i]);
    }
    screen.Line("", "{}older: {}", classes, ages.classes.back());
    label = "";
  }
  if (ages.in_future > 0) {
    screen.Line(label, "{} later than the header, by up to {}", ages.in_future,
                Span(ages.farthest_future));
    label = "";
  }
  if (ages.without_time > 0) screen.Line(label, "{} without a timestamp", ages.without_time);
}

void WriteFaults(const FeedReport& report, Screen& screen) {
  const char* label = "faults";
  for (const std::string& finding : report.findings) {
    screen.Line(label, "{}", finding);
    label = "";
  }
  constexpr size_t kShown = 6;
  for (size_t i = 0; i < report.faults.first.size() && i < kShown; ++i) {
    screen.Line("", "  {}", report.faults.first[i].ToString());
  }
  if (report.findings.empty()) screen.Line(label, "none");
  std::string unknown;
  for (const UnknownField& field : report.faults.unknown_fields) {
    unknown += fmt::format("{}{} x {}", unknown.empty() ? "" : ", ", field.ToString(), field.count);
  }
  if (!unknown.empty()) screen.Line("unknown", "{}", unknown);
}

void WriteSizes(const FeedReport& report, Screen& screen) {
  screen.Line("sizes", "Protobuf {} bytes; JSON:", report.body_bytes);
  for (size_t i = 0; i < report.modes.size(); ++i) {
    const ModeSize& size = report.modes[i];
    screen.Line("", "{:<7} {:>7} message{} {:>12} bytes, the largest {}{}",
                ToString(static_cast<MessageMode>(i)), size.messages,
                size.messages == 1 ? ", " : "s,", size.bytes, size.largest,
                size.fell_to_chunks ? " (as chunks: too large for one)" : "");
  }
}

Json AgesJson(const AgeTally& ages) {
  Json classes = Json::array();
  for (size_t i = 0; i < ages.classes.size(); ++i) {
    Json entry = {{"up_to_seconds", nullptr}, {"entities", ages.classes[i]}};
    if (i < AgeTally::kEnds.size()) entry["up_to_seconds"] = AgeTally::kEnds[i];
    classes.push_back(entry);
  }
  const auto number = [](const std::optional<int64_t>& value) {
    return value ? Json(*value) : Json();
  };
  return {{"median_seconds", number(ages.median)},
          {"percentile_95_seconds", number(ages.percentile_95)},
          {"oldest_seconds", number(ages.oldest)},
          {"classes", classes},
          {"later_than_header", ages.in_future},
          {"farthest_future_seconds", ages.farthest_future},
          {"without_timestamp", ages.without_time}};
}

Json HeaderJson(const FeedReport& report) {
  const HeaderFacts& header = report.header;
  Json json = Json::object();
  if (header.version) json["gtfs_realtime_version"] = *header.version;
  if (header.incrementality) json["incrementality"] = *header.incrementality;
  if (header.timestamp) json["timestamp"] = *header.timestamp;
  if (header.feed_version) json["feed_version"] = *header.feed_version;
  if (report.header_age) json["age_seconds"] = *report.header_age;
  return json;
}

Json FaultsJson(const Faults& faults) {
  Json json = Json::object();
  for (int i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    json[ToString(kind)] = faults.count(kind);
  }
  Json first = Json::array();
  for (const Fault& fault : faults.first) {
    first.push_back({{"kind", ToString(fault.kind)},
                     {"entity", fault.entity},
                     {"field", fault.field},
                     {"detail", fault.detail}});
  }
  json["first"] = first;
  return json;
}

Json UnknownJson(const Faults& faults) {
  Json json = Json::object();
  for (const UnknownField& field : faults.unknown_fields) json[field.ToString()] = field.count;
  return json;
}

Json ModesJson(const FeedReport& report) {
  Json json = Json::object();
  for (size_t i = 0; i < report.modes.size(); ++i) {
    const ModeSize& size = report.modes[i];
    json[ToString(static_cast<MessageMode>(i))] = {{"messages", size.messages},
                                                   {"bytes", size.bytes},
                                                   {"largest", size.largest},
                                                   {"fell_to_chunks", size.fell_to_chunks},
                                                   {"entities_dropped", size.dropped}};
  }
  return json;
}

Json DuplicatesJson(const Duplicates& duplicates) {
  return {{"ids", duplicates.ids}, {"first", duplicates.first}};
}

void AddFeed(const FeedReport& report, Json* json) {
  Json kinds = Json::object();
  for (int i = 0; i < kEntityKinds; ++i) {
    kinds[ToString(static_cast<EntityKind>(i))] = report.by_kind[static_cast<size_t>(i)];
  }
  (*json)["header"] = HeaderJson(report);
  (*json)["entities"] = report.entities;
  (*json)["entities_by_kind"] = kinds;
  (*json)["entities_deleted"] = report.deleted;
  (*json)["stop_time_updates"] = report.stop_time_updates;
  (*json)["vehicles"] = {{"with_trip", report.vehicles.with_trip},
                         {"without_trip", report.vehicles.without_trip},
                         {"without_position", report.vehicles.without_position},
                         {"at_zero", report.vehicles.at_zero},
                         {"without_id", report.vehicles.without_id}};
  (*json)["ages"] = AgesJson(report.ages);
  (*json)["duplicate_entity_ids"] = DuplicatesJson(report.duplicate_entities);
  (*json)["duplicate_vehicle_ids"] = DuplicatesJson(report.duplicate_vehicles);
  (*json)["entities_good"] = report.faults.good;
  (*json)["entities_repaired"] = report.faults.repaired;
  (*json)["entities_dropped"] = report.faults.dropped;
  (*json)["faults"] = FaultsJson(report.faults);
  (*json)["unknown_fields"] = UnknownJson(report.faults);
  (*json)["modes"] = ModesJson(report);
}

}  // namespace

std::string ReportText(const FeedReport& report, const std::string& name) {
  Screen screen;
  screen.Line("source", "{}", name);
  if (!report.answer.empty()) screen.Line("answer", "{}", report.answer);
  if (report.body.kind != BodyKind::kFeed) {
    screen.Line("body", "{} bytes: {}", report.body_bytes, report.body.sentence);
  } else {
    screen.Line("body", "a GTFS-Realtime feed, {} bytes", report.body_bytes);
    WriteHeader(report, screen);
    WriteEntities(report, screen);
    WriteAges(report, screen);
    WriteFaults(report, screen);
    WriteSizes(report, screen);
  }
  screen.Line("verdict", "{}",
              report.verdict == Verdict::kGood     ? "good"
              : report.verdict == Verdict::kUsable ? "usable, with faults"
                                                   : "not a feed");
  screen.Line("producer", "{}", report.fate);
  return screen.Take();
}

std::string ReportJson(const FeedReport& report, const std::string& name) {
  Json json = {{"source", name},
               {"verdict", ToString(report.verdict)},
               {"findings", report.findings},
               {"producer", report.fate},
               {"body", {{"kind", ToString(report.body.kind)}, {"bytes", report.body_bytes}}}};
  if (!report.answer.empty()) json["answer"] = report.answer;
  if (report.body.kind == BodyKind::kFeed) {
    AddFeed(report, &json);
  } else {
    json["body"]["is"] = report.body.sentence;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::gtfs
