// SPDX-License-Identifier: Apache-2.0
#include "decode/datetime.h"

#include <charconv>

#include "decode/calendar.h"
#include "decode/datetime_cast.h"

namespace sluice::decode {

namespace {

bool MicrosOf(int64_t seconds, int micros, int64_t* out) {
  const __int128 exact = static_cast<__int128>(seconds) * kMicrosPerSecond + micros;
  *out = static_cast<int64_t>(exact);
  return exact == *out;
}

bool ByPattern(const DateTimePattern& pattern, std::string_view text, const TimeZone& zone,
               int64_t* micros) {
  PatternFields fields;
  ResolvedDateTime at;
  if (!pattern.Parse(text, &fields) || !DateTimePattern::Resolve(fields, &at)) return false;
  const int64_t local = at.days * kSecondsPerDay + at.second_of_day;
  if (fields.zone) return MicrosOf(fields.zone->ToEpochSeconds(local), at.micros, micros);
  if (fields.offset) return MicrosOf(local - *fields.offset, at.micros, micros);
  return MicrosOf(zone.ToEpochSeconds(local), at.micros, micros);
}

// What Spark's first releases wrote: days since the epoch as text. Java's Integer.parseInt.
bool ParseDays(std::string_view text, int32_t* days) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *days);
  return error == std::errc() && end == text.data() + text.size();
}

// Texts of old Spark carried a "GMT" before their offset.
std::string WithoutGmt(std::string_view text) {
  std::string out;
  size_t from = 0;
  for (size_t at = text.find("GMT"); at != std::string_view::npos; at = text.find("GMT", from)) {
    out += text.substr(from, at - from);
    from = at + 3;
  }
  out += text.substr(from);
  return out;
}

Status MakePattern(std::string_view option, const std::string& pattern,
                   std::optional<DateTimePattern>* out) {
  if (pattern.empty()) return Status::Ok();
  SLUICE_ASSIGN_OR_RETURN(*out, DateTimePattern::Make(option, pattern));
  return Status::Ok();
}

}  // namespace

Result<DateTimeParsers> DateTimeParsers::Make(const DecodeOptions& options) {
  DateTimeParsers made;
  made.zone_ = TimeZone::Find(options.time_zone);
  if (!made.zone_) {
    return Status::Exit("TIME_ZONE",
                        "timeZone '" + options.time_zone +
                            "' is no zone that this machine knows; expected an offset "
                            "(+01:00) or a region (Europe/Paris) of /usr/share/zoneinfo");
  }
  SLUICE_RETURN_IF_ERROR(MakePattern("dateFormat", options.date_format, &made.date_pattern_));
  SLUICE_RETURN_IF_ERROR(
      MakePattern("timestampFormat", options.timestamp_format, &made.timestamp_pattern_));
  SLUICE_RETURN_IF_ERROR(
      MakePattern("timestampNTZFormat", options.timestamp_ntz_format, &made.ntz_pattern_));
  SLUICE_RETURN_IF_ERROR(MakePattern("dateFormat", "yyyy-MM-dd", &made.default_date_));
  SLUICE_RETURN_IF_ERROR(
      MakePattern("timestampFormat", "yyyy-MM-dd HH:mm:ss", &made.default_timestamp_));
  made.legacy_ends_query_ = options.spark_version.starts_with("3.");
  return made;
}

DateTimeOutcome DateTimeParsers::Refused(const DateTimePattern& legacy,
                                         std::string_view text) const {
  return legacy_ends_query_ && legacy.LegacyAccepts(text) ? DateTimeOutcome::kOnlyLegacy
                                                          : DateTimeOutcome::kBad;
}

DateTimeOutcome DateTimeParsers::Date(std::string_view text, int32_t* days) const {
  if (date_pattern_) {
    PatternFields fields;
    ResolvedDateTime at;
    if (date_pattern_->Parse(text, &fields) && DateTimePattern::Resolve(fields, &at)) {
      *days = static_cast<int32_t>(at.days);
      return at.days == *days ? DateTimeOutcome::kOk : DateTimeOutcome::kBad;
    }
    return Refused(*date_pattern_, text);
  }
  if (CastToDate(text, days) || CastToDate(WithoutGmt(text), days) || ParseDays(text, days)) {
    return DateTimeOutcome::kOk;
  }
  return Refused(*default_date_, text);
}

DateTimeOutcome DateTimeParsers::Timestamp(std::string_view text, int64_t* micros) const {
  if (timestamp_pattern_) {
    if (ByPattern(*timestamp_pattern_, text, *zone_, micros)) return DateTimeOutcome::kOk;
    return Refused(*timestamp_pattern_, text);
  }
  if (CastToTimestamp(text, *zone_, now_seconds_, micros) ||
      CastToTimestamp(WithoutGmt(text), *zone_, now_seconds_, micros)) {
    return DateTimeOutcome::kOk;
  }
  return Refused(*default_timestamp_, text);
}

DateTimeOutcome DateTimeParsers::TimestampNtz(std::string_view text, int64_t* micros) const {
  if (ntz_pattern_) {
    PatternFields fields;
    ResolvedDateTime at;
    // A zone in the text is a mistake, not something to drop.
    if (ntz_pattern_->Parse(text, &fields) && !fields.zone && !fields.offset &&
        DateTimePattern::Resolve(fields, &at) &&
        MicrosOf(at.days * kSecondsPerDay + at.second_of_day, at.micros, micros)) {
      return DateTimeOutcome::kOk;
    }
    return Refused(*ntz_pattern_, text);
  }
  if (CastToTimestampNtz(text, micros)) return DateTimeOutcome::kOk;
  return Refused(*default_timestamp_, text);
}

}  // namespace sluice::decode
