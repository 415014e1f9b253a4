// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "core/ascii.h"
#include "http/header_text.h"

namespace sluice::http {

namespace {

constexpr int kGzipWindow = 15 + 16;  // +16: gzip instead of zlib
constexpr int kMemory = 8;

}  // namespace

std::string Gzip(std::string_view data, int level) {
  z_stream stream{};
  level = std::clamp(level, 1, 9);
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();  // no memory for 256 KiB
  std::string packed;
  char buffer[32 << 10];
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0 && !data.empty()) {  // zlib counts in 32 bits
      const size_t piece = std::min<size_t>(data.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
      stream.avail_in = static_cast<uInt>(piece);
      data.remove_prefix(piece);
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    result = deflate(&stream, data.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(buffer, sizeof buffer - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  std::optional<bool> gzip, any;
  for (const std::string_view item : SplitTrimmed(accept_encoding, ',')) {
    const auto parts = SplitTrimmed(item, ';');
    const bool refused = parts.size() > 1 && parts[1].starts_with("q=0") &&
                         parts[1].find_first_not_of("0.", 2) == std::string_view::npos;
    if (EqualIgnoringCase(parts[0], "gzip") || EqualIgnoringCase(parts[0], "x-gzip"))
      gzip = !refused;
    if (parts[0] == "*") any = !refused;
  }
  return gzip.value_or(any.value_or(false));
}

}  // namespace sluice::http
