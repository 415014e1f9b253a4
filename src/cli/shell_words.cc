// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_words.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <system_error>

namespace sluice::cli {

namespace fs = std::filesystem;

namespace {

bool IsPlain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-./+:,@%=").find(c) != std::string_view::npos;
}

}  // namespace

std::string ShellWord(const std::string& text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), IsPlain)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string CallOf(const fs::path& program, const fs::path& directory) {
  const fs::path relative = program.lexically_relative(directory);
  if (relative.empty() || *relative.begin() == "..") return ShellWord(program.string());
  // A bare name would be looked up in PATH.
  return ShellWord(relative.has_parent_path() ? relative.string() : "./" + relative.string());
}

std::string CallOfThisProgram() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return "sluice";
  return CallOf(program, fs::current_path(error));
}

}  // namespace sluice::cli
