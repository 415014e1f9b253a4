// SPDX-License-Identifier: Apache-2.0
//
// Time zones as java.time.ZoneId.of(id, SHORT_IDS) knows them: offsets ("Z", "+05:30", "UTC+1",
// "GMT-8"), the three-letter names of old, and regions, read from the system's zoneinfo files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::decode {

class TimeZone {
 public:
  static constexpr size_t kMaxIdSize = 64;  // no zone's name comes near

  // nullptr: no such zone. Also takes Spark's "+h:mm" and "+hh:m". The result is shared and immutable.
  static std::shared_ptr<const TimeZone> Find(std::string_view id);
  static std::shared_ptr<const TimeZone> Fixed(int32_t offset_seconds);
  static std::shared_ptr<const TimeZone> Utc() { return Fixed(0); }
  virtual ~TimeZone() = default;

  // Seconds since the epoch at which clocks of the zone show `local` (seconds since 1970-01-01T00:00 on
  // those clocks). A time in a gap moves on by the gap; of a time that comes twice, the first counts.
  virtual int64_t ToEpochSeconds(int64_t local) const = 0;
  // What clocks of the zone show then.
  virtual int64_t ToLocalSeconds(int64_t epoch) const = 0;
};

// "Z", "+1", "+01", "+01:00", "+0100", "-08:00:00" as seconds east of Greenwich, at most 18 hours.
std::optional<int32_t> ParseZoneOffset(std::string_view id);

}  // namespace sluice::decode
