// SPDX-License-Identifier: Apache-2.0
//
// When which feed has which fault, as a user writes it:
//
//   10m-12m: 500; 30m-31m: frozen
//   f03 5m-6m: hung                  # one feed; "f03/trip_updates", "vehicle_positions" likewise
//   40m-: old-header:10m             # until the end
//
// Times count from the start of the server, by the city's clock. Where several fit, the first holds.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "simulate/fault.h"

namespace sluice::simulate {

struct ScheduledFault {
  std::string feed;  // the beginning of its path or of its file's name; empty: all
  std::chrono::milliseconds begin{};
  std::chrono::milliseconds end = std::chrono::milliseconds::max();
  Fault fault;
};

// Immutable after construction.
class FaultSchedule {
 public:
  FaultSchedule() = default;
  // Error (Exit FAULT_SCHEDULE): quotes the part that cannot be read and says what is expected.
  static Result<FaultSchedule> Parse(std::string_view text);

  // The fault of "/f03/trip_updates.pb" that long after the start; null: none.
  const ScheduledFault* At(std::string_view path, std::chrono::milliseconds since_start) const;

  bool empty() const { return faults_.empty(); }

 private:
  std::vector<ScheduledFault> faults_;
};

}  // namespace sluice::simulate
