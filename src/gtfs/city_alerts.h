// SPDX-License-Identifier: Apache-2.0
//
// Alerts of the city: the disruptions of its lines while they are told of, and one that always stands.
#pragma once

#include <string>
#include <vector>

#include "gtfs/feed.h"
#include "gtfs/line.h"

namespace sluice::gtfs {

inline constexpr const char* kAgencyId = "CITY";

Alert StandingAlert();
void AppendAlerts(const Line& line, const Moment& moment, const std::string& start_date,
                  std::vector<Alert>& alerts);

}  // namespace sluice::gtfs
