// SPDX-License-Identifier: Apache-2.0
//
// The files of monitoring/ and docs/runbooks/ as they were when the program was built, by their paths in the
// repository. The program carries them, so that a machine with nothing but it has them too.
#pragma once

#include <string_view>
#include <vector>

namespace sluice::monitoring {

struct EmbeddedFile {
  std::string_view path;  // "monitoring/alert.rules.yaml"
  std::string_view text;
};

// In the order of their paths. Defined in a file that the build makes (cmake/SluiceEmbed.cmake).
const std::vector<EmbeddedFile>& EmbeddedFiles();

// Empty if there is none of that path.
std::string_view Embedded(std::string_view path);

}  // namespace sluice::monitoring
