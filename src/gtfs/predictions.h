// SPDX-License-Identifier: Apache-2.0
//
// Trip updates of a line: how late each bus is known to be, carried on to the stops before it and, less
// the layover, to its next trips. What is known is what has happened: the future's traffic is not.
#pragma once

#include <string>
#include <vector>

#include "gtfs/feed.h"
#include "gtfs/line.h"

namespace sluice::gtfs {

// Trips that set off within this time are told of.
inline constexpr int kPredictionSeconds = 1800;

void AppendTripUpdates(const Line& line, const Moment& moment, const std::string& start_date,
                       std::vector<TripUpdate>& updates);

}  // namespace sluice::gtfs
