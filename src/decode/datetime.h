// SPDX-License-Identifier: Apache-2.0
//
// DATE, TIMESTAMP and TIMESTAMP_NTZ out of JSON strings, by the options of one decoder: Spark's default
// parser (as CAST reads them) or a pattern, with what Spark does when neither takes the text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "decode/datetime_pattern.h"
#include "decode/decode_options.h"
#include "decode/time_zone.h"

namespace sluice::decode {

enum class DateTimeOutcome {
  kOk,
  kBad,
  // Spark's parser before 3.0 would have taken the text: Spark 3 ends the query here, 4 calls it bad.
  kOnlyLegacy
};

class DateTimeParsers {
 public:
  // Errors (Exit): a pattern or a zone that cannot be used.
  static Result<DateTimeParsers> Make(const DecodeOptions& options);

  // For times without a date ("T02:30"), which are today's.
  void set_now_seconds(int64_t now_seconds) { now_seconds_ = now_seconds; }

  DateTimeOutcome Date(std::string_view text, int32_t* days) const;
  DateTimeOutcome Timestamp(std::string_view text, int64_t* micros) const;
  DateTimeOutcome TimestampNtz(std::string_view text, int64_t* micros) const;

  // The fast decoder's form: false sends it to the exact decoder, which asks again.
  bool ParseDate(std::string_view text, int32_t* days) const {
    return Date(text, days) == DateTimeOutcome::kOk;
  }
  bool ParseTimestamp(std::string_view text, int64_t* micros) const {
    return Timestamp(text, micros) == DateTimeOutcome::kOk;
  }
  bool ParseTimestampNtz(std::string_view text, int64_t* micros) const {
    return TimestampNtz(text, micros) == DateTimeOutcome::kOk;
  }

 private:
  DateTimeOutcome Refused(const DateTimePattern& legacy, std::string_view text) const;

  std::shared_ptr<const TimeZone> zone_;
  std::optional<DateTimePattern> date_pattern_;
  std::optional<DateTimePattern> timestamp_pattern_;
  std::optional<DateTimePattern> ntz_pattern_;
  std::optional<DateTimePattern> default_date_;  // what the old parser used without a pattern
  std::optional<DateTimePattern> default_timestamp_;
  bool legacy_ends_query_ = true;
  int64_t now_seconds_ = 0;
};

}  // namespace sluice::decode
