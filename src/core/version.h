// SPDX-License-Identifier: Apache-2.0
//
// The release of this program, and of what and with what it was built.
#pragma once

namespace sluice {

inline constexpr const char* kVersion = "0.1.0";
// commitInfo.engineInfo of every commit, and the writer's name in Parquet footers.
inline constexpr const char* kEngineInfo = "Sluice/0.1.0";

// The commit of the source tree when the build was configured, "unknown" without one.
const char* BuildRevision();
// "GCC 12.2.0".
const char* BuildCompiler();

}  // namespace sluice
