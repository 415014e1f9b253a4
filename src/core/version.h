// SPDX-License-Identifier: Apache-2.0
//
// The release of this program.
#pragma once

namespace sluice {

inline constexpr const char* kVersion = "0.1.0";
// commitInfo.engineInfo of every commit, and the writer's name in Parquet footers.
inline constexpr const char* kEngineInfo = "Sluice/0.1.0";

}  // namespace sluice
