// SPDX-License-Identifier: Apache-2.0
//
// Reading and checking the text of headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

std::string_view Trimmed(std::string_view text);  // spaces and tabs, line ends

// "a, b;q=0" at ',': {"a", "b;q=0"}; at least one piece.
std::vector<std::string_view> SplitTrimmed(std::string_view text, char separator);

bool IsHeaderName(std::string_view name);    // a token (RFC 9110, section 5.6.2)
bool IsHeaderValue(std::string_view value);  // no control characters but the tab

}  // namespace sluice::http
