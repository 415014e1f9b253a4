// SPDX-License-Identifier: Apache-2.0
//
// Numbers, lists and other programs' texts as they stand in a finding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::doctor {

// "1 batch", "1,234 batches"; `many` is the plural.
std::string Counted(int64_t number, const std::string& one, const std::string& many);
// "512 bytes", "1.2 GB".
std::string Bytes(int64_t bytes);
// "3 s", "12 min", "5 h", "9 days".
std::string Age(int64_t milliseconds);
// "a, b, c and 4 more".
std::string List(const std::vector<std::string>& items, size_t most);
// One line of printable characters, at most `most` bytes: texts of other programs are not trusted.
std::string OneLine(const std::string& text, size_t most = 400);
// An error's message up to where it says that nothing was written: nothing is, here.
std::string Essence(const std::string& message);

}  // namespace sluice::doctor
