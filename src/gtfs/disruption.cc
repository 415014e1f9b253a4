// SPDX-License-Identifier: Apache-2.0
#include "gtfs/disruption.h"

#include <algorithm>
#include <array>

#include "gtfs/random.h"

namespace sluice::gtfs {

namespace {

constexpr int kRoutesADisruption = 5;
constexpr int kAnnouncedSeconds = 6 * 3600;
constexpr int kServiceDayEnds = 28 * 3600;

struct Kind {
  AlertCause cause;
  AlertEffect effect;
  AlertSeverity severity;
  bool announced;
  int min_hours;
  int max_hours;
};

constexpr std::array<Kind, 4> kKinds = {
    {{AlertCause::kConstruction, AlertEffect::kDetour, AlertSeverity::kWarning, true, 3, 9},
     {AlertCause::kAccident, AlertEffect::kSignificantDelays, AlertSeverity::kSevere, false, 1, 2},
     {AlertCause::kPoliceActivity, AlertEffect::kStopMoved, AlertSeverity::kInfo, false, 1, 3},
     {AlertCause::kTechnicalProblem, AlertEffect::kSignificantDelays, AlertSeverity::kWarning,
      false, 1, 4}}};

}  // namespace

std::optional<Disruption> DrawDisruption(uint64_t day_seed, int stops) {
  Random random(day_seed ^ 0xd1572b7104ULL);
  if (random.Below(kRoutesADisruption) != 0) return std::nullopt;
  const Kind& kind = kKinds[static_cast<size_t>(random.Below(static_cast<int>(kKinds.size())))];
  Disruption result;
  result.begin = (5 * 3600) + random.Below(15 * 60) * 60;
  const int minutes =
      kind.min_hours * 60 + random.Below((kind.max_hours - kind.min_hours) * 60 + 1);
  result.end = std::min(result.begin + minutes * 60, kServiceDayEnds);
  result.told_from = kind.announced ? result.begin - kAnnouncedSeconds : result.begin;
  result.first_stop = random.Below(stops - 1);
  result.last_stop = std::min(result.first_stop + 1 + random.Below(4), stops - 1);
  result.seconds_a_leg = 20 + random.Below(60);
  result.cause = kind.cause;
  result.effect = kind.effect;
  result.severity = kind.severity;
  return result;
}

}  // namespace sluice::gtfs
