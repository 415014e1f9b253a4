// SPDX-License-Identifier: Apache-2.0
//
// Texts of dates, timestamps, decimals and binaries to values, as Spark reads them in JSON strings.
// Shared by the fast and the exact decoder; no JSON in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::decode {

// unscaled * 10^-scale, rounded half up to the wanted scale. False: does not fit the precision.
bool RoundDecimal(bool negative, unsigned __int128 mantissa, int64_t exponent, int precision,
                  int scale, __int128* out);

// A decimal number in digits, '.', 'e': JSON's grammar with any number of digits. False: does not fit.
bool ParseDecimalNumber(std::string_view text, int precision, int scale, __int128* out);

// A decimal in a JSON string: grouping commas are skipped, the whole text has to be a number.
// False: no number, or does not fit.
bool ParseDecimalText(std::string_view text, int precision, int scale, __int128* out);

// RFC 4648 base64 with padding. Appends the bytes; false if the text is none (out then holds rubbish).
bool DecodeBase64(std::string_view text, std::string* out);

}  // namespace sluice::decode
