// SPDX-License-Identifier: Apache-2.0
//
// Random UUIDs (version 4): ids of queries and runs, and names of temporary files.
#pragma once

#include <string>

namespace sluice::checkpoint {

// From the kernel's random numbers: "b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55".
std::string RandomUuid();

}  // namespace sluice::checkpoint
