// SPDX-License-Identifier: Apache-2.0
#include "core/shared_token.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr size_t kShortest = 16;
constexpr size_t kLongest = 1024;
constexpr const char* kAdvice = "; `openssl rand -hex 32` makes a good one";

}  // namespace

std::string SharedTokenProblem(std::string_view token) {
  const bool plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
  if (plain && token.size() >= kShortest && token.size() <= kLongest) return "";
  return std::string("expected 16 to 1024 characters of printable ASCII without spaces") + kAdvice;
}

}  // namespace sluice
