// SPDX-License-Identifier: Apache-2.0
#include "decode/scalar_text.h"

#include "core/ascii.h"

namespace sluice::decode {

namespace {

using Magnitude = unsigned __int128;

Magnitude PowerOfTen(int64_t exponent) {
  Magnitude power = 1;
  for (int64_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Digits and exponent of a decimal text; more than 38 significant digits are kept as far as rounding
// needs them.
struct DecimalDigits {
  bool negative = false;
  std::string digits;    // without leading zeros
  int64_t exponent = 0;  // of the last digit
};

bool ScanDecimal(std::string_view text, bool plus_allowed, DecimalDigits* out) {
  size_t at = 0;
  if (!text.empty() && (text[0] == '-' || (plus_allowed && text[0] == '+'))) {
    out->negative = text[at++] == '-';
  }
  size_t digits = 0;
  bool fraction = false;
  for (; at < text.size() && (IsDigit(text[at]) || (text[at] == '.' && !fraction)); ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    ++digits;
    out->exponent -= fraction;
    if (!out->digits.empty() || text[at] != '0') out->digits += text[at];
  }
  if (digits == 0) return false;
  if (at == text.size()) return true;
  if ((text[at] | 0x20) != 'e') return false;
  ++at;
  const bool minus = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  if (at == text.size()) return false;
  int64_t exponent = 0;
  for (; at < text.size(); ++at) {
    if (!IsDigit(text[at])) return false;
    exponent = exponent * 10 + (text[at] - '0');
    if (exponent > INT32_MAX) return false;  // BigDecimal's own limit
  }
  out->exponent += minus ? -exponent : exponent;
  return true;
}

bool RoundDigits(const DecimalDigits& number, int precision, int scale, __int128* out) {
  *out = 0;
  if (number.digits.empty()) return true;
  // Position of the first digit that is cut off.
  const int64_t kept = static_cast<int64_t>(number.digits.size()) + number.exponent + scale;
  if (kept > 38) return false;
  if (kept < 0) return true;
  Magnitude magnitude = 0;
  for (int64_t i = 0; i < kept; ++i) {
    const auto at = static_cast<size_t>(i);
    magnitude = magnitude * 10 +
                static_cast<Magnitude>(at < number.digits.size() ? number.digits[at] - '0' : 0);
  }
  const auto first_cut = static_cast<size_t>(kept);
  if (first_cut < number.digits.size() && number.digits[first_cut] >= '5') ++magnitude;
  if (magnitude >= PowerOfTen(precision)) return false;
  *out = number.negative ? -static_cast<__int128>(magnitude) : static_cast<__int128>(magnitude);
  return true;
}

}  // namespace

bool RoundDecimal(bool negative, unsigned __int128 mantissa, int64_t exponent, int precision,
                  int scale, __int128* out) {
  const int64_t shift = exponent + scale;
  if (shift >= 0) {
    if (mantissa != 0 && shift > 38) return false;
    // A mantissa of up to 20 digits times 10^38 would wrap; what fits the precision does not.
    if (mantissa != 0 && mantissa >= PowerOfTen(38) / PowerOfTen(shift)) return false;
    mantissa *= shift > 38 ? 0 : PowerOfTen(shift);
  } else if (shift < -38) {
    mantissa = 0;
  } else {
    const Magnitude divisor = PowerOfTen(-shift);
    const Magnitude rest = mantissa % divisor;
    mantissa = mantissa / divisor + (rest >= divisor - rest ? 1 : 0);
  }
  if (mantissa >= PowerOfTen(precision)) return false;
  *out = negative ? -static_cast<__int128>(mantissa) : static_cast<__int128>(mantissa);
  return true;
}

bool ParseDecimalNumber(std::string_view text, int precision, int scale, __int128* out) {
  DecimalDigits number;
  return ScanDecimal(text, false, &number) && RoundDigits(number, precision, scale, out);
}

bool ParseDecimalText(std::string_view text, int precision, int scale, __int128* out) {
  std::string without_commas;
  for (char c : text) {
    if (c != ',') without_commas += c;
  }
  DecimalDigits number;
  return ScanDecimal(without_commas, true, &number) && RoundDigits(number, precision, scale, out);
}

}  // namespace sluice::decode
