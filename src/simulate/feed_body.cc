// SPDX-License-Identifier: Apache-2.0
#include "simulate/feed_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gtfs/feed_builder.h"
#include "simulate/bad_entities.h"

namespace sluice::simulate {

namespace {

constexpr size_t kDuplicates = 10;
constexpr size_t kPaddingAtOnce = 1000;
constexpr size_t kPaddingLabel = 300;

gtfs::Feed FeedOf(const gtfs::City& city, FeedKind kind, int64_t at) {
  switch (kind) {
    case FeedKind::kTripUpdates: return city.TripUpdatesAt(at);
    case FeedKind::kAlerts: return city.AlertsAt(at);
    case FeedKind::kVehiclePositions: break;
  }
  return city.VehiclesAt(at);
}

int64_t EntitiesOf(const gtfs::Feed& feed) {
  return static_cast<int64_t>(feed.vehicles.size() + feed.trip_updates.size() + feed.alerts.size());
}

// The feed's own entities, the first of them, under the same header.
gtfs::Feed FirstOf(const gtfs::Feed& feed) {
  gtfs::Feed first;
  first.timestamp = feed.timestamp;
  const auto take = [](const auto& from, auto& to) {
    to.assign(from.begin(),
              from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), kDuplicates)));
  };
  take(feed.vehicles, first.vehicles);
  take(feed.trip_updates, first.trip_updates);
  take(feed.alerts, first.alerts);
  return first;
}

void Pad(size_t size, FeedBody& body) {
  gtfs::Feed padding;
  padding.timestamp = body.header_time;
  padding.vehicles.resize(kPaddingAtOnce);
  for (int64_t number = 0; body.bytes.size() < size;) {
    for (gtfs::VehiclePosition& vehicle : padding.vehicles) {
      vehicle.vehicle_id = fmt::format("padding-{}", number++);
      vehicle.label = std::string(kPaddingLabel, '.');
      vehicle.timestamp = body.header_time;
    }
    // Messages one behind another are one message: its header again, and more entities.
    body.bytes += gtfs::FeedBytes(padding);
    body.entities += static_cast<int64_t>(kPaddingAtOnce);
  }
}

// Into the future, entities too.
void Shift(int64_t seconds, gtfs::Feed& feed) {
  feed.timestamp += seconds;
  for (gtfs::VehiclePosition& vehicle : feed.vehicles) vehicle.timestamp += seconds;
  for (gtfs::TripUpdate& update : feed.trip_updates) {
    update.timestamp += seconds;
    for (gtfs::StopTimeUpdate& stop : update.stops) {
      if (stop.arrival) stop.arrival->time += seconds;
      if (stop.departure) stop.departure->time += seconds;
    }
  }
}

void AddBroken(const gtfs::Feed& feed, const Fault& fault, FeedBody& body) {
  const BadEntities bad = MakeBadEntities(fault.kind);
  body.bytes += bad.bytes;
  body.entities += bad.count;
  body.faulty = bad.count;
  if (fault.kind == FaultKind::kDuplicates) {
    const gtfs::Feed again = FirstOf(feed);
    body.bytes += gtfs::FeedBytes(again);
    body.faulty = EntitiesOf(again);
    body.entities += body.faulty;
  }
  if (fault.kind == FaultKind::kHuge) Pad(static_cast<size_t>(fault.bytes), body);
}

}  // namespace

bool ParseFeedFile(std::string_view name, FeedFile* file) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view stem = name.substr(0, dot);
  const std::string_view extension = name.substr(dot + 1);
  if (stem == "vehicle_positions") {
    file->kind = FeedKind::kVehiclePositions;
  } else if (stem == "trip_updates") {
    file->kind = FeedKind::kTripUpdates;
  } else if (stem == "alerts") {
    file->kind = FeedKind::kAlerts;
  } else {
    return false;
  }
  file->format = extension == "json" ? FeedFormat::kJson : FeedFormat::kProtobuf;
  return extension == "json" || extension == "pb";
}

bool IsContentFault(FaultKind kind) {
  return kind == FaultKind::kFrozen || kind == FaultKind::kOldHeader ||
         kind == FaultKind::kFuture || IsProtobufFault(kind);
}

bool IsProtobufFault(FaultKind kind) {
  return kind == FaultKind::kDuplicates || kind == FaultKind::kHuge ||
         MakeBadEntities(kind).count > 0;
}

bool StandsInstead(FaultKind kind) {
  switch (kind) {
    case FaultKind::kStatus:
    case FaultKind::kRedirect:
    case FaultKind::kHtml:
    case FaultKind::kJson:
    case FaultKind::kText:
    case FaultKind::kEmpty:
    case FaultKind::kCut:
    case FaultKind::kGzipTwice:
    case FaultKind::kGzipBomb: return true;
    default: return false;
  }
}

FeedBody MakeFeed(const gtfs::City& city, FeedFile file, int64_t unix_seconds, const Fault& fault) {
  gtfs::Feed feed = FeedOf(city, file.kind, unix_seconds);
  const int64_t seconds = fault.time.count() / 1000;
  if (fault.kind == FaultKind::kFuture) Shift(seconds, feed);
  if (fault.kind == FaultKind::kOldHeader) feed.timestamp -= seconds;
  FeedBody body;
  body.header_time = feed.timestamp;
  body.entities = EntitiesOf(feed);
  if (file.format == FeedFormat::kJson) {
    body.bytes = gtfs::FeedJson(feed);
    return body;
  }
  body.bytes = gtfs::FeedBytes(feed);
  AddBroken(feed, fault, body);
  return body;
}

std::string PageOf(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kHtml:
      return "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>"
             "<body><h1>We will be back soon</h1></body></html>\n";
    case FaultKind::kJson: return R"({"error": {"code": 42, "message": "quota exceeded"}})";
    case FaultKind::kText: return "No data available at this time.\n";
    case FaultKind::kGzipBomb: return std::string(static_cast<size_t>(fault.bytes), '\0');
    case FaultKind::kStatus: return fmt::format("status {} was asked for\n", fault.status);
    default: return "";
  }
}

}  // namespace sluice::simulate
