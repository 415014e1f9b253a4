// SPDX-License-Identifier: Apache-2.0
#include "core/testing/source_dir.h"

#include <cstdlib>

namespace sluice {

std::filesystem::path SourceDir() { return SLUICE_SOURCE_DIR; }

std::filesystem::path SharedDir() {
  const char* given = std::getenv("SLUICE_SHARED");
  return given ? std::filesystem::path(given) : SourceDir().parent_path() / "shared";
}

}  // namespace sluice
