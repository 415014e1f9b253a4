// SPDX-License-Identifier: Apache-2.0
//
// Reading of single JSON tokens out of raw bytes, for the fast decoder: every function either reads a
// token of the ordinary kind or says no, and then the record is read again the exact way.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::decode {

// May this byte follow a number or a literal?
inline bool EndsScalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// A number of up to 19 digits: value = mantissa * 10^exponent.
struct ScannedNumber {
  uint64_t mantissa = 0;
  int32_t exponent = 0;
  int32_t digits = 0;  // all that are written, leading zeros too
  bool negative = false;
  bool is_integer = true;  // no '.', no 'e'
  const char* end = nullptr;
};

inline constexpr bool kLittleEndian = std::endian::native == std::endian::little;

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

// Appends the digits at `p` to *mantissa and returns the byte behind them. Eight at a time where that
// many bytes are left: how many digits there are is then no branch to mispredict.
inline const char* ScanDigits(const char* p, const char* end, uint64_t* mantissa) {
  static constexpr uint64_t kPowers[] = {1,       10,        100,        1000,       10'000,
                                         100'000, 1'000'000, 10'000'000, 100'000'000};
  while (__builtin_expect(end - p >= 8, 1) && kLittleEndian) {
    uint64_t word = 0;
    std::memcpy(&word, p, 8);
    word ^= 0x3030303030303030;
    const uint64_t other = ((word + 0x7676767676767676) | word) & 0x8080808080808080;
    const int digits = other == 0 ? 8 : __builtin_ctzll(other) >> 3;
    if (digits == 0) return p;
    word <<= 64 - 8 * digits;  // the first digit moves to where it is worth what it should
    word = word * 10 + (word >> 8);
    constexpr uint64_t kPairs = 0x000000FF000000FF;
    word = (word & kPairs) * 0x000F424000000064 + ((word >> 16) & kPairs) * 0x0000271000000001;
    word >>= 32;
    *mantissa = *mantissa * kPowers[digits] + word;
    p += digits;
    if (digits != 8) return p;
  }
  uint64_t value = *mantissa;
  while (IsDigit(*p)) value = value * 10 + static_cast<uint64_t>(*p++ - '0');
  *mantissa = value;
  return p;
}

// Up to 4 digits of exponent.
inline const char* ScanExponent(const char* p, const char* end, int32_t* exponent) {
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  uint64_t value = 0;
  const char* begin = p;
  p = ScanDigits(p, end, &value);
  if (p == begin || p - begin > 4) return nullptr;
  *exponent += negative ? -static_cast<int32_t>(value) : static_cast<int32_t>(value);
  return p;
}

// Reads the number at `p`, whose text is followed by at least one byte that is no digit. False: not
// JSON's grammar, or an exponent out of the ordinary. `end`: of the message. With more than 19 digits
// the mantissa has wrapped: callers that want the value look at `digits`.
inline bool ScanNumber(const char* p, const char* end, ScannedNumber* out) {
  out->negative = *p == '-';
  p += out->negative;
  const char* begin = p;
  p = ScanDigits(p, end, &out->mantissa);
  out->digits = static_cast<int32_t>(p - begin);
  if (out->digits == 0 || (out->digits > 1 && *begin == '0')) return false;
  if (*p == '.') {
    begin = ++p;
    p = ScanDigits(p, end, &out->mantissa);
    if (p == begin) return false;
    out->exponent = -static_cast<int32_t>(p - begin);
    out->digits -= out->exponent;
    out->is_integer = false;
  }
  if (*p == 'e' || *p == 'E') {
    p = ScanExponent(p + 1, end, &out->exponent);
    if (p == nullptr) return false;
    out->is_integer = false;
  }
  out->end = p;
  return EndsScalar(*p);
}

inline constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The double nearest to the scanned number whose text is [begin, number.end). False: out of range.
bool ToDoubleSlowly(const ScannedNumber& number, const char* begin, double* out);
inline bool ToDouble(const ScannedNumber& number, const char* begin, double* out) {
  // Clinger's case: both factors are exact, so one operation rounds once.
  if (number.digits > 19 || number.mantissa > (uint64_t{1} << 53) || number.exponent < -22 ||
      number.exponent > 22) {
    return ToDoubleSlowly(number, begin, out);
  }
  const auto mantissa = static_cast<double>(static_cast<int64_t>(number.mantissa));
  const double value = number.exponent < 0 ? mantissa / kPowersOfTen[-number.exponent]
                                           : mantissa * kPowersOfTen[number.exponent];
  *out = number.negative ? -value : value;
  return true;
}
// The same for a float.
bool ToFloat(const ScannedNumber& number, const char* begin, float* out);

inline bool IsLiteral(const char* p, const char* end, const char* literal, size_t size) {
  return static_cast<size_t>(end - p) > size && std::memcmp(p, literal, size) == 0 &&
         EndsScalar(p[size]);
}

// Decodes the escape at `p` (behind the backslash) into UTF-8 at *out. Returns the byte behind it, or
// nullptr if it is none of JSON's or a lone surrogate.
const char* DecodeEscape(const char* p, const char* end, uint8_t** out);

// Copies the string that begins at `p` (behind its quote) to `out`, unescaped, and returns its size;
// `out` has room for the raw text and 16 bytes. SIZE_MAX: an escape out of the ordinary.
inline size_t CopyString(const char* p, const char* end, uint8_t* out) {
  uint8_t* const begin = out;
  while (true) {
#if defined(__SSE2__)
    while (end - p >= 16) {
      const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), chunk);
      const int special = _mm_movemask_epi8(_mm_or_si128(
          _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"')), _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'))));
      const int skip = special == 0 ? 16 : __builtin_ctz(static_cast<unsigned>(special));
      p += skip;
      out += skip;
      if (special != 0) break;
    }
#endif
    while (*p != '"' && *p != '\\') *out++ = static_cast<uint8_t>(*p++);
    if (*p == '"') return static_cast<size_t>(out - begin);
    p = DecodeEscape(p + 1, end, &out);
    if (p == nullptr) return SIZE_MAX;
  }
}

}  // namespace sluice::decode
