// SPDX-License-Identifier: Apache-2.0
#include "gtfs/lateness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "gtfs/random.h"

namespace sluice::gtfs {
namespace {

constexpr int kDayEnds = 28 * 3600;
constexpr int kHour = 3600;

class LatenessTest : public testing::Test {
 protected:
  Random random_{11};
  Route route_{1, random_};
  Timetable timetable_{route_, 12};

  RouteDay Day(uint64_t seed) const { return {route_, timetable_, seed, std::nullopt}; }

  std::vector<Journey> JourneysOf(const RouteDay& day, int until = kDayEnds) const {
    std::vector<Journey> journeys;
    RunDay(day, until, [&](const Journey& journey) { journeys.push_back(journey); });
    return journeys;
  }
  // What ran on many days.
  std::vector<Journey> Driven(uint64_t days) const {
    std::vector<Journey> journeys;
    for (uint64_t seed = 1; seed <= days; ++seed) {
      for (const Journey& journey : JourneysOf(Day(seed)))
        if (!journey.canceled) journeys.push_back(journey);
    }
    return journeys;
  }
  size_t last() const { return static_cast<size_t>(timetable_.legs()); }
  int ArrivesAt(const Journey& journey, size_t stop) const {
    return journey.trip.start + timetable_.Arrival(static_cast<int>(stop)) + journey.arrival[stop];
  }
  int LeavesAt(const Journey& journey, size_t stop) const {
    return journey.trip.start + timetable_.Departure(static_cast<int>(stop)) +
           journey.departure[stop];
  }
  double MeanArrivalDelay(const std::vector<Journey>& journeys, int from, int to) const {
    double sum = 0;
    double count = 0;
    for (const Journey& journey : journeys) {
      if (journey.trip.start < from || journey.trip.start >= to) continue;
      sum += journey.arrival[last()];
      ++count;
    }
    return sum / count;
  }
};

TEST_F(LatenessTest, NobodyIsFasterThanAnEmptyStreetOrLeavesEarly) {
  for (const Journey& journey : Driven(20)) {
    EXPECT_GE(journey.trip.start + journey.departure[0], journey.ready);
    for (size_t stop = 1; stop <= last(); ++stop) {
      EXPECT_GE(ArrivesAt(journey, stop) - LeavesAt(journey, stop - 1), route_.run_seconds());
      if (stop == last()) continue;
      EXPECT_GE(journey.departure[stop], 0);
      EXPECT_GE(LeavesAt(journey, stop), ArrivesAt(journey, stop) + 8);
    }
  }
}

TEST_F(LatenessTest, NobodyOvertakesOnTheWay) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::map<bool, Journey> before;
    for (const Journey& journey : JourneysOf(Day(seed))) {
      if (journey.canceled) continue;
      if (const auto found = before.find(journey.trip.backward); found != before.end()) {
        for (size_t stop = 1; stop < last(); ++stop) {
          EXPECT_GT(ArrivesAt(journey, stop), LeavesAt(found->second, stop));
        }
      }
      before[journey.trip.backward] = journey;
    }
  }
}

// A bus that came in late sets off late on its next trip; and less late than it came in.
TEST_F(LatenessTest, LatenessSpreadsToTheFollowingTrip) {
  int spread = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::map<int, Journey> before;
    for (const Journey& journey : JourneysOf(Day(seed))) {
      if (journey.canceled) continue;
      const auto found = before.find(journey.trip.vehicle);
      if (found != before.end() && !journey.trip.first_of_duty) {
        const int came_in = found->second.end(timetable_);
        EXPECT_GE(LeavesAt(journey, 0), came_in + kTurnSeconds);
        if (came_in + kTurnSeconds > journey.trip.start) {
          ++spread;
          EXPECT_GE(journey.departure[0], came_in + kTurnSeconds - journey.trip.start);
        }
      }
      before[journey.trip.vehicle] = journey;
    }
  }
  EXPECT_GT(spread, 100);
}

TEST_F(LatenessTest, LatenessGrowsInTheRushHourAndRecovers) {
  const std::vector<Journey> journeys = Driven(40);
  const double dawn = MeanArrivalDelay(journeys, 5 * kHour, 6 * kHour);
  const double rush = MeanArrivalDelay(journeys, 8 * kHour, 9 * kHour);
  const double noon = MeanArrivalDelay(journeys, 12 * kHour, 14 * kHour);
  EXPECT_LT(dawn, 20);
  EXPECT_GT(rush, 60);
  EXPECT_LT(noon, rush / 2);
}

TEST_F(LatenessTest, BusesBunchOnTheWayInTheRushHour) {
  double first = 0;
  double at_last = 0;
  int together = 0;
  int apart_at_first = 0;
  int count = 0;
  for (const Journey& journey : Driven(40)) {
    if (journey.trip.start / kHour != 8 || journey.trip.headway == 0) continue;
    ++count;
    const double headway = journey.trip.headway;
    first += std::pow(journey.gap[1] / headway, 2);
    at_last += std::pow(journey.gap[last()] / headway, 2);
    const bool bunched = journey.gap[last()] < -0.75 * headway;
    together += bunched;
    apart_at_first += bunched && journey.gap[1] > -0.5 * headway;
  }
  // Gaps are more uneven at the end of the way than at its beginning.
  EXPECT_GT(at_last, 1.5 * first);
  EXPECT_GT(together, count / 50);
  EXPECT_GT(apart_at_first, 0);
}

TEST_F(LatenessTest, ABrokenBusLeavesOutTheRestOfItsDuty) {
  int breakdowns = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::map<int, int> in_a_row;
    for (const Journey& journey : JourneysOf(Day(seed))) {
      int& canceled = in_a_row[journey.trip.vehicle];
      if (journey.trip.first_of_duty) canceled = 0;
      // Out again within a duty: only after a trip there and back was left out.
      if (!journey.canceled && canceled > 0) {
        EXPECT_EQ(canceled % 2, 0);
      }
      canceled = journey.canceled ? canceled + 1 : 0;
      breakdowns += canceled == 3;
    }
  }
  EXPECT_GT(breakdowns, 0);
}

TEST_F(LatenessTest, NoBusStaysFarTooLate) {
  for (const Journey& journey : Driven(60)) {
    EXPECT_LE(journey.departure[0], 1200 + 60);
    EXPECT_LT(journey.end(timetable_), kDayEnds);
  }
}

TEST_F(LatenessTest, TheSameSeedMakesTheSameDayAndAnotherAnother) {
  const auto digest = [&](uint64_t seed) {
    uint64_t sum = 0;
    for (const Journey& journey : JourneysOf(Day(seed)))
      for (size_t stop = 0; stop <= last(); ++stop)
        sum = sum * 31 + static_cast<uint64_t>(journey.departure[stop]);
    return sum;
  };
  EXPECT_EQ(digest(3), digest(3));
  EXPECT_NE(digest(3), digest(4));
}

// What has happened until a time does not depend on how far the day was asked for.
TEST_F(LatenessTest, ThePastStaysAsItWas) {
  std::map<std::pair<int, int>, Journey> whole;
  for (const Journey& journey : JourneysOf(Day(9)))
    whole[{journey.trip.vehicle, journey.trip.number}] = journey;
  for (int until = 5 * kHour; until < kDayEnds; until += 1234) {
    for (const Journey& journey : JourneysOf(Day(9), until)) {
      const Journey& same = whole.at({journey.trip.vehicle, journey.trip.number});
      EXPECT_EQ(journey.canceled, same.canceled);
      if (journey.canceled) continue;
      EXPECT_EQ(journey.shown_from, same.shown_from);
      if (LeavesAt(journey, 0) < until) {
        EXPECT_EQ(journey.departure, same.departure);
      }
    }
  }
}

TEST_F(LatenessTest, ADisruptionCostsTimeWhereAndWhenItIs) {
  RouteDay day = Day(5);
  Disruption trouble;
  trouble.begin = 11 * kHour;
  trouble.end = 13 * kHour;
  trouble.first_stop = 1;
  trouble.last_stop = 4;
  trouble.seconds_a_leg = 60;
  const std::vector<Journey> calm = JourneysOf(day);
  day.disruption = trouble;
  const std::vector<Journey> troubled = JourneysOf(day);
  EXPECT_GT(MeanArrivalDelay(troubled, 11 * kHour, 13 * kHour),
            MeanArrivalDelay(calm, 11 * kHour, 13 * kHour) + 60);
  EXPECT_EQ(MeanArrivalDelay(troubled, 8 * kHour, 10 * kHour),
            MeanArrivalDelay(calm, 8 * kHour, 10 * kHour));
}

TEST(Disruption, ComesNowAndThenAndLiesWithinTheDay) {
  int found = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const auto trouble = DrawDisruption(seed * 7919, 12);
    if (!trouble) continue;
    ++found;
    EXPECT_LT(trouble->begin, trouble->end);
    EXPECT_LE(trouble->told_from, trouble->begin);
    EXPECT_LE(trouble->end, kDayEnds);
    EXPECT_LT(trouble->first_stop, trouble->last_stop);
    EXPECT_LT(trouble->last_stop, 12);
  }
  EXPECT_NEAR(found, 200, 50);
}

}  // namespace
}  // namespace sluice::gtfs
