// SPDX-License-Identifier: Apache-2.0
#include "page/payload_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sluice::page {

namespace {

uint32_t ByteAt(std::string_view bytes, size_t at) { return static_cast<unsigned char>(bytes[at]); }

// Bytes of the character that begins with this one; 0: none does.
size_t LengthOf(uint32_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

// The second byte tells overlong forms, surrogates and what is beyond Unicode.
bool SecondFits(uint32_t first, uint32_t second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second < 0x90;
  return true;
}

bool IsUtf8(std::string_view bytes, size_t* cut_at) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = LengthOf(ByteAt(bytes, at));
    if (length == 0) return false;
    for (size_t i = 1; i < length; ++i) {
      if (at + i == bytes.size()) {
        *cut_at = at;
        return true;
      }
      const uint32_t byte = ByteAt(bytes, at + i);
      if ((byte & 0xC0) != 0x80 || (i == 1 && !SecondFits(ByteAt(bytes, at), byte))) return false;
    }
    at += length;
  }
  *cut_at = bytes.size();
  return true;
}

std::string Base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t there = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = (group << 8) | (i < there ? ByteAt(bytes, at + i) : 0);
    for (size_t i = 0; i < 4; ++i) text += i <= there ? kDigits[(group >> (18 - 6 * i)) & 63] : '=';
  }
  return text;
}

}  // namespace

PayloadText TextOf(std::string_view bytes) {
  size_t cut_at = 0;
  if (IsUtf8(bytes, &cut_at)) return {false, std::string(bytes.substr(0, cut_at))};
  return {true, Base64(bytes)};
}

}  // namespace sluice::page
