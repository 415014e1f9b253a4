// SPDX-License-Identifier: Apache-2.0
#include "monitor/access.h"

#include <optional>

#include "core/ascii.h"
#include "core/shared_token.h"

namespace sluice::monitor {

namespace {

// More is not worth decoding: a name and the longest token.
constexpr size_t kLongestBasic = 4096;

int SixBits(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648; the padding may be missing.
std::optional<std::string> DecodeBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const int six = SixBits(c);
    if (six < 0) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(six);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xff));
  }
  return bytes;
}

// What stands behind the scheme's name, if it is this scheme's.
std::optional<std::string_view> Credentials(std::string_view header, std::string_view scheme) {
  const size_t space = header.find(' ');
  if (space == std::string_view::npos || !EqualIgnoringCase(header.substr(0, space), scheme))
    return std::nullopt;
  const size_t begin = header.find_first_not_of(' ', space);
  return begin == std::string_view::npos ? std::string_view() : header.substr(begin);
}

// "127.0.0.1" of "127.0.0.1:4040".
std::string_view HostOf(std::string_view address) {
  const size_t colon = address.rfind(':');
  const bool is_port = colon != std::string_view::npos &&
                       address.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return is_port ? address.substr(0, colon) : address;
}

bool IsThisMachine(std::string_view host) {
  if (EqualIgnoringCase(host, "localhost") || host == "[::1]") return true;
  // 127.example.org is a name like any other.
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

// No step depends on where the two begin to differ.
bool Access::IsToken(std::string_view shown) const {
  unsigned char difference = shown.size() == token_.size() ? 0 : 1;
  for (size_t i = 0; i < token_.size(); ++i) {
    const char c = i < shown.size() ? shown[i] : '\0';
    difference |= static_cast<unsigned char>(c ^ token_[i]);
  }
  return difference == 0;
}

bool Access::Admits(const http::ServerRequest& request) const {
  if (!needs_token()) {
    const std::string* host = request.FindHeader("host");
    return !only_here_ || (host && IsThisMachine(HostOf(*host)));
  }
  const std::string* header = request.FindHeader("authorization");
  if (!header) return false;
  if (const auto token = Credentials(*header, "Bearer")) return IsToken(*token);
  const auto basic = Credentials(*header, "Basic");
  if (!basic || basic->size() > kLongestBasic) return false;
  const auto decoded = DecodeBase64(*basic);
  if (!decoded) return false;
  const size_t colon = decoded->find(':');
  return colon != std::string::npos && IsToken(std::string_view(*decoded).substr(colon + 1));
}

http::ServerResponse Access::Refusal() const {
  if (!needs_token())
    return {.status = 403,
            .body = "this page is served to this machine only: ask for it as localhost\n"};
  return {.status = 401,
          .headers = {{"WWW-Authenticate", "Basic realm=\"sluice\", charset=\"UTF-8\""}},
          .body =
              "this page needs the token of monitor.token: as `Authorization: Bearer TOKEN`, or "
              "in a browser as the password, under any name\n"};
}

Result<Access> OpenAccess(const AccessOptions& options) {
  if (options.token_file.empty()) return Access(options.token, options.only_here);
  Result<std::string> token = ReadSharedToken(options.token_file);
  if (!token.ok())
    return Status::Exit("MONITOR_TOKEN", "monitor.tokenFile " + token.status().message());
  return Access(*std::move(token));
}

}  // namespace sluice::monitor
