// SPDX-License-Identifier: Apache-2.0
//
// Patterns of java.time.format.DateTimeFormatter as Spark reads dates with them: case-insensitive,
// strict, English names, fractions of one digit up to the length of their run of S.
//
//   letters y M d D H h K k m s S a V z O X x Z, text in '...', optional parts in [...]
//
// https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "decode/time_zone.h"

namespace sluice::decode {

// What a text held; missing fields are nullopt.
struct PatternFields {
  std::optional<int64_t> year;
  std::optional<int> month, day, day_of_year;
  std::optional<int> hour, hour_of_half, minute, second, nano;
  std::optional<int> half;  // 0 AM, 1 PM
  std::optional<int32_t> offset;
  std::shared_ptr<const TimeZone> zone;
};

// Fields as a local date and time, resolved strictly, with 1970-01-01T00:00 for what is missing.
struct ResolvedDateTime {
  int64_t days = 0;
  int64_t second_of_day = 0;
  int micros = 0;
};

class DateTimePattern {
 public:
  // Errors (Exit): a letter that Spark refuses for parsing, or a count that the letter does not have.
  static Result<DateTimePattern> Make(std::string_view option, std::string_view pattern);

  // Does the whole text follow the pattern?
  bool Parse(std::string_view text, PatternFields* fields) const;
  static bool Resolve(const PatternFields& fields, ResolvedDateTime* out);

  // Would the parser of Spark 2 (FastDateFormat, lenient) take a beginning of the text?
  bool LegacyAccepts(std::string_view text) const;

 private:
  struct Item {
    enum class Kind {
      kLiteral,
      kNumber,
      kFraction,
      kText,
      kOffset,
      kZone,
      kOptionalStart,
      kOptionalEnd
    };
    Kind kind = Kind::kLiteral;
    char letter = 0;
    int count = 0;
    std::string literal{};
    int min_width = 1;
    int max_width = 19;
    int reserved = 0;    // digits that fixed-width neighbours take
    size_t partner = 0;  // kOptionalStart: index of its end
  };

  Status Compile(std::string_view option, std::string_view pattern);
  Result<Item> MakeItem(std::string_view option, std::string_view pattern, char letter,
                        int count) const;
  void ReserveNeighbours();
  bool ParseItems(std::string_view text, size_t* at, size_t begin, size_t end,
                  PatternFields* out) const;
  bool ParseItem(const Item& item, std::string_view text, size_t* at, PatternFields* out) const;
  static bool ParseNumber(const Item& item, std::string_view text, size_t* at, PatternFields* out);

  std::vector<Item> items_;
};

}  // namespace sluice::decode
