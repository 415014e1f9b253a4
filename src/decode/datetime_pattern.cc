// SPDX-License-Identifier: Apache-2.0
#include "decode/datetime_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/ascii.h"
#include "decode/calendar.h"

namespace sluice::decode {

namespace {

constexpr std::string_view kLetters = "yMdDHhKkmsSaVzOXxZ";
// The last whole year that 32 bits of days reach.
constexpr int64_t kLastLegacyYear = 5'881'579;
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  return std::equal(
      prefix.begin(), prefix.end(), text.begin(),
      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

Status Refuse(std::string_view option, std::string_view pattern, const std::string& why) {
  return Status::Exit("DATETIME_PATTERN",
                      std::string(option) + " '" + std::string(pattern) + "': " + why);
}

// How often a letter may stand; 0 = not at all.
int MaxCount(char letter) {
  switch (letter) {
    case 'y': return 6;
    case 'M': return 4;
    case 'D': return 3;
    case 'S': return 9;
    case 'a': return 1;
    case 'V': return 2;
    case 'z':
    case 'O': return 4;
    case 'X':
    case 'x':
    case 'Z': return 5;
    default: return 2;
  }
}

// "+hh:mm" and its relatives. `pattern`: of java.time's DateTimeFormatterBuilder.appendOffset.
bool ParseOffset(std::string_view pattern, std::string_view no_offset, std::string_view text,
                 size_t* at, int32_t* out) {
  std::string_view rest = text.substr(*at);
  *out = 0;
  if (!no_offset.empty() && StartsWithIgnoringCase(rest, no_offset)) {
    *at += no_offset.size();
    return true;
  }
  if (rest.empty() || (rest[0] != '+' && rest[0] != '-')) return false;
  const int sign = rest[0] == '-' ? -1 : 1;
  size_t used = 1;
  const bool colon = pattern.find(':') != std::string_view::npos;
  const auto two_digits = [&](bool with_colon, int* value) {
    const size_t skip = with_colon ? 1 : 0;
    if (rest.size() < used + skip + 2 || (with_colon && rest[used] != ':')) return false;
    const char a = rest[used + skip], b = rest[used + skip + 1];
    if (!IsDigit(a) || !IsDigit(b)) return false;
    *value = (a - '0') * 10 + (b - '0');
    if (*value > 59) return false;
    used += skip + 2;
    return true;
  };
  // Upper case parts are required, lower case ones optional.
  int hours = 0, minutes = 0, seconds = 0;
  if (!two_digits(false, &hours)) return false;
  const bool minutes_wanted = pattern.find_first_of("mM") != std::string_view::npos;
  const bool minutes_required = pattern.find('M') != std::string_view::npos;
  if (minutes_wanted && !two_digits(colon, &minutes) && minutes_required) return false;
  const bool seconds_wanted = pattern.find_first_of("sS") != std::string_view::npos;
  const bool seconds_required = pattern.find('S') != std::string_view::npos;
  if (seconds_wanted && !two_digits(colon, &seconds) && seconds_required) return false;
  const int32_t total = hours * 3600 + minutes * 60 + seconds;
  if (total > 18 * 3600) return false;
  *out = sign * total;
  *at += used;
  return true;
}

// The longest region, offset or prefixed offset that stands at `at`.
std::shared_ptr<const TimeZone> ParseZoneName(std::string_view text, size_t* at) {
  size_t end = *at;
  const size_t last = std::min(text.size(), *at + TimeZone::kMaxIdSize);
  while (end < last && (std::isalnum(static_cast<unsigned char>(text[end])) ||
                        std::string_view("/_+-:.~").find(text[end]) != std::string_view::npos)) {
    ++end;
  }
  for (; end > *at; --end) {
    if (const auto zone = TimeZone::Find(text.substr(*at, end - *at))) {
      *at = end;
      return zone;
    }
  }
  return nullptr;
}

template <typename T>
bool Set(std::optional<T>* field, T value) {
  if (field->has_value() && **field != value) return false;  // strict: one value a field
  *field = value;
  return true;
}

// What is told twice has to agree: java.time's cross check.
bool AgreesWithMonthAndDay(const PatternFields& fields, int64_t year, int64_t day) {
  int month = 1;
  for (; day > DaysInMonth(year, month); ++month) day -= DaysInMonth(year, month);
  return fields.month.value_or(month) == month && fields.day.value_or(static_cast<int>(day)) == day;
}

bool ResolveHour(const PatternFields& fields, int* hour) {
  *hour = fields.hour_of_half.value_or(0) + 12 * fields.half.value_or(0);
  if (!fields.hour) return true;
  *hour = *fields.hour;
  return fields.half.value_or(*hour / 12) == *hour / 12 &&
         fields.hour_of_half.value_or(*hour % 12) == *hour % 12;
}

}  // namespace

Result<DateTimePattern> DateTimePattern::Make(std::string_view option, std::string_view pattern) {
  DateTimePattern made;
  SLUICE_RETURN_IF_ERROR(made.Compile(option, pattern));
  made.ReserveNeighbours();
  return made;
}

Status DateTimePattern::Compile(std::string_view option, std::string_view pattern) {
  std::vector<size_t> open;
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (IsLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      SLUICE_ASSIGN_OR_RETURN(Item item, MakeItem(option, pattern, c, static_cast<int>(end - i)));
      items_.push_back(std::move(item));
      i = end;
      continue;
    }
    Item item;
    if (c == '\'') {
      // '' is a quote, in and out of quotes.
      size_t end = i + 1;
      for (; end < pattern.size(); ++end) {
        if (pattern[end] == '\'' && (end + 1 >= pattern.size() || pattern[end + 1] != '\'')) break;
        item.literal += pattern[end];
        end += pattern[end] == '\'';
      }
      if (end >= pattern.size()) return Refuse(option, pattern, "a quote is not closed");
      if (item.literal.empty()) item.literal = "'";
      i = end;
    } else if (c == '[') {
      item.kind = Item::Kind::kOptionalStart;
      open.push_back(items_.size());
    } else if (c == ']') {
      if (open.empty()) return Refuse(option, pattern, "']' without '['");
      item.kind = Item::Kind::kOptionalEnd;
      items_[open.back()].partner = items_.size();
      open.pop_back();
    } else if (c == '{' || c == '}' || c == '#') {
      return Refuse(option, pattern, std::string("reserved character '") + c + "'");
    } else {
      item.literal = c;
    }
    items_.push_back(std::move(item));
    ++i;
  }
  // An optional part that is not closed ends with the pattern.
  for (; !open.empty(); open.pop_back()) {
    items_[open.back()].partner = items_.size();
    items_.emplace_back().kind = Item::Kind::kOptionalEnd;
  }
  return Status::Ok();
}

Result<DateTimePattern::Item> DateTimePattern::MakeItem(std::string_view option,
                                                        std::string_view pattern, char letter,
                                                        int count) const {
  const std::string name(static_cast<size_t>(count), letter);
  if (kLetters.find(letter) == std::string_view::npos) {
    return Refuse(option, pattern,
                  "'" + name + "' is not among the letters that dates are read by (" +
                      std::string(kLetters) + ")");
  }
  if (count > MaxCount(letter) || (letter == 'V' && count != 2) ||
      (letter == 'O' && count != 1 && count != 4)) {
    return Refuse(option, pattern, "'" + name + "' has too many or too few letters");
  }
  Item item;
  item.kind = Item::Kind::kNumber;
  item.letter = letter;
  item.count = count;
  item.min_width = count;
  switch (letter) {
    case 'y': item.max_width = count == 2 ? 2 : 19; break;
    case 'M':
      if (count > 2) item.kind = Item::Kind::kText;
      item.max_width = count == 1 ? 19 : 2;
      break;
    case 'D': item.max_width = count == 1 ? 19 : 3; break;
    case 'S': item.kind = Item::Kind::kFraction; break;
    case 'a': item.kind = Item::Kind::kText; break;
    case 'V':
    case 'z': item.kind = Item::Kind::kZone; break;
    case 'O':
    case 'X':
    case 'x':
    case 'Z': item.kind = Item::Kind::kOffset; break;
    default: item.max_width = count == 1 ? 19 : 2;
  }
  return item;
}

// A number of open width leaves its fixed-width neighbours their digits: yyyyMMdd.
void DateTimePattern::ReserveNeighbours() {
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].kind != Item::Kind::kNumber) continue;
    for (size_t k = i + 1; k < items_.size() && items_[k].kind == Item::Kind::kNumber &&
                           items_[k].min_width == items_[k].max_width;
         ++k) {
      items_[i].reserved += items_[k].min_width;
    }
  }
}

bool DateTimePattern::Parse(std::string_view text, PatternFields* fields) const {
  size_t at = 0;
  return ParseItems(text, &at, 0, items_.size(), fields) && at == text.size();
}

bool DateTimePattern::ParseItems(std::string_view text, size_t* at, size_t begin, size_t end,
                                 PatternFields* out) const {
  for (size_t i = begin; i < end; ++i) {
    const Item& item = items_[i];
    if (item.kind == Item::Kind::kOptionalStart) {
      size_t tried_at = *at;
      PatternFields tried = *out;
      if (ParseItems(text, &tried_at, i + 1, item.partner, &tried)) {
        *at = tried_at;
        *out = tried;
      }
      i = item.partner;
    } else if (!ParseItem(item, text, at, out)) {
      return false;
    }
  }
  return true;
}

bool DateTimePattern::ParseItem(const Item& item, std::string_view text, size_t* at,
                                PatternFields* out) const {
  const std::string_view rest = text.substr(*at);
  switch (item.kind) {
    case Item::Kind::kLiteral:
      if (!StartsWithIgnoringCase(rest, item.literal)) return false;
      *at += item.literal.size();
      return true;
    case Item::Kind::kNumber: return ParseNumber(item, text, at, out);
    case Item::Kind::kFraction: {
      int nano = 0, digits = 0;
      while (digits < item.count && *at < text.size() && IsDigit(text[*at])) {
        nano = nano * 10 + (text[(*at)++] - '0');
        ++digits;
      }
      if (digits == 0) return false;
      for (; digits < 9; ++digits) nano *= 10;
      return Set(&out->nano, nano);
    }
    case Item::Kind::kText:
      if (item.letter == 'a') {
        if (!StartsWithIgnoringCase(rest, "am") && !StartsWithIgnoringCase(rest, "pm"))
          return false;
        *at += 2;
        return Set(&out->half, rest[0] == 'p' || rest[0] == 'P' ? 1 : 0);
      }
      for (size_t month = 0; month < kMonths.size(); ++month) {
        const std::string_view name =
            item.count == 3 ? kMonths[month].substr(0, 3) : kMonths[month];
        if (!StartsWithIgnoringCase(rest, name)) continue;
        *at += name.size();
        return Set(&out->month, static_cast<int>(month) + 1);
      }
      return false;
    case Item::Kind::kOffset: {
      static constexpr std::string_view kBrief[] = {"",       "+HHmm",   "+HHMM",
                                                    "+HH:MM", "+HHMMss", "+HH:MM:ss"};
      int32_t offset = 0;
      std::string_view pattern = kBrief[item.count];
      std::string_view none = item.letter == 'X' ? "Z" : "";
      if (item.letter == 'Z' && item.count < 4) pattern = "+HHMM";
      if (item.letter == 'Z' && item.count == 5) none = "Z";
      if (item.letter == 'O' || (item.letter == 'Z' && item.count == 4)) {
        if (!StartsWithIgnoringCase(rest, "GMT")) return false;
        *at += 3;
        pattern = "+HH:mm:ss";
        if (*at == text.size() || (text[*at] != '+' && text[*at] != '-'))
          return Set(&out->offset, offset);
      }
      return ParseOffset(pattern, none, text, at, &offset) && Set(&out->offset, offset);
    }
    default: {
      out->zone = ParseZoneName(text, at);
      return out->zone != nullptr;
    }
  }
}

bool DateTimePattern::ParseNumber(const Item& item, std::string_view text, size_t* at,
                                  PatternFields* out) {
  const bool is_year = item.letter == 'y' && item.count != 2;
  const bool fixed = item.min_width == item.max_width;
  bool negative = false, positive = false;
  if (!fixed && *at < text.size() && (text[*at] == '-' || text[*at] == '+')) {
    negative = text[*at] == '-';
    positive = !negative;
    // A plus stands only before years that are longer than their pattern.
    if (item.letter == 'D' || (positive && !(is_year && item.count >= 4))) return false;
    ++*at;
  }
  size_t digits = 0;
  while (digits < static_cast<size_t>(item.max_width) + static_cast<size_t>(item.reserved) &&
         *at + digits < text.size() && IsDigit(text[*at + digits])) {
    ++digits;
  }
  if (fixed) {
    digits = std::min(digits, static_cast<size_t>(item.max_width));
  } else if (item.reserved > 0) {
    const auto reserved = static_cast<size_t>(item.reserved);
    digits =
        std::max(static_cast<size_t>(item.min_width), digits > reserved ? digits - reserved : 0);
    if (*at + digits > text.size() ||
        !std::all_of(text.begin() + static_cast<ptrdiff_t>(*at),
                     text.begin() + static_cast<ptrdiff_t>(*at + digits), IsDigit))
      return false;
  }
  if (digits < static_cast<size_t>(item.min_width) || digits > 18) return false;
  int64_t value = 0;
  for (size_t i = 0; i < digits; ++i) value = value * 10 + (text[*at + i] - '0');
  if (is_year && item.count >= 4) {
    const bool longer = digits > static_cast<size_t>(item.min_width);
    if (!negative && positive != longer) return false;
  }
  if (negative && value == 0) return false;
  if (negative) value = -value;
  *at += digits;
  if (item.letter == 'y') return Set(&out->year, item.count == 2 ? value + 2000 : value);
  if (value < 0 || value > 999) return false;
  const int number = static_cast<int>(value);
  switch (item.letter) {
    case 'M': return Set(&out->month, number);
    case 'd': return Set(&out->day, number);
    case 'D': return Set(&out->day_of_year, number);
    case 'H': return Set(&out->hour, number);
    case 'k': return number >= 1 && number <= 24 && Set(&out->hour, number % 24);
    case 'h': return number >= 1 && number <= 12 && Set(&out->hour_of_half, number % 12);
    case 'K': return number <= 11 && Set(&out->hour_of_half, number);
    case 'm': return Set(&out->minute, number);
    default: return Set(&out->second, number);
  }
}

bool DateTimePattern::Resolve(const PatternFields& fields, ResolvedDateTime* out) {
  const int64_t year = fields.year.value_or(1970);
  const int month = fields.month.value_or(1);
  const int day = fields.day.value_or(1);
  if (!IsValidDate(year, month, day)) return false;
  out->days = DaysFromDate(year, month, day);
  if (fields.day_of_year) {
    if (*fields.day_of_year < 1 || *fields.day_of_year > (IsLeapYear(year) ? 366 : 365))
      return false;
    out->days = DaysFromDate(year, 1, 1) + *fields.day_of_year - 1;
    if (!AgreesWithMonthAndDay(fields, year, *fields.day_of_year)) return false;
  }
  int hour = 0;
  if (!ResolveHour(fields, &hour)) return false;
  const int minute = fields.minute.value_or(0);
  const int second = fields.second.value_or(0);
  if (hour > 23 || minute > 59 || second > 59) return false;
  out->second_of_day = hour * 3600 + minute * 60 + second;
  out->micros = fields.nano.value_or(0) / 1000;
  return true;
}

// Numbers of any length (of their pattern's where another number follows), blanks before them, any
// value, and anything behind.
bool DateTimePattern::LegacyAccepts(std::string_view text) const {
  size_t at = 0;
  const auto digit_size = [&](size_t i) -> size_t {
    if (i < text.size() && IsDigit(text[i])) return 1;
    // Full-width digits count as well.
    const std::string_view wide = text.substr(std::min(i, text.size()), 3);
    return wide.size() == 3 && wide.substr(0, 2) == "\xEF\xBC" && wide[2] >= '\x90' &&
                   wide[2] <= '\x99'
               ? 3
               : 0;
  };
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.kind == Item::Kind::kOptionalStart || item.kind == Item::Kind::kOptionalEnd)
      return false;
    if (item.kind == Item::Kind::kLiteral) {
      if (!text.substr(at).starts_with(item.literal)) return false;
      at += item.literal.size();
    } else if (item.kind == Item::Kind::kNumber || item.kind == Item::Kind::kFraction) {
      const bool bounded = i + 1 < items_.size() && (items_[i + 1].kind == Item::Kind::kNumber ||
                                                     items_[i + 1].kind == Item::Kind::kFraction);
      while (!bounded && at < text.size() && std::isspace(static_cast<unsigned char>(text[at])))
        ++at;
      int digits = 0;
      int64_t value = 0;
      while (digit_size(at) > 0 && (!bounded || digits < item.count)) {
        at += digit_size(at);
        value = std::min(value * 10 + (text[at - 1] & 0x0F), kLastLegacyYear + 1);
        ++digits;
      }
      if (digits == 0 || (item.letter == 'y' && value > kLastLegacyYear)) return false;
    } else if (item.kind == Item::Kind::kText) {
      // Long names before short ones, whatever the pattern asks for.
      const std::string_view rest = text.substr(at);
      size_t size = item.letter == 'a' && (StartsWithIgnoringCase(rest, "am") ||
                                           StartsWithIgnoringCase(rest, "pm"))
                        ? 2
                        : 0;
      for (std::string_view name : kMonths) {
        if (item.letter != 'M' || size > 0) break;
        size = StartsWithIgnoringCase(rest, name)                ? name.size()
               : StartsWithIgnoringCase(rest, name.substr(0, 3)) ? 3
                                                                 : 0;
      }
      if (size == 0) return false;
      at += size;
    } else {
      PatternFields ignored;
      if (!ParseItem(item, text, &at, &ignored)) return false;
    }
  }
  return true;
}

}  // namespace sluice::decode
