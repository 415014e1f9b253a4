// SPDX-License-Identifier: Apache-2.0
//
// The known name that a mistyped one most likely meant.
//
//   NearestName("startingOffset", {"startingOffsets", "subscribe"});   // "startingOffsets"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// Insertions, deletions, substitutions and swaps of neighbours, ignoring ASCII case.
int EditDistance(std::string_view a, std::string_view b);

// Empty if none is near enough (a third of the longer name's length, at least 2) to be worth a mention.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

}  // namespace sluice::config
