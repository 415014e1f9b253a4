// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Plus { kIsPlus, kIsSpace };  // in a query of a form, '+' is a space

// Nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text, Plus plus);

}  // namespace sluice::http
