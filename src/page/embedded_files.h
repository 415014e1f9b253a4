// SPDX-License-Identifier: Apache-2.0
//
// The files of static/ as text; defined in a file that the build makes (cmake/SluicePage.cmake).
#pragma once

#include <span>
#include <string_view>

namespace sluice::page {

struct EmbeddedFile {
  std::string_view name;
  std::string_view content;
};

std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace sluice::page
