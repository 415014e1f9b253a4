// SPDX-License-Identifier: Apache-2.0
//
// Where the repository is: for tests that read its files. Only one source file knows, so that all the
// others compile to the same object in every clone.
#pragma once

#include <filesystem>

namespace sluice {

std::filesystem::path SourceDir();
// ../shared, or what SLUICE_SHARED names: test data that may lie beside the repository.
std::filesystem::path SharedDir();

}  // namespace sluice
