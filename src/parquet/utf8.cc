// SPDX-License-Identifier: Apache-2.0
#include "parquet/utf8.h"

namespace sluice::parquet {

bool NextCodePoint(std::string_view text, size_t& at, char32_t& code) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t size = lead < 0x80       ? 1
                      : lead >> 5 == 6  ? 2
                      : lead >> 4 == 14 ? 3
                      : lead >> 3 == 30 ? 4
                                        : 0;
  if (size == 0 || at + size > text.size()) return false;
  code = size == 1 ? lead : lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte >> 6 != 2) return false;
    code = code << 6 | (byte & 0x3fU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[size] || code > kLastCodePoint || surrogate) return false;
  at += size;
  return true;
}

bool IsUtf8(std::string_view text) {
  char32_t code = 0;
  for (size_t at = 0; at < text.size();) {
    if (!NextCodePoint(text, at, code)) return false;
  }
  return true;
}

}  // namespace sluice::parquet
