// SPDX-License-Identifier: Apache-2.0
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

constexpr char16_t kReplacement = 0xFFFD;

struct Sequence {
  int size;       // bytes of a whole sequence; 0: no leading byte
  uint8_t first;  // bounds of the second byte
  uint8_t last;
};

// Unicode's table of well-formed sequences, but with the surrogates (ED A0..BF): Java takes the three
// bytes of one for one malformed part.
Sequence SequenceOf(uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Bytes of the sequence at `p` that belong together; equal to its size if it is whole.
int WellFormedPart(const uint8_t* p, const uint8_t* end, const Sequence& sequence) {
  int n = 1;
  for (; n < sequence.size && p + n < end; ++n) {
    const uint8_t low = n == 1 ? sequence.first : 0x80;
    const uint8_t high = n == 1 ? sequence.last : 0xBF;
    if (p[n] < low || p[n] > high) break;
  }
  return n;
}

uint32_t PointOf(const uint8_t* p, int size) {
  static constexpr uint8_t kLeadMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t point = p[0] & kLeadMask[size];
  for (int i = 1; i < size; ++i) point = point << 6 | (p[i] & 0x3F);
  return point;
}

void AppendPoint(uint32_t point, std::u16string* out) {
  if (point < 0x10000) {
    *out += static_cast<char16_t>(point);
    return;
  }
  *out += static_cast<char16_t>(0xD7C0 + (point >> 10));
  *out += static_cast<char16_t>(0xDC00 + (point & 0x3FF));
}

}  // namespace

std::u16string Utf8ToUtf16(std::string_view bytes) {
  std::u16string out;
  out.reserve(bytes.size());
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  const uint8_t* end = p + bytes.size();
  while (p < end) {
    const Sequence sequence = SequenceOf(*p);
    if (sequence.size == 0) {
      out += kReplacement;
      ++p;
      continue;
    }
    const int part = WellFormedPart(p, end, sequence);
    const uint32_t point = part == sequence.size ? PointOf(p, part) : kReplacement;
    AppendPoint(point >= 0xD800 && point < 0xE000 ? kReplacement : point, &out);
    p += part;
  }
  return out;
}

void AppendUtf16(std::u16string_view text, std::string* out) {
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t point = text[i];
    if (point >= 0xD800 && point < 0xE000) {
      const bool paired =
          point < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000;
      if (!paired) {
        *out += '?';
        continue;
      }
      point = 0x10000 + ((point - 0xD800) << 10) + (text[++i] - 0xDC00u);
    }
    uint8_t bytes[4];
    const size_t size = EncodeUtf8(point, bytes);
    out->append(reinterpret_cast<const char*>(bytes), size);
  }
}

std::string Utf16ToUtf8(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  AppendUtf16(text, &out);
  return out;
}

std::string RepairUtf8(std::string_view bytes) { return Utf16ToUtf8(Utf8ToUtf16(bytes)); }

}  // namespace sluice::decode
