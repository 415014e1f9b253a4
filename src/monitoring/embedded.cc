// SPDX-License-Identifier: Apache-2.0
#include "monitoring/embedded.h"

#include <algorithm>

namespace sluice::monitoring {

std::string_view Embedded(std::string_view path) {
  const std::vector<EmbeddedFile>& files = EmbeddedFiles();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  return found == files.end() ? std::string_view() : found->text;
}

}  // namespace sluice::monitoring
