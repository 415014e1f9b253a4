// SPDX-License-Identifier: Apache-2.0
//
// A feed of a city at a moment as the bytes of an answer: pure functions of seed, time and fault.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gtfs/city.h"
#include "simulate/fault.h"

namespace sluice::simulate {

enum class FeedKind { kVehiclePositions, kTripUpdates, kAlerts };
enum class FeedFormat { kProtobuf, kJson };

struct FeedFile {
  FeedKind kind = FeedKind::kVehiclePositions;
  FeedFormat format = FeedFormat::kProtobuf;
};

// "vehicle_positions.pb", "alerts.json"; false for a name that is no feed's.
bool ParseFeedFile(std::string_view name, FeedFile* file);

struct FeedBody {
  std::string bytes;
  int64_t header_time = 0;  // as it stands in the header
  int64_t entities = 0;     // all that are in it
  int64_t faulty = 0;       // of these, broken ones
};

// A feed, whole or with the fault in it that is one of a feed's content; other faults change nothing.
FeedBody MakeFeed(const gtfs::City& city, FeedFile file, int64_t unix_seconds, const Fault& fault);

// Whether MakeFeed does something for it, and whether it does so for JSON too.
bool IsContentFault(FaultKind kind);
bool IsProtobufFault(FaultKind kind);

// Whether the answer is something else than a feed.
bool StandsInstead(FaultKind kind);
// That, for those that need no feed: a page, a sentence, zeros.
std::string PageOf(const Fault& fault);

}  // namespace sluice::simulate
