// SPDX-License-Identifier: Apache-2.0
#include "http/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>

#include "core/ascii.h"

namespace sluice::http {

namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLongest = std::chrono::hours(24 * 365);

// "120", and "1.5" which no standard knows but some servers send. Rounded up to whole seconds.
std::optional<milliseconds> ParseSeconds(std::string_view text) {
  if (text.empty() || !IsDigit(text[0])) return std::nullopt;
  int64_t seconds = 0;
  size_t i = 0;
  for (; i < text.size() && IsDigit(text[i]); ++i)
    seconds = std::min<int64_t>(seconds * 10 + (text[i] - '0'), int64_t{1} << 40);
  if (i < text.size() && text[i] == '.') {
    const std::string_view fraction = text.substr(i + 1);
    if (!std::all_of(fraction.begin(), fraction.end(), IsDigit)) return std::nullopt;
    if (fraction.find_first_not_of('0') != std::string_view::npos) ++seconds;
    i = text.size();
  }
  if (i != text.size()) return std::nullopt;
  return std::min<milliseconds>(std::chrono::seconds(seconds), kLongest);
}

}  // namespace

std::optional<milliseconds> ParseRetryAfter(std::string_view text, int64_t now_ms) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (const auto seconds = ParseSeconds(text)) return seconds;
  // A date begins with the name of its day; curl's parser alone would take much more.
  const char day = text[0];
  if (!(day >= 'A' && day <= 'Z') || text.find(':') == std::string_view::npos) return std::nullopt;
  const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  const milliseconds wait(static_cast<int64_t>(date) * 1000 - now_ms);
  return std::clamp(wait, milliseconds(0), kLongest);
}

}  // namespace sluice::http
