// SPDX-License-Identifier: Apache-2.0
#include "gtfs/city_alerts.h"

#include <fmt/format.h>

namespace sluice::gtfs {

namespace {

constexpr uint64_t kNightServiceSince = 1577836800;  // 2020-01-01T00:00:00Z

struct Words {
  const char* english;
  const char* french;
};

Words WordsFor(AlertCause cause) {
  switch (cause) {
    case AlertCause::kConstruction: return {"road works", "travaux"};
    case AlertCause::kAccident: return {"accident", "accident"};
    case AlertCause::kPoliceActivity: return {"police activity", "intervention de la police"};
    case AlertCause::kTechnicalProblem: return {"signal failure", "panne des feux"};
    case AlertCause::kOtherCause: break;
  }
  return {"disruption", "perturbation"};
}

}  // namespace

Alert StandingAlert() {
  Alert alert;
  alert.id = "A-NIGHT";
  alert.active.push_back({kNightServiceSince, std::nullopt});
  alert.informed.push_back({kAgencyId, "", ""});
  alert.effect = AlertEffect::kReducedService;
  alert.header = {{"Night service", "en"}, {"Service de nuit", "fr"}};
  alert.description = {{"After 00:45 one bus a line runs, the last until 03:15.", "en"},
                       {"Après 00:45 un bus par ligne circule, le dernier jusqu'à 03:15.", "fr"}};
  return alert;
}

void AppendAlerts(const Line& line, const Moment& moment, const std::string& start_date,
                  std::vector<Alert>& alerts) {
  const auto trouble = DayOf(line, moment).disruption;
  if (!trouble || moment.seconds < trouble->told_from || moment.seconds >= trouble->end) return;
  const std::vector<Stop>& stops = line.route.stops();
  const std::string& from = stops[static_cast<size_t>(trouble->first_stop)].id;
  const std::string& to = stops[static_cast<size_t>(trouble->last_stop)].id;
  const Words words = WordsFor(trouble->cause);
  Alert alert;
  alert.id = fmt::format("A-{}-{}", line.route.id(), start_date);
  alert.active.push_back({static_cast<uint64_t>(moment.midnight + trouble->begin),
                          static_cast<uint64_t>(moment.midnight + trouble->end)});
  alert.informed.push_back({kAgencyId, line.route.id(), ""});
  for (int i = trouble->first_stop; i <= trouble->last_stop; ++i)
    alert.informed.push_back({kAgencyId, line.route.id(), stops[static_cast<size_t>(i)].id});
  alert.cause = trouble->cause;
  alert.effect = trouble->effect;
  alert.severity = trouble->severity;
  alert.header = {{fmt::format("Line {}: {}", line.route.id(), words.english), "en"},
                  {fmt::format("Ligne {} : {}", line.route.id(), words.french), "fr"}};
  alert.description = {
      {fmt::format("Between the stops {} and {} buses lose about {} seconds a stop.", from, to,
                   trouble->seconds_a_leg),
       "en"}};
  alerts.push_back(std::move(alert));
}

}  // namespace sluice::gtfs
