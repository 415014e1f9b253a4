// SPDX-License-Identifier: Apache-2.0
//
// Rules of one region out of a zoneinfo file (RFC 8536, "TZif").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::decode {

// One end of summer time in a POSIX TZ string: "M3.2.0/2", "J60", "59".
struct YearlyRule {
  char kind = 'M';  // 'M' month.week.weekday, 'J' day 1-365 without leap days, 'N' day 0-365
  int month = 0, week = 0, weekday = 0, day = 0;
  int32_t time = 7200;  // seconds after midnight, wall clock before the change

  // Seconds since 1970-01-01T00:00 on the clocks before the change.
  int64_t LocalSeconds(int64_t year) const;
};

// What holds after the last listed transition.
struct ZoneFooter {
  int32_t standard = 0;
  std::optional<int32_t> summer;
  YearlyRule summer_begins, summer_ends;
};

struct ZoneRules {
  struct Transition {
    int64_t at;  // seconds since the epoch
    int32_t offset;
  };
  int32_t first_offset = 0;             // before the first transition
  std::vector<Transition> transitions;  // ascending
  std::optional<ZoneFooter> footer;
};

// nullopt: not a TZif file.
std::optional<ZoneRules> ParseZoneFile(std::string_view bytes);

// "CET-1CEST,M3.5.0,M10.5.0/3"; nullopt: not one.
std::optional<ZoneFooter> ParsePosixZone(std::string_view text);

}  // namespace sluice::decode
