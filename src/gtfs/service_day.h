// SPDX-License-Identifier: Apache-2.0
//
// A moment as timetables count: service day and seconds since its midnight. A service day begins at
// 4:00 and ends at 28:00, so that the night's last buses belong to the day before.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::gtfs {

struct Moment {
  int64_t unix_seconds = 0;
  int64_t midnight = 0;  // of the service day, seconds since 1970
  int64_t day = 0;       // the service day, days since 1970
  int seconds = 0;       // since midnight: 4 h to 28 h
};

// `utc_offset_seconds`: of the city's clocks.
Moment MomentAt(int64_t unix_seconds, int utc_offset_seconds);

std::string DateText(int64_t day);    // "20260131"
std::string TimeText(int seconds);    // "07:30:00", "24:10:00"
std::string MinuteText(int seconds);  // "0730", "2410"

}  // namespace sluice::gtfs
