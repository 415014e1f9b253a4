// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/ascii.h"
#include "http/percent.h"

namespace sluice::http {

namespace {

constexpr const char* kUnreadable = "(unreadable url)";
constexpr size_t kShortestSecret = 4;

bool IsPort(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), IsDigit);
}

// "host", "host:80", "[::1]:80". Anything else after a colon may be a piece of a password.
bool IsHostAndPort(std::string_view authority) {
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return colon == std::string_view::npos || IsPort(authority.substr(colon + 1));
}

// Percent-decoded as far as it can be, with the way back.
struct Decoded {
  std::string text;
  std::vector<size_t> origin;  // of each byte and of the end: where it stood
};

Decoded Decode(std::string_view text, Plus plus) {
  Decoded decoded;
  for (size_t at = 0; at < text.size();) {
    const size_t length = text[at] == '%' ? std::min<size_t>(3, text.size() - at) : 1;
    const auto byte = PercentDecode(text.substr(at, length), plus);
    decoded.origin.push_back(at);
    decoded.text += byte ? byte->front() : text[at];
    at += byte ? length : 1;
  }
  decoded.origin.push_back(text.size());
  return decoded;
}

// What to look for in a decoded text. Empty if the secret is too short.
std::vector<std::string> SpellingsOf(const std::string& secret) {
  std::vector<std::string> spellings = {secret, Decode(secret, Plus::kIsPlus).text,
                                        Decode(secret, Plus::kIsSpace).text};
  std::erase_if(spellings, [](const std::string& s) { return s.size() < kShortestSecret; });
  return spellings;
}

void Hide(std::string& text, const std::string& spelling, Plus plus) {
  Decoded decoded = Decode(text, plus);
  for (size_t at = 0; (at = decoded.text.find(spelling, at)) != std::string::npos;) {
    const size_t begin = decoded.origin[at], end = decoded.origin[at + spelling.size()];
    text.replace(begin, end - begin, "***");
    decoded = Decode(text, plus);
  }
}

}  // namespace

std::string RedactedUrl(std::string_view url) {
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) return kUnreadable;
  const std::string_view scheme = url.substr(0, colon);
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const size_t slash = std::min(rest.find_first_of("/\\"), rest.size());
  std::string_view authority = rest.substr(0, slash);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority = authority.substr(at + 1);
  if (!IsHostAndPort(authority)) return kUnreadable;
  std::string shown(scheme);
  shown.append("://").append(authority).append(rest.substr(slash));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return shown;
}

std::string WithoutSecrets(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (const std::string& spelling : SpellingsOf(secret)) {
      for (size_t at = 0; (at = text.find(spelling, at)) != std::string::npos; at += 3)
        text.replace(at, spelling.size(), "***");
      for (const Plus plus : {Plus::kIsPlus, Plus::kIsSpace}) Hide(text, spelling, plus);
    }
  }
  return text;
}

bool HoldsSecret(const std::string& text, const std::vector<std::string>& secrets) {
  std::vector<std::string> readings = {text};
  std::string decoded = text;
  for (int round = 0; round < 3; ++round) {
    readings.push_back(Decode(decoded, Plus::kIsSpace).text);
    readings.push_back(decoded = Decode(decoded, Plus::kIsPlus).text);
  }
  for (const std::string& secret : secrets)
    for (const std::string& spelling : SpellingsOf(secret))
      for (const std::string& reading : readings)
        if (reading.find(spelling) != std::string::npos) return true;
  return false;
}

std::string OriginOf(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  std::array<std::string, 3> parts;
  const std::array<CURLUPart, 3> wanted = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
  for (size_t i = 0; i < wanted.size(); ++i) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), wanted[i], &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    parts[i] = text;
    curl_free(text);
  }
  std::string origin = parts[0] + "://" + parts[1] + ":" + parts[2];
  for (char& c : origin)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return origin;
}

}  // namespace sluice::http
