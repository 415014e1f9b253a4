// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/json_span.h"

namespace sluice::checkpoint {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";

size_t SkipSpaces(std::string_view text, size_t at) {
  const size_t next = text.find_first_not_of(kSpaces, at);
  return next == std::string_view::npos ? text.size() : next;
}

// `at` is at the opening quote; the result is after the closing one.
size_t StringEnd(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

size_t ValueEnd(std::string_view text, size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = StringEnd(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return at;
}

std::string_view Trimmed(std::string_view text) {
  const size_t last = text.find_last_not_of(kSpaces);
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

std::optional<std::string_view> MemberText(std::string_view object, std::string_view name) {
  size_t at = SkipSpaces(object, 0) + 1;
  while (at < object.size()) {
    at = SkipSpaces(object, at);
    if (at >= object.size() || object[at] != '"') return std::nullopt;
    const size_t key_end = StringEnd(object, at);
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    const size_t begin = SkipSpaces(object, object.find(':', key_end) + 1);
    const size_t end = ValueEnd(object, begin);
    if (key == name) return Trimmed(object.substr(begin, end - begin));
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace sluice::checkpoint
