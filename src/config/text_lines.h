// SPDX-License-Identifier: Apache-2.0
//
// Where the text of a YAML value of several lines stands in its file: for messages that point into it.
//
//   TextLines lines("SELECT a, b FROM input", source, begin, 7);   // folded out of three lines
//   lines.Find(1, 11);                                             // 8: the line of the file with the b
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

class TextLines {
 public:
  TextLines() = default;
  // `value` as YAML gives it, `source` the file's text, whose byte `begin`, in line `line`, is the value's
  // first or lies before it (a quote, the '|' of a block).
  TextLines(std::string value, std::string_view source, size_t begin, int line);

  // The value has changed since (variables were replaced): places within a line mean nothing any more.
  void Expanded(const std::string& value);

  // Line of the file that holds the value's line `line`, and if that was folded out of several ones, its
  // character `column`. Both count from 1; 0: not known.
  int Find(int line, int column) const;

 private:
  struct Start {
    size_t offset;  // in value_: the first byte that stands in the file's line `line`
    int line;
  };

  std::string value_;
  std::vector<Start> starts_;
  bool columns_hold_ = true;
  bool lines_hold_ = true;
};

}  // namespace sluice::config
