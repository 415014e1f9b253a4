// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_builder.h"

#include <vector>

#include "gtfs/feed_json.h"
#include "gtfs/feed_reader.h"
#include "gtfs_realtime.pb.h"

namespace sluice::gtfs {

namespace {

namespace rt = transit_realtime;

void SetTrip(const Trip& trip, rt::TripDescriptor* out) {
  out->set_trip_id(trip.trip_id);
  if (!trip.start_time.empty()) out->set_start_time(trip.start_time);
  if (!trip.start_date.empty()) out->set_start_date(trip.start_date);
  out->set_schedule_relationship(
      static_cast<rt::TripDescriptor_ScheduleRelationship>(trip.relationship));
  if (!trip.route_id.empty()) out->set_route_id(trip.route_id);
  out->set_direction_id(static_cast<uint32_t>(trip.direction_id));
}

void SetVehicle(const std::string& id, const std::string& label, rt::VehicleDescriptor* out) {
  if (!id.empty()) out->set_id(id);
  if (!label.empty()) out->set_label(label);
}

void SetPosition(const VehiclePosition& vehicle, rt::VehiclePosition* out) {
  if (!vehicle.trip.trip_id.empty()) SetTrip(vehicle.trip, out->mutable_trip());
  rt::Position* position = out->mutable_position();
  position->set_latitude(vehicle.latitude);
  position->set_longitude(vehicle.longitude);
  position->set_bearing(vehicle.bearing);
  position->set_speed(vehicle.speed);
  out->set_current_stop_sequence(static_cast<uint32_t>(vehicle.current_stop_sequence));
  out->set_current_status(static_cast<rt::VehiclePosition_VehicleStopStatus>(vehicle.status));
  out->set_timestamp(static_cast<uint64_t>(vehicle.timestamp));
  if (!vehicle.stop_id.empty()) out->set_stop_id(vehicle.stop_id);
  SetVehicle(vehicle.vehicle_id, vehicle.label, out->mutable_vehicle());
  if (vehicle.occupancy) {
    out->set_occupancy_status(static_cast<rt::VehiclePosition_OccupancyStatus>(*vehicle.occupancy));
  }
}

void SetStopTime(const StopTime& time, rt::TripUpdate_StopTimeEvent* out) {
  out->set_delay(time.delay);
  out->set_time(time.time);
}

void SetTripUpdate(const TripUpdate& update, rt::TripUpdate* out) {
  SetTrip(update.trip, out->mutable_trip());
  for (const StopTimeUpdate& stop : update.stops) {
    rt::TripUpdate_StopTimeUpdate* to = out->add_stop_time_update();
    to->set_stop_sequence(static_cast<uint32_t>(stop.stop_sequence));
    if (stop.arrival) SetStopTime(*stop.arrival, to->mutable_arrival());
    if (stop.departure) SetStopTime(*stop.departure, to->mutable_departure());
    if (!stop.stop_id.empty()) to->set_stop_id(stop.stop_id);
  }
  if (!update.vehicle_id.empty()) {
    SetVehicle(update.vehicle_id, update.label, out->mutable_vehicle());
  }
  out->set_timestamp(static_cast<uint64_t>(update.timestamp));
  if (update.delay) out->set_delay(*update.delay);
}

void SetText(const std::vector<Translation>& texts, rt::TranslatedString* out) {
  for (const Translation& text : texts) {
    rt::TranslatedString_Translation* to = out->add_translation();
    to->set_text(text.text);
    if (!text.language.empty()) to->set_language(text.language);
  }
}

void SetAlert(const Alert& alert, rt::Alert* out) {
  for (const Period& period : alert.active) {
    rt::TimeRange* to = out->add_active_period();
    if (period.start) to->set_start(*period.start);
    if (period.end) to->set_end(*period.end);
  }
  for (const InformedEntity& informed : alert.informed) {
    rt::EntitySelector* to = out->add_informed_entity();
    if (!informed.agency_id.empty()) to->set_agency_id(informed.agency_id);
    if (!informed.route_id.empty()) to->set_route_id(informed.route_id);
    if (!informed.stop_id.empty()) to->set_stop_id(informed.stop_id);
  }
  out->set_cause(static_cast<rt::Alert_Cause>(alert.cause));
  out->set_effect(static_cast<rt::Alert_Effect>(alert.effect));
  if (!alert.header.empty()) SetText(alert.header, out->mutable_header_text());
  if (!alert.description.empty()) SetText(alert.description, out->mutable_description_text());
  out->set_severity_level(static_cast<rt::Alert_SeverityLevel>(alert.severity));
}

rt::FeedMessage Message(const Feed& feed) {
  rt::FeedMessage message;
  message.mutable_header()->set_gtfs_realtime_version("2.0");
  message.mutable_header()->set_incrementality(rt::FeedHeader::FULL_DATASET);
  message.mutable_header()->set_timestamp(static_cast<uint64_t>(feed.timestamp));
  message.mutable_entity()->Reserve(
      static_cast<int>(feed.trip_updates.size() + feed.vehicles.size() + feed.alerts.size()));
  for (const TripUpdate& update : feed.trip_updates) {
    rt::FeedEntity* entity = message.add_entity();
    entity->set_id(update.trip.trip_id);
    SetTripUpdate(update, entity->mutable_trip_update());
  }
  for (const VehiclePosition& vehicle : feed.vehicles) {
    rt::FeedEntity* entity = message.add_entity();
    entity->set_id(vehicle.vehicle_id);
    SetPosition(vehicle, entity->mutable_vehicle());
  }
  for (const Alert& alert : feed.alerts) {
    rt::FeedEntity* entity = message.add_entity();
    entity->set_id(alert.id);
    SetAlert(alert, entity->mutable_alert());
  }
  return message;
}

}  // namespace

std::string FeedBytes(const Feed& feed) { return Message(feed).SerializePartialAsString(); }

std::string FeedJson(const Feed& feed) {
  return FeedMessageJson(*ReadFeed(FeedBytes(feed)).feed, {}, nullptr);
}

}  // namespace sluice::gtfs
