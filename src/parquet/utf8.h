// SPDX-License-Identifier: Apache-2.0
//
// Whether bytes are UTF-8: what the Delta log, being JSON, can hold.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::parquet {

inline constexpr char32_t kLastCodePoint = 0x10ffff;

// Reads the code point at `at` and moves behind it; false if there is no well-formed one.
bool NextCodePoint(std::string_view text, size_t& at, char32_t& code);

bool IsUtf8(std::string_view text);

}  // namespace sluice::parquet
