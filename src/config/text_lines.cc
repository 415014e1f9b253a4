// SPDX-License-Identifier: Apache-2.0
#include "config/text_lines.h"

#include <algorithm>
#include <utility>

namespace sluice::config {

namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Byte behind the mark of a quoted text or the header of a block ("|-", "> # why").
size_t SkipHeader(std::string_view source, size_t at) {
  if (at >= source.size()) return at;
  if (source[at] == '"' || source[at] == '\'') return at + 1;
  if (source[at] == '|' || source[at] == '>') return std::min(source.find('\n', at), source.size());
  return at;
}

// Byte at which line `line` begins; the end if there is none.
size_t BeginOfLine(std::string_view text, int line) {
  size_t at = 0;
  for (; line > 1 && at < text.size(); --line) {
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  return at;
}

size_t SkipCharacters(std::string_view text, size_t at, int count) {
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && (text[at] & 0xC0) == 0x80) ++at;
    --count;
  }
  return at;
}

}  // namespace

// YAML changes nothing but white space in a plain text and in a block, so the other bytes of both come
// in the same order. Behind an escape in a quoted text the last known line stays.
TextLines::TextLines(std::string value, std::string_view source, size_t begin, int line)
    : value_(std::move(value)) {
  size_t at = SkipHeader(source, begin);
  for (size_t i = 0; i < value_.size(); ++i) {
    if (IsSpace(value_[i])) continue;
    for (; at < source.size() && IsSpace(source[at]); ++at) line += source[at] == '\n';
    if (at >= source.size() || source[at] != value_[i]) return;
    ++at;
    if (starts_.empty() || starts_.back().line != line) starts_.push_back({i, line});
  }
}

void TextLines::Expanded(const std::string& value) {
  if (value == value_) return;
  columns_hold_ = false;
  lines_hold_ = std::count(value.begin(), value.end(), '\n') ==
                std::count(value_.begin(), value_.end(), '\n');
}

int TextLines::Find(int line, int column) const {
  if (starts_.empty()) return 0;
  size_t offset = lines_hold_ ? BeginOfLine(value_, line) : 0;
  if (columns_hold_) offset = SkipCharacters(value_, offset, column - 1);
  // A place in the white space before a line's first byte belongs to that line.
  while (offset < value_.size() && IsSpace(value_[offset])) ++offset;
  const auto after =
      std::upper_bound(starts_.begin(), starts_.end(), offset,
                       [](size_t o, const Start& start) { return o < start.offset; });
  return after == starts_.begin() ? starts_.front().line : std::prev(after)->line;
}

}  // namespace sluice::config
