// SPDX-License-Identifier: Apache-2.0
//
// Random UUIDs (version 4) for table and transaction identifiers.
#pragma once

#include <random>
#include <string>

namespace sluice::delta {

// "3f2b8c1e-9d4a-4c5b-8e7f-0a1b2c3d4e5f"
std::string RandomUuid(std::mt19937_64& random);

// Seeded from the system, so that two processes do not draw the same numbers.
std::mt19937_64 SeededRandom();

}  // namespace sluice::delta
