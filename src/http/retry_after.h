// SPDX-License-Identifier: Apache-2.0
//
// How long a server asks to be left alone (RFC 9110, section 10.2.3).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::http {

// `text`: the value of Retry-After, seconds or an HTTP date; `now_ms`: Unix time. A date that has
// passed is 0; more than a year is a year; what cannot be read is nothing.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view text, int64_t now_ms);

}  // namespace sluice::http
