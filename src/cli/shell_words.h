// SPDX-License-Identifier: Apache-2.0
//
// Commands for a person to copy into a shell.
#pragma once

#include <filesystem>
#include <string>

namespace sluice::cli {

// `text` as one word of a POSIX shell: in quotes if it holds anything but plain characters.
std::string ShellWord(const std::string& text);

// How to call `program` from `directory`: by a relative path where it lies below.
std::string CallOf(const std::filesystem::path& program, const std::filesystem::path& directory);

// How to call the program that runs now, from the working directory.
std::string CallOfThisProgram();

}  // namespace sluice::cli
