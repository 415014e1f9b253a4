// SPDX-License-Identifier: Apache-2.0
#include "gtfs/predictions.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::gtfs {

namespace {

// Delays of one trip from here on.
struct Outlook {
  int first_stop = 0;  // that the bus stands at or goes to
  bool arrived = false;
  int arrival = 0;    // delay at that stop,
  int departure = 0;  // and leaving it
  int later_arrival = 0;
};

Outlook Upcoming(int delay) { return {0, true, 0, delay, delay}; }

Outlook UnderWay(const Shown& shown, const Timetable& timetable) {
  const Place place = PlaceOf(shown.journey, timetable, shown.at);
  const auto stop = static_cast<size_t>(place.stop);
  // What the timetable has for this stop is over: at least so late.
  const auto overdue = [&](int offset) { return shown.at - (shown.journey.trip.start + offset); };
  Outlook outlook;
  outlook.first_stop = place.stop;
  outlook.arrived = place.standing;
  if (place.stop == 0) {
    const int ready = shown.journey.ready - shown.journey.trip.start;
    outlook.departure = std::max({0, ready, overdue(0)});
  } else if (place.standing) {
    outlook.arrival = shown.journey.arrival[stop];
    outlook.departure = std::max({0, outlook.arrival, overdue(timetable.Departure(place.stop))});
  } else {
    outlook.arrival =
        std::max<int>(shown.journey.departure[stop - 1], overdue(timetable.Arrival(place.stop)));
    outlook.departure = std::max(0, outlook.arrival);
  }
  outlook.later_arrival = outlook.departure;
  return outlook;
}

int ArrivalAtLast(const Outlook& outlook, const Timetable& timetable) {
  return outlook.first_stop == timetable.legs() ? outlook.arrival : outlook.later_arrival;
}

class Writer {
 public:
  Writer(const Line& line, const Moment& moment, const std::string& start_date)
      : line_(line), moment_(moment), start_date_(start_date) {}

  TripUpdate Describe(const ScheduledTrip& trip, int reported_at) const {
    TripUpdate update;
    update.trip = DescribeTrip(line_, trip, start_date_);
    update.timestamp = moment_.midnight + reported_at;
    return update;
  }

  TripUpdate Predict(const ScheduledTrip& trip, int reported_at, const Outlook& outlook) const {
    TripUpdate update = Describe(trip, reported_at);
    update.delay = outlook.first_stop == 0 ? outlook.departure : outlook.arrival;
    const Timetable& timetable = line_.timetable;
    const auto time = [&](int offset, int delay) {
      return StopTime{delay, moment_.midnight + trip.start + offset + delay};
    };
    update.stops.reserve(static_cast<size_t>(timetable.legs() - outlook.first_stop) + 1);
    for (int stop = outlook.first_stop; stop <= timetable.legs(); ++stop) {
      const bool first = stop == outlook.first_stop;
      StopTimeUpdate at;
      at.stop_sequence = stop + 1;
      at.stop_id = line_.route.stops()[RouteStop(line_, trip, stop)].id;
      if (stop > 0)
        at.arrival = time(timetable.Arrival(stop), first ? outlook.arrival : outlook.later_arrival);
      if (stop < timetable.legs())
        at.departure = time(timetable.Departure(stop), outlook.departure);
      update.stops.push_back(std::move(at));
    }
    return update;
  }

  void NameVehicle(size_t vehicle, TripUpdate& update) const {
    update.vehicle_id = line_.vehicles[vehicle].id;
    update.label = line_.vehicles[vehicle].label;
  }

 private:
  const Line& line_;
  const Moment& moment_;
  const std::string& start_date_;
};

struct Expected {
  int ready = 0;  // for its next trip
  int at = 0;     // it reported
};

}  // namespace

void AppendTripUpdates(const Line& line, const Moment& moment, const std::string& start_date,
                       std::vector<TripUpdate>& updates) {
  const LineNow now = LineAt(line, moment, kPredictionSeconds);
  const Writer writer(line, moment, start_date);
  std::vector<std::optional<Expected>> expected(line.vehicles.size());
  for (const Shown& shown : now.shown) {
    if (shown.at >= shown.journey.end(line.timetable) + kTurnSeconds) continue;  // on its way home
    const Outlook outlook = UnderWay(shown, line.timetable);
    updates.push_back(writer.Predict(shown.journey.trip, shown.at, outlook));
    writer.NameVehicle(shown.vehicle, updates.back());
    const int end = shown.journey.trip.start + line.timetable.trip_seconds() +
                    ArrivalAtLast(outlook, line.timetable);
    expected[shown.vehicle] = Expected{end + kTurnSeconds, shown.at};
  }
  for (const ScheduledTrip& trip : now.upcoming) {
    const auto vehicle = static_cast<size_t>(trip.vehicle);
    std::optional<Expected>& bus = expected[vehicle];
    if (trip.first_of_duty) bus.reset();  // it begins on time; nobody knows yet which bus
    const int delay = bus ? std::max(0, bus->ready - trip.start) : 0;
    updates.push_back(writer.Predict(trip, bus ? bus->at : moment.seconds, Upcoming(delay)));
    if (!bus) continue;
    writer.NameVehicle(vehicle, updates.back());
    bus->ready = trip.start + line.timetable.trip_seconds() + delay + kTurnSeconds;
  }
  for (const ScheduledTrip& trip : now.canceled) {
    updates.push_back(writer.Describe(trip, moment.seconds));
    updates.back().trip.relationship = TripRelationship::kCanceled;
  }
}

}  // namespace sluice::gtfs
