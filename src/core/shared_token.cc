// SPDX-License-Identifier: Apache-2.0
#include "core/shared_token.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace sluice {

namespace {

constexpr size_t kShortest = 16;
constexpr size_t kLongest = 1024;
constexpr const char* kAdvice = "; `openssl rand -hex 32` makes a good one";

std::string ReasonOf(int error) { return error != 0 ? std::strerror(error) : "not readable"; }

}  // namespace

std::string SharedTokenProblem(std::string_view token) {
  const bool plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
  if (plain && token.size() >= kShortest && token.size() <= kLongest) return "";
  return std::string("expected 16 to 1024 characters of printable ASCII without spaces") + kAdvice;
}

Result<std::string> ReadSharedToken(const std::string& file) {
  const auto refuse = [&file](const std::string& why) {
    return Status::Exit("MONITOR_TOKEN", file + ": " + why);
  };
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream read;
  if (!in.is_open() || (!(read << in.rdbuf()) && errno != 0)) return refuse(ReasonOf(errno));
  std::string text = read.str();
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (const std::string problem = SharedTokenProblem(text); !problem.empty())
    return refuse(problem);
  return text;
}

}  // namespace sluice
