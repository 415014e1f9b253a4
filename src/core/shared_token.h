// SPDX-License-Identifier: Apache-2.0
//
// The rule for a secret that two programs share and one of them shows in an HTTP header.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// Empty if the text will do, else what was expected; never says the text itself.
std::string SharedTokenProblem(std::string_view token);

}  // namespace sluice
