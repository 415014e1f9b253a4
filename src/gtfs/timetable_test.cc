// SPDX-License-Identifier: Apache-2.0
#include "gtfs/timetable.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::gtfs {
namespace {

class TimetableTest : public testing::Test {
 protected:
  Random random_{5};
  Route route_{1, random_};
  Timetable timetable_{route_, 12};

  int Under(int at) const {
    int vehicles = 0;
    for (const auto& trips : timetable_.trips()) {
      for (const ScheduledTrip& trip : trips) {
        if (trip.start <= at && at < trip.start + timetable_.trip_seconds() + 300) {
          ++vehicles;
          break;
        }
      }
    }
    return vehicles;
  }
};

TEST_F(TimetableTest, AVehicleGoesThereAndBackWithALayoverBetween) {
  for (const auto& trips : timetable_.trips()) {
    for (size_t i = 1; i < trips.size(); ++i) {
      EXPECT_GE(trips[i].start, trips[i - 1].start + timetable_.trip_seconds() + 240);
      if (!trips[i].first_of_duty) {
        EXPECT_NE(trips[i].backward, trips[i - 1].backward);
      }
      EXPECT_EQ(trips[i].number, trips[i - 1].number + 1);
    }
  }
}

TEST_F(TimetableTest, AllAreOutInTheRushHourAndFewAtNight) {
  EXPECT_EQ(Under(8 * 3600), 12);
  EXPECT_EQ(Under(17 * 3600), 12);
  EXPECT_EQ(Under(13 * 3600), 6);
  EXPECT_EQ(Under(23 * 3600), 3);
  EXPECT_EQ(Under(26 * 3600), 1);
  EXPECT_EQ(Under(28 * 3600), 0);
}

TEST_F(TimetableTest, EachStopIsReachedAfterTheOneBefore) {
  EXPECT_EQ(timetable_.Departure(0), 0);
  for (int stop = 1; stop <= timetable_.legs(); ++stop) {
    EXPECT_EQ(timetable_.Arrival(stop) - timetable_.Departure(stop - 1),
              route_.run_seconds() + Timetable::kSlackSeconds);
  }
}

TEST_F(TimetableTest, NoTwoTripsOfOneDirectionSetOffTogether) {
  std::set<std::pair<int, bool>> seen;
  for (const auto& trips : timetable_.trips()) {
    for (const ScheduledTrip& trip : trips) {
      EXPECT_TRUE(seen.emplace(trip.start, trip.backward).second) << trip.start;
      EXPECT_EQ(trip.start % 60, 0);
    }
  }
}

TEST_F(TimetableTest, HeadwayIsTheTimeSinceTheTripBefore) {
  for (const auto& trips : timetable_.trips()) {
    for (const ScheduledTrip& trip : trips) {
      if (trip.headway == 0) continue;
      bool found = false;
      for (const auto& others : timetable_.trips()) {
        for (const ScheduledTrip& other : others) {
          if (other.backward != trip.backward) continue;
          found |= other.start == trip.start - trip.headway;
          EXPECT_FALSE(other.start > trip.start - trip.headway && other.start < trip.start);
        }
      }
      EXPECT_TRUE(found);
    }
  }
}

TEST(Timetable, OneVehicleIsATimetableToo) {
  Random random(1);
  const Route route(1, random);
  const Timetable timetable(route, 1);
  ASSERT_EQ(timetable.trips().size(), 1u);
  EXPECT_GT(timetable.trips()[0].size(), 30u);
}

}  // namespace
}  // namespace sluice::gtfs
