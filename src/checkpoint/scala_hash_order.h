// SPDX-License-Identifier: Apache-2.0
//
// In which order Scala's mutable.HashMap hands out its keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::checkpoint {

// Keys are given by their hash codes in the order in which they were first put; the result holds
// their indexes in the order of iteration.
std::vector<size_t> HashOrder212(const std::vector<int32_t>& hashes);

// `put_again`: the last key was put once more, which may let the table grow.
std::vector<size_t> HashOrder213(const std::vector<int32_t>& hashes, bool put_again);

// java.lang.String.hashCode of an ASCII text, which a topic's name is.
int32_t JavaStringHash(std::string_view text);

}  // namespace sluice::checkpoint
