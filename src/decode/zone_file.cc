// SPDX-License-Identifier: Apache-2.0
#include "decode/zone_file.h"

#include <algorithm>
#include <cctype>

#include "decode/calendar.h"

namespace sluice::decode {

namespace {

// Big-endian integers out of a file's bytes; reading past the end sets a flag and gives 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  std::string_view rest() const { return bytes_; }

  std::string_view Take(size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  int64_t Integer(size_t size) {
    uint64_t value = 0;
    const std::string_view taken = Take(size);
    for (char c : taken) value = value << 8 | static_cast<unsigned char>(c);
    const int unused = 64 - static_cast<int>(size) * 8;
    return static_cast<int64_t>(value << unused) >> unused;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

struct Header {
  int64_t utc_flags, standard_flags, leaps, times, types, characters;

  size_t BodySize(size_t time_size) const {
    return static_cast<size_t>(times) * (time_size + 1) + static_cast<size_t>(types) * 6 +
           static_cast<size_t>(characters) + static_cast<size_t>(leaps) * (time_size + 4) +
           static_cast<size_t>(standard_flags + utc_flags);
  }
};

bool ReadHeader(Reader* in, Header* out) {
  const bool is_zone = in->Take(4) == "TZif";
  in->Take(16);
  out->utc_flags = in->Integer(4);
  out->standard_flags = in->Integer(4);
  out->leaps = in->Integer(4);
  out->times = in->Integer(4);
  out->types = in->Integer(4);
  out->characters = in->Integer(4);
  return is_zone && in->ok() && out->types > 0 && out->times >= 0 && out->leaps >= 0;
}

bool ReadBody(Reader* in, const Header& header, ZoneRules* out) {
  std::vector<int64_t> times(static_cast<size_t>(header.times));
  for (int64_t& time : times) time = in->Integer(8);
  const std::string_view indexes = in->Take(times.size());
  std::vector<int32_t> offsets(static_cast<size_t>(header.types));
  for (int32_t& offset : offsets) {
    offset = static_cast<int32_t>(in->Integer(4));
    in->Take(2);
  }
  in->Take(static_cast<size_t>(header.characters + header.leaps * 12 + header.standard_flags +
                               header.utc_flags));
  if (!in->ok()) return false;
  out->first_offset = offsets[0];
  for (size_t i = 0; i < times.size(); ++i) {
    const auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= offsets.size()) return false;
    out->transitions.push_back({times[i], offsets[type]});
  }
  return true;
}

// Scanner of POSIX TZ strings.
class PosixText {
 public:
  explicit PosixText(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool Skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool SkipName() {
    const bool quoted = Skip('<');
    size_t n = 0;
    while (n < text_.size() &&
           (quoted ? text_[n] != '>' : std::isalpha(static_cast<unsigned char>(text_[n])) != 0)) {
      ++n;
    }
    text_.remove_prefix(n);
    return n > 0 && (!quoted || Skip('>'));
  }
  bool Number(int* out) {
    size_t n = 0;
    *out = 0;
    while (n < text_.size() && n < 4 && std::isdigit(static_cast<unsigned char>(text_[n]))) {
      *out = *out * 10 + (text_[n++] - '0');
    }
    text_.remove_prefix(n);
    return n > 0;
  }
  // [+-]hh[:mm[:ss]]
  bool Time(int32_t* out) {
    const bool negative = Skip('-');
    if (!negative) Skip('+');
    int hours = 0, minutes = 0, seconds = 0;
    if (!Number(&hours)) return false;
    if (Skip(':') && !Number(&minutes)) return false;
    if (Skip(':') && !Number(&seconds)) return false;
    *out = (hours * 3600 + minutes * 60 + seconds) * (negative ? -1 : 1);
    return true;
  }
  bool Rule(YearlyRule* out) {
    if (!Skip(',')) return false;
    if (Skip('M')) {
      if (!Number(&out->month) || !Skip('.') || !Number(&out->week) || !Skip('.') ||
          !Number(&out->weekday) || out->month < 1 || out->month > 12) {
        return false;
      }
    } else {
      out->kind = Skip('J') ? 'J' : 'N';
      if (!Number(&out->day)) return false;
    }
    return !Skip('/') || Time(&out->time);
  }

 private:
  std::string_view text_;
};

}  // namespace

int64_t YearlyRule::LocalSeconds(int64_t year) const {
  const int64_t new_year = DaysFromDate(year, 1, 1);
  int64_t days = new_year + day;
  if (kind == 'J') days = new_year + day - 1 + (IsLeapYear(year) && day >= 60);
  if (kind == 'M') {
    const int64_t first = DaysFromDate(year, month, 1);
    const int64_t first_weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    int64_t of_month = (weekday - first_weekday + 7) % 7 + (week - 1) * 7;
    if (of_month >= DaysInMonth(year, month)) of_month -= 7;
    days = first + of_month;
  }
  return days * kSecondsPerDay + time;
}

std::optional<ZoneFooter> ParsePosixZone(std::string_view text) {
  PosixText in(text);
  ZoneFooter footer;
  int32_t west = 0;
  if (!in.SkipName() || !in.Time(&west)) return std::nullopt;
  footer.standard = -west;
  if (in.at_end()) return footer;
  if (!in.SkipName()) return std::nullopt;
  int32_t summer_west = west - 3600;
  in.Time(&summer_west);
  footer.summer = -summer_west;
  if (!in.Rule(&footer.summer_begins) || !in.Rule(&footer.summer_ends) || !in.at_end()) {
    return std::nullopt;
  }
  return footer;
}

std::optional<ZoneRules> ParseZoneFile(std::string_view bytes) {
  Reader in(bytes);
  Header header{};
  if (!ReadHeader(&in, &header)) return std::nullopt;
  in.Take(header.BodySize(4));  // the 32-bit part
  ZoneRules rules;
  if (!ReadHeader(&in, &header) || !ReadBody(&in, header, &rules)) return std::nullopt;
  std::string_view footer = in.rest();
  if (footer.size() > 2 && footer.front() == '\n') {
    footer = footer.substr(1, footer.find('\n', 1) - 1);
    rules.footer = ParsePosixZone(footer);
  }
  return rules;
}

}  // namespace sluice::decode
