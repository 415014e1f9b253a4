// SPDX-License-Identifier: Apache-2.0
#include "http/redirect.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/ascii.h"
#include "http/header_text.h"
#include "http/percent.h"

namespace sluice::http {

namespace {

using ParsedUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

ParsedUrl Parse(const std::string& url, CURLUcode* error = nullptr) {
  ParsedUrl parsed(curl_url(), &curl_url_cleanup);
  const CURLUcode code =
      parsed ? curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) : CURLUE_OUT_OF_MEMORY;
  if (code != CURLUE_OK) parsed.reset();
  if (error) *error = code;
  return parsed;
}

std::string Part(const ParsedUrl& parsed, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (!parsed || curl_url_get(parsed.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// "key", "api_key", "subscription-key", "access_token", "appID", "acl:consumerKey", ...
bool IsNamedLikeKey(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kSigns = {
      "key", "token", "secret", "pass", "pwd", "auth", "sig", "cred", "appid", "app_id", "session"};
  const std::string lower = ToLower(name);
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

bool IsSensitive(const std::string& header_name) {
  const std::string name = ToLower(header_name);
  return name == "authorization" || name == "cookie" || name == "proxy-authorization";
}

void AddQuerySecrets(const std::string& query, std::vector<std::string>& secrets) {
  for (const std::string_view parameter : SplitTrimmed(query, '&')) {
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = PercentDecode(parameter.substr(0, equals), Plus::kIsSpace);
    if (IsNamedLikeKey(name.value_or(std::string(parameter.substr(0, equals)))))
      secrets.emplace_back(parameter.substr(equals + 1));
  }
}

// "Bearer abc": all of it, and "abc" by itself.
void AddHeaderSecret(const std::string& value, std::vector<std::string>& secrets) {
  secrets.push_back(value);
  if (const size_t space = value.find(' '); space != std::string::npos)
    secrets.push_back(value.substr(space + 1));
}

}  // namespace

std::optional<std::string> WhyNotFetchable(const std::string& url, bool allow_files) {
  if (url.find("://") == std::string::npos) return "it has no scheme such as https://";
  if (!IsHeaderValue(url) || url.find(' ') != std::string::npos)
    return "it holds a space or a control character";
  CURLUcode error = CURLUE_OK;
  const ParsedUrl parsed = Parse(url, &error);
  if (error == CURLUE_UNSUPPORTED_SCHEME) return "its scheme is not http, https or file";
  if (!parsed) return ToLower(curl_url_strerror(error));
  const std::string scheme = Part(parsed, CURLUPART_SCHEME);
  if (scheme == "http" || scheme == "https") return std::nullopt;
  if (scheme != "file") return "its scheme is not http, https or file";
  if (!allow_files) return "file:// is not allowed here";
  return std::nullopt;
}

std::optional<std::string> FilePathOf(const std::string& url) {
  const ParsedUrl parsed = Parse(url);
  if (Part(parsed, CURLUPART_SCHEME) != "file") return std::nullopt;
  return Part(parsed, CURLUPART_PATH, CURLU_URLDECODE);
}

std::pair<std::string, std::string> UserOf(const std::string& url) {
  const ParsedUrl parsed = Parse(url);
  return {Part(parsed, CURLUPART_USER, CURLU_URLDECODE),
          Part(parsed, CURLUPART_PASSWORD, CURLU_URLDECODE)};
}

bool IsLoopback(const std::string& url) {
  const std::string host = ToLower(Part(Parse(url), CURLUPART_HOST));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool BelongsToOrigin(const std::string& header_name) {
  return IsSensitive(header_name) || EqualIgnoringCase(header_name, "host");
}

std::vector<std::string> SecretsOf(const Request& request) {
  std::vector<std::string> secrets = request.secrets;
  for (const Header& header : request.secret_headers) AddHeaderSecret(header.value, secrets);
  for (const Header& header : request.headers)
    if (IsSensitive(header.name)) AddHeaderSecret(header.value, secrets);
  const ParsedUrl parsed = Parse(request.url);
  AddQuerySecrets(Part(parsed, CURLUPART_QUERY), secrets);
  secrets.push_back(Part(parsed, CURLUPART_USER));
  secrets.push_back(Part(parsed, CURLUPART_PASSWORD));
  // The longest first, so that no piece of one is left when another is part of it.
  std::erase_if(secrets, [](const std::string& secret) { return secret.empty(); });
  std::sort(secrets.begin(), secrets.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return secrets;
}

std::variant<std::string, Failure> ResolveRedirect(const std::string& from,
                                                   const std::string& location,
                                                   const std::string& first_origin,
                                                   const std::vector<std::string>& secrets) {
  const ParsedUrl parsed = Parse(from);
  // Relative to `from`; spaces and bytes that servers leave in are encoded.
  if (!parsed || !IsHeaderValue(location) ||
      curl_url_set(parsed.get(), CURLUPART_URL, location.c_str(),
                   CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return Failure{FailureKind::kBadUrl, "a redirect to an address that cannot be read"};
  const std::string scheme = Part(parsed, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return Failure{FailureKind::kBadUrl,
                   "a redirect to neither http nor https, which is not followed"};
  for (const CURLUPart part : {CURLUPART_FRAGMENT, CURLUPART_USER, CURLUPART_PASSWORD})
    curl_url_set(parsed.get(), part, nullptr, 0);
  std::string next = Part(parsed, CURLUPART_URL);
  const std::string origin = OriginOf(next);
  if (origin != first_origin && HoldsSecret(next, secrets)) {
    return Failure{FailureKind::kBadUrl,
                   fmt::format("a redirect that would carry a key of this address to {}, which is "
                               "not followed; if that place is to be trusted, set the url to it",
                               origin)};
  }
  return next;
}

}  // namespace sluice::http
