// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, as Java reads and writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::decode {

// Writes a code point (no surrogate) as 1 to 4 bytes and returns how many.
inline size_t EncodeUtf8(uint32_t point, uint8_t* out) {
  if (point < 0x80) {
    out[0] = static_cast<uint8_t>(point);
    return 1;
  }
  if (point < 0x800) {
    out[0] = static_cast<uint8_t>(0xC0 | point >> 6);
    out[1] = static_cast<uint8_t>(0x80 | (point & 63));
    return 2;
  }
  if (point < 0x10000) {
    out[0] = static_cast<uint8_t>(0xE0 | point >> 12);
    out[1] = static_cast<uint8_t>(0x80 | (point >> 6 & 63));
    out[2] = static_cast<uint8_t>(0x80 | (point & 63));
    return 3;
  }
  out[0] = static_cast<uint8_t>(0xF0 | point >> 18);
  out[1] = static_cast<uint8_t>(0x80 | (point >> 12 & 63));
  out[2] = static_cast<uint8_t>(0x80 | (point >> 6 & 63));
  out[3] = static_cast<uint8_t>(0x80 | (point & 63));
  return 4;
}

// UTF-16 as Java's InputStreamReader makes it: malformed bytes become U+FFFD, one for each maximal
// ill-formed part.
std::u16string Utf8ToUtf16(std::string_view bytes);

// UTF-8 as String.getBytes makes it: a lone surrogate becomes '?'.
void AppendUtf16(std::u16string_view text, std::string* out);
std::string Utf16ToUtf8(std::u16string_view text);

// The bytes with every malformed part replaced by U+FFFD.
std::string RepairUtf8(std::string_view bytes);

}  // namespace sluice::decode
