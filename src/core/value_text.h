// SPDX-License-Identifier: Apache-2.0
//
// Single values as text: dates, timestamps, decimals, base64, JSON strings.
//
//   DateText(19797)  -> "2024-03-15"        TimestampText(0) -> "1970-01-01T00:00:00.000000"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Days since 1970-01-01, proleptic Gregorian. Years over 9999 carry a '+', those before 0 a '-'.
std::string DateText(int64_t days);
// Microseconds since 1970-01-01T00:00:00, always with six digits of fraction, without a zone.
std::string TimestampText(int64_t micros);
// All digits of the scale: (12, 2) -> "0.12".
void AppendDecimalText(__int128 unscaled, int scale, std::string* out);
// RFC 4648, padded.
std::string Base64(std::string_view bytes);
// With quotes; escapes '"', '\\' and control characters only.
void AppendJsonString(std::string_view text, std::string* out);
// "1,234,567".
std::string WithThousands(int64_t number);
// For a line of a terminal, what strangers have said: each control character becomes '?', line breaks among
// them, but the tab; those from U+0080 to U+009F too.
std::string Printable(std::string_view text);
// The same for text whose control characters matter: each, the tab too, as \u001b.
std::string EscapeControls(std::string_view text);

// The first `most` bytes of UTF-8, or a few less: no character is cut.
std::string_view CutText(std::string_view text, size_t most);

}  // namespace sluice
