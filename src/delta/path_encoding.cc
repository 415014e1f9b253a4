// SPDX-License-Identifier: Apache-2.0
#include "delta/path_encoding.h"

#include <cctype>

#include "core/ascii.h"

namespace sluice::delta {

namespace {

// What java.net.URI leaves as it is in a path.
bool IsPlain(unsigned char c) {
  return std::isalnum(c) || std::string_view("-_.!~*'()/=:@&+$,;").find(static_cast<char>(c)) !=
                                std::string_view::npos;
}

}  // namespace

std::string UriEncode(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri;
  uri.reserve(path.size());
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (IsPlain(byte)) {
      uri += c;
    } else {
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

std::string UriDecode(std::string_view uri) {
  std::string path;
  path.reserve(uri.size());
  for (size_t i = 0; i < uri.size(); ++i) {
    const bool escaped = uri[i] == '%' && i + 2 < uri.size() && HexDigit(uri[i + 1]) >= 0 &&
                         HexDigit(uri[i + 2]) >= 0;
    if (escaped) {
      path += static_cast<char>(HexDigit(uri[i + 1]) * 16 + HexDigit(uri[i + 2]));
      i += 2;
    } else {
      path += uri[i];
    }
  }
  return path;
}

}  // namespace sluice::delta
