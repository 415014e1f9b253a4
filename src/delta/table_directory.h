// SPDX-License-Identifier: Apache-2.0
//
// The directory of a table as a place in a file system: what is there, and whether a commit can be made.
#pragma once

#include <string>

#include "core/result.h"

namespace sluice::delta {

enum class DirectoryState { kAbsent, kEmpty, kTable, kForeign /* files, but no Delta log */ };

// "file:///a/b", "a/b" -> an absolute path without a trailing slash. Errors: Exit UNSUPPORTED_STORE for
// every other scheme.
Result<std::string> ResolveTablePath(const std::string& path);

// Errors: Exit NOT_A_DIRECTORY; Stop NOT_WRITABLE if it or its log may not be looked at, Retry STORAGE if
// they cannot be for another reason.
Result<DirectoryState> InspectDirectory(const std::string& path);

// Makes the directory and its _delta_log, fsynced. Errors: Exit NO_PARENT_DIRECTORY, Stop NOT_WRITABLE,
// Retry NO_SPACE.
Status MakeTableDirectory(const std::string& path);

// Tries what a commit needs: a new file in the table and in its log, and a hard link. Errors: Stop
// NOT_WRITABLE, Stop NO_HARD_LINKS, Retry NO_SPACE.
Status ProbeWritable(const std::string& path);

}  // namespace sluice::delta
