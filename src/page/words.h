// SPDX-License-Identifier: Apache-2.0
//
// Numbers in a sentence.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::page {

// To two places that count: "0.8 s", "42 s", "12 min", "3 h", "2 days".
std::string Lasting(double seconds);
// "1 record", "1,200 records".
std::string Records(int64_t records);

}  // namespace sluice::page
