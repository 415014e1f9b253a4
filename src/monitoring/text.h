// SPDX-License-Identifier: Apache-2.0
//
// Changes to texts, and values in YAML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::monitoring {

std::string Replaced(std::string text, std::string_view from, std::string_view to);

// Lines without their ends.
std::vector<std::string> LinesOf(std::string_view text);

// A value in single quotes; in double ones with escapes if it has control characters, such as line breaks.
std::string YamlQuoted(std::string_view text);

}  // namespace sluice::monitoring
