// SPDX-License-Identifier: Apache-2.0
#include "decode/time_zone.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "decode/calendar.h"
#include "decode/zone_file.h"

namespace sluice::decode {

namespace {

constexpr int32_t kMaxOffset = 18 * 3600;
constexpr size_t kMaxZoneFile = 64 * 1024;  // the longest has some four thousand bytes

class FixedZone final : public TimeZone {
 public:
  explicit FixedZone(int32_t offset) : offset_(offset) {}
  int64_t ToEpochSeconds(int64_t local) const override { return local - offset_; }
  int64_t ToLocalSeconds(int64_t epoch) const override { return epoch + offset_; }

 private:
  int32_t offset_;
};

class RegionZone final : public TimeZone {
 public:
  explicit RegionZone(ZoneRules rules) : rules_(std::move(rules)) {
    int32_t before = rules_.first_offset;
    for (const ZoneRules::Transition& next : rules_.transitions) {
      // Up to the change the old offset holds; in a gap it moves the time on, in an overlap it comes
      // first.
      spans_.push_back({next.at + std::max(before, next.offset), before});
      before = next.offset;
    }
    last_offset_ = before;
  }

  int64_t ToEpochSeconds(int64_t local) const override {
    const auto& all = rules_.transitions;
    if (!rules_.footer || all.empty() ||
        local < all.back().at + all.back().offset + kSecondsPerDay) {
      return FromList(local);
    }
    return FromFooter(local);
  }

  int64_t ToLocalSeconds(int64_t epoch) const override {
    // The offset in force is one that leads back to `epoch`; in the second of two equal hours it is
    // the one an hour behind.
    const auto& all = rules_.transitions;
    if (rules_.footer && (all.empty() || epoch >= all.back().at)) {
      const ZoneFooter& footer = *rules_.footer;
      const int64_t standard = epoch + footer.standard;
      if (!footer.summer) return standard;
      const int64_t summer = epoch + *footer.summer;
      return FromFooter(summer) == epoch ? summer : standard;
    }
    int32_t offset = rules_.first_offset;
    for (const ZoneRules::Transition& next : all) {
      if (epoch < next.at) break;
      offset = next.offset;
    }
    return epoch + offset;
  }

 private:
  // An offset, and the time on the zone's clocks up to which it holds.
  struct Span {
    int64_t until;
    int32_t offset;
  };

  int64_t FromList(int64_t local) const {
    const auto span = std::upper_bound(spans_.begin(), spans_.end(), local,
                                       [](int64_t at, const Span& s) { return at < s.until; });
    return local - (span == spans_.end() ? last_offset_ : span->offset);
  }

  int64_t FromFooter(int64_t local) const {
    const ZoneFooter& footer = *rules_.footer;
    if (!footer.summer) return local - footer.standard;
    const int64_t days = local / kSecondsPerDay - (local % kSecondsPerDay < 0);
    const int64_t year = YearOfDay(days);
    const int32_t shift = *footer.summer - footer.standard;
    const int64_t begin = footer.summer_begins.LocalSeconds(year) + std::max(shift, 0);
    const int64_t end = footer.summer_ends.LocalSeconds(year) + std::max(-shift, 0);
    const bool summer = begin < end ? local >= begin && local < end : local >= begin || local < end;
    return local - (summer ? *footer.summer : footer.standard);
  }

  ZoneRules rules_;
  std::vector<Span> spans_;
  int32_t last_offset_ = 0;
};

// java.time.ZoneId.SHORT_IDS.
const std::map<std::string_view, std::string_view>& ShortIds() {
  static const std::map<std::string_view, std::string_view> kIds = {
      {"ACT", "Australia/Darwin"},
      {"AET", "Australia/Sydney"},
      {"AGT", "America/Argentina/Buenos_Aires"},
      {"ART", "Africa/Cairo"},
      {"AST", "America/Anchorage"},
      {"BET", "America/Sao_Paulo"},
      {"BST", "Asia/Dhaka"},
      {"CAT", "Africa/Harare"},
      {"CNT", "America/St_Johns"},
      {"CST", "America/Chicago"},
      {"CTT", "Asia/Shanghai"},
      {"EAT", "Africa/Addis_Ababa"},
      {"ECT", "Europe/Paris"},
      {"IET", "America/Indiana/Indianapolis"},
      {"IST", "Asia/Kolkata"},
      {"JST", "Asia/Tokyo"},
      {"MIT", "Pacific/Apia"},
      {"NET", "Asia/Yerevan"},
      {"NST", "Pacific/Auckland"},
      {"PLT", "Asia/Karachi"},
      {"PNT", "America/Phoenix"},
      {"PRT", "America/Puerto_Rico"},
      {"PST", "America/Los_Angeles"},
      {"SST", "Pacific/Guadalcanal"},
      {"VST", "Asia/Ho_Chi_Minh"},
      {"EST", "-05:00"},
      {"MST", "-07:00"},
      {"HST", "-10:00"}};
  return kIds;
}

bool IsDigitAt(std::string_view text, size_t i) {
  return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]));
}

// Spark's two repairs: "+h:" -> "+0h:" and "+hh:m" at the end -> "+hh:0m".
std::string Padded(std::string_view id) {
  std::string out(id);
  const size_t sign = out.find_first_of("+-");
  if (sign == std::string::npos) return out;
  if (IsDigitAt(out, sign + 1) && sign + 2 < out.size() && out[sign + 2] == ':') {
    out.insert(sign + 1, "0");
  }
  if (out.size() == sign + 5 && out[sign + 3] == ':' && IsDigitAt(out, sign + 4)) {
    out.insert(sign + 4, "0");
  }
  return out;
}

bool IsRegionName(std::string_view id) {
  if (id.size() < 2 || !std::isalpha(static_cast<unsigned char>(id[0]))) return false;
  if (id.find("..") != std::string_view::npos || id.starts_with("posix/") ||
      id.starts_with("right/")) {
    return false;
  }
  return std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '/' || c == '.' || c == '_' || c == '~' || c == '+' || c == '-';
  });
}

std::shared_ptr<const TimeZone> LoadRegion(std::string_view id) {
  // The tz database keeps the names that Java's lacks for itself.
  if (!IsRegionName(id) || id == "EST" || id == "MST" || id == "HST" || id == "ROC") return nullptr;
  const char* directory = std::getenv("TZDIR");
  const std::string path =
      std::string(directory ? directory : "/usr/share/zoneinfo") + "/" + std::string(id);
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return nullptr;  // "Europe" is a directory
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kMaxZoneFile, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  std::optional<ZoneRules> rules = ParseZoneFile(bytes);
  return rules ? std::make_shared<RegionZone>(std::move(*rules)) : nullptr;
}

// "UTC", "GMT+1", "UT-08:00": a prefix and an offset.
std::optional<std::shared_ptr<const TimeZone>> FindPrefixed(std::string_view id) {
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!id.starts_with(prefix)) continue;
    const std::string_view rest = id.substr(prefix.size());
    if (rest.empty()) return TimeZone::Utc();
    if (rest[0] != '+' && rest[0] != '-') continue;
    const std::optional<int32_t> offset = ParseZoneOffset(rest);
    return offset ? TimeZone::Fixed(*offset) : nullptr;
  }
  return std::nullopt;
}

std::shared_ptr<const TimeZone> FindUncached(std::string_view id) {
  if (const auto offset = ParseZoneOffset(id)) return TimeZone::Fixed(*offset);
  if (id.empty() || id[0] == '+' || id[0] == '-') return nullptr;
  if (const auto prefixed = FindPrefixed(id)) return *prefixed;
  return LoadRegion(id);
}

}  // namespace

std::optional<int32_t> ParseZoneOffset(std::string_view id) {
  if (id == "Z") return 0;
  if (id.size() < 2 || (id[0] != '+' && id[0] != '-')) return std::nullopt;
  const size_t size = id.size();
  const bool colons = size > 3 && id[3] == ':';
  std::string digits;
  for (size_t i = 1; i < size; ++i) {
    if (colons && i % 3 == 0) {
      if (id[i] != ':') return std::nullopt;
    } else if (!IsDigitAt(id, i)) {
      return std::nullopt;
    } else {
      digits += id[i];
    }
  }
  if (digits.size() == 1) digits.insert(0, "0");
  if (digits.size() % 2 != 0 || digits.size() > 6 || (colons && id.back() == ':'))
    return std::nullopt;
  digits.resize(6, '0');
  const int hours = std::stoi(digits.substr(0, 2));
  const int minutes = std::stoi(digits.substr(2, 2));
  const int seconds = std::stoi(digits.substr(4, 2));
  const int32_t total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > kMaxOffset) return std::nullopt;
  return id[0] == '-' ? -total : total;
}

std::shared_ptr<const TimeZone> TimeZone::Fixed(int32_t offset_seconds) {
  return std::make_shared<FixedZone>(offset_seconds);
}

// Ids in messages are not ours: both memories are bounded, and begin anew when they are full, so that
// neither strange ids nor many of them send the common ones back to the disk for good.
std::shared_ptr<const TimeZone> TimeZone::Find(std::string_view id) {
  constexpr size_t kMaxKnown = 2000;
  constexpr size_t kMaxUnknown = 500;
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> known;
  static std::set<std::string, std::less<>> unknown;
  if (id.size() > kMaxIdSize) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = known.find(id);
  if (found != known.end()) return found->second;
  if (unknown.contains(id)) return nullptr;
  const auto short_id = ShortIds().find(id);
  std::shared_ptr<const TimeZone> zone =
      FindUncached(Padded(short_id == ShortIds().end() ? id : short_id->second));
  if (zone == nullptr) {
    if (unknown.size() >= kMaxUnknown) unknown.clear();
    unknown.emplace(id);
    return nullptr;
  }
  if (known.size() >= kMaxKnown) known.clear();
  return known.emplace(id, std::move(zone)).first->second;
}

}  // namespace sluice::decode
