// SPDX-License-Identifier: Apache-2.0
//
// Writes made files into a directory and leaves alone what a person has changed there. What was written
// stands, with a checksum, in the file .generated of that directory: a file that differs was edited.
//
//   auto report = WriteFiles("/etc/monitoring", files, /*force=*/false);
//   for (const WrittenFile& file : report->files) ...        // {"prometheus.yaml", kWritten}
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "monitoring/monitoring_files.h"

namespace sluice::monitoring {

enum class Outcome {
  kWritten,    // it was not there, or was as it had been made before
  kUnchanged,  // it says the same already
  kForced,     // it was edited, or nothing of ours, and is overwritten
  kKept        // edited, or nothing of ours: the new text is in NAME.new
};

struct WrittenFile {
  std::string path;
  Outcome outcome = Outcome::kWritten;
};

struct WriteReport {
  std::vector<WrittenFile> files;
  std::vector<std::string> left_over;  // made before, and not any more
};

// Makes the directory if it is not there. On an error what was written until then stays.
Result<WriteReport> WriteFiles(const std::filesystem::path& directory,
                               const std::vector<TextFile>& files, bool force);

}  // namespace sluice::monitoring
