// SPDX-License-Identifier: Apache-2.0
//
// Texts of dates and timestamps as Spark's CAST reads them (DateTimeUtils.stringToDate and
// stringToTimestamp): "2024", "2024-3-1", "2024-03-10T02:30:00.123Z", "... Europe/Paris", "T02:30".
#pragma once

#include <cstdint>
#include <string_view>

#include "decode/time_zone.h"

namespace sluice::decode {

// Days since 1970-01-01. What follows the day behind a blank or a 'T' is not looked at.
bool CastToDate(std::string_view text, int32_t* days);

// Microseconds since the epoch; `zone` where the text names none. A time without a date is today's in
// its zone, which is what `now_seconds` is for.
bool CastToTimestamp(std::string_view text, const TimeZone& zone, int64_t now_seconds,
                     int64_t* micros);

// The same without a zone; a text that names one, or that has no date, is refused.
bool CastToTimestampNtz(std::string_view text, int64_t* micros);

}  // namespace sluice::decode
