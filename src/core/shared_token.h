// SPDX-License-Identifier: Apache-2.0
//
// The rule for a secret that two programs share and one of them shows in an HTTP header.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice {

// Empty if the text will do, else what was expected; never says the text itself.
std::string SharedTokenProblem(std::string_view token);

// Out of a file, whose last line break does not count. Error (Exit MONITOR_TOKEN): "FILE: why".
Result<std::string> ReadSharedToken(const std::string& file);

}  // namespace sluice
