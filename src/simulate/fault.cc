// SPDX-License-Identifier: Apache-2.0
#include "simulate/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sluice::simulate {

namespace {

using std::chrono::milliseconds;

constexpr int64_t kMegabyte = 1000 * 1000;
constexpr int64_t kMaxBytes = 1000 * kMegabyte;
constexpr int64_t kMaxTimeMs = int64_t{10000} * 3600 * 1000;

enum class Parameter { kNo, kTime, kBytes, kCount };

struct Word {
  const char* name;
  FaultKind kind;
  Parameter parameter;
  int64_t standard;  // milliseconds, bytes or a number
  const char* help;
};

constexpr std::array<Word, 26> kWords = {{
    {"none", FaultKind::kNone, Parameter::kNo, 0, "an honest answer, whatever is scheduled"},
    {"slow", FaultKind::kSlow, Parameter::kTime, 5000, "the body is spread over 5s"},
    {"hung", FaultKind::kHung, Parameter::kNo, 0, "nothing is ever answered"},
    {"stalled", FaultKind::kStalled, Parameter::kNo, 0, "half of the body, then nothing more"},
    {"reset", FaultKind::kReset, Parameter::kNo, 0, "closed without an answer"},
    {"truncated", FaultKind::kTruncated, Parameter::kBytes, 0,
     "closed after so many bytes of the body (half of it)"},
    {"redirect", FaultKind::kRedirect, Parameter::kCount, 1, "1 redirect, then the feed"},
    {"lying-304", FaultKind::kLying304, Parameter::kNo, 0,
     "304 whenever the request is conditional"},
    {"html", FaultKind::kHtml, Parameter::kNo, 0, "200 with an HTML page"},
    {"json", FaultKind::kJson, Parameter::kNo, 0, "200 with JSON"},
    {"text", FaultKind::kText, Parameter::kNo, 0, "200 with a sentence"},
    {"empty", FaultKind::kEmpty, Parameter::kNo, 0, "200 without a byte"},
    {"cut", FaultKind::kCut, Parameter::kBytes, 0,
     "200 with so many bytes of the feed (half of it), complete to HTTP"},
    {"gzip-twice", FaultKind::kGzipTwice, Parameter::kNo, 0, "gzip inside of gzip"},
    {"gzip-bomb", FaultKind::kGzipBomb, Parameter::kBytes, 100 * kMegabyte,
     "100MB of zeros, compressed"},
    {"frozen", FaultKind::kFrozen, Parameter::kNo, 0, "the feed of the time when the fault began"},
    {"old-header", FaultKind::kOldHeader, Parameter::kTime, 600000, "the header's time 10m ago"},
    {"future", FaultKind::kFuture, Parameter::kTime, 3600000, "all times 1h ahead"},
    {"bad-utf8", FaultKind::kBadUtf8, Parameter::kNo, 0,
     "entities with texts in Latin-1 and Shift_JIS"},
    {"missing-required", FaultKind::kMissingRequired, Parameter::kNo, 0,
     "entities without id, longitude or text"},
    {"unknown-enum", FaultKind::kUnknownEnum, Parameter::kNo, 0,
     "entities with numbers that no enum has"},
    {"wrong-type", FaultKind::kWrongType, Parameter::kNo, 0,
     "an entity with a text where a number belongs"},
    {"malformed", FaultKind::kMalformed, Parameter::kNo, 0, "an entity that is no Protobuf"},
    {"maxima", FaultKind::kMaxima, Parameter::kNo, 0, "entities with the largest 64-bit numbers"},
    {"duplicates", FaultKind::kDuplicates, Parameter::kNo, 0, "the first entities twice"},
    {"huge", FaultKind::kHuge, Parameter::kBytes, 50 * kMegabyte, "padded with entities to 50MB"},
}};

std::optional<int64_t> ParseNumber(std::string_view* text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return number;
}

std::optional<int64_t> ParseBytes(std::string_view text) {
  const auto number = ParseNumber(&text);
  if (!number || *number > kMaxBytes) return std::nullopt;
  int64_t unit = 0;
  if (text.empty() || text == "B") unit = 1;
  if (text == "kB" || text == "KB") unit = 1000;
  if (text == "MB") unit = kMegabyte;
  if (unit == 0 || *number * unit > kMaxBytes) return std::nullopt;
  return *number * unit;
}

// The word's parameter, or its standard where `text` is empty.
std::optional<Fault> Complete(const Word& word, std::string_view text) {
  Fault fault{word.kind, 0, {}, 0};
  std::optional<int64_t> value = word.standard;
  milliseconds time{word.standard};
  if (!text.empty()) {
    if (word.parameter == Parameter::kNo) return std::nullopt;
    if (word.parameter == Parameter::kTime && !ParseTime(text, &time)) return std::nullopt;
    if (word.parameter == Parameter::kBytes) value = ParseBytes(text);
    if (word.parameter == Parameter::kCount) {
      value = ParseNumber(&text);
      if (!text.empty()) return std::nullopt;
    }
    if (!value) return std::nullopt;
  }
  if (word.parameter == Parameter::kTime) {
    fault.time = time;
  } else {
    fault.bytes = *value;
  }
  return fault;
}

// "500", "429:30s".
std::optional<Fault> ParseStatus(std::string_view name, std::string_view parameter) {
  const auto status = ParseNumber(&name);
  if (!status || !name.empty() || *status < 400 || *status > 599) return std::nullopt;
  Fault fault{FaultKind::kStatus, static_cast<int>(*status), {}, 0};
  if (*status == 429) fault.time = std::chrono::seconds(10);
  if (!parameter.empty() && !ParseTime(parameter, &fault.time)) return std::nullopt;
  return fault;
}

}  // namespace

bool ParseTime(std::string_view text, milliseconds* time) {
  int64_t total = 0;
  if (text.empty()) return false;
  if (text == "0") text = "0s";
  while (!text.empty()) {
    const auto number = ParseNumber(&text);
    if (!number || *number > kMaxTimeMs) return false;
    int64_t unit = 0;
    size_t letters = 1;
    if (text.starts_with("ms")) {
      unit = 1;
      letters = 2;
    } else if (text.starts_with("s")) {
      unit = 1000;
    } else if (text.starts_with("m")) {
      unit = 60 * 1000;
    } else if (text.starts_with("h")) {
      unit = 3600 * 1000;
    }
    if (unit == 0 || *number > kMaxTimeMs / unit) return false;
    text.remove_prefix(letters);
    total += *number * unit;
    if (total > kMaxTimeMs) return false;
  }
  *time = milliseconds(total);
  return true;
}

std::string Fault::name() const {
  if (kind == FaultKind::kStatus) return fmt::format("{}", status);
  const auto* word =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.kind == kind; });
  return word == kWords.end() ? "none" : word->name;
}

Result<Fault> ParseFault(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const std::string_view parameter =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  std::optional<Fault> fault;
  if (colon != std::string_view::npos && parameter.empty()) {
    // "slow:" is none of them.
  } else if (const auto* word = std::find_if(kWords.begin(), kWords.end(),
                                             [&](const Word& w) { return w.name == name; });
             word != kWords.end()) {
    fault = Complete(*word, parameter);
  } else {
    fault = ParseStatus(name, parameter);
  }
  if (fault) return *fault;
  std::string names;
  for (const Word& word : kWords) names += fmt::format("{}, ", word.name);
  return Status::Exit(
      "FAULT",
      fmt::format("'{}' is no fault; known are {}and a status such as 500 or 429:30s; times "
                  "are written 5s, sizes 50MB",
                  text, names));
}

std::string FaultHelp() {
  std::string help = "500, 429:10s        any status of 400 to 599; the time is its Retry-After\n";
  for (const Word& word : kWords) {
    const char* parameter = "";
    if (word.parameter == Parameter::kTime) parameter = ":TIME";
    if (word.parameter == Parameter::kBytes) parameter = ":SIZE";
    if (word.parameter == Parameter::kCount) parameter = ":COUNT";
    help += fmt::format("{:<20}{}\n", fmt::format("{}{}", word.name, parameter), word.help);
  }
  return help;
}

}  // namespace sluice::simulate
