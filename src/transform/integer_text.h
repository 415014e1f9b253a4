// SPDX-License-Identifier: Apache-2.0
//
// Texts as integers the way Spark's CAST reads them (UTF8String.toInt, toLong).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::transform {

// Digits with a sign or none, white space and control characters around them. `cut_fraction`: what
// follows a point is cut off ("12.7" is 12), as without ANSI; else it is an error. No exponent, no
// 0x, no underscores. Nothing: no integer, or outside of 64 bits.
std::optional<int64_t> ParseInteger(std::string_view text, bool cut_fraction);

}  // namespace sluice::transform
