// SPDX-License-Identifier: Apache-2.0
//
// A YAML file as a tree of values that know their lines, entries in file order, repeated keys kept:
// what the checks read, with nothing of the parser in sight.
//
//   Document document = ParseDocument(text);
//   if (document.error) ...                    // broken YAML: line and reason
//   for (const Entry& entry : document.root.entries) ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/text_lines.h"

namespace sluice::config {

struct Entry;

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap } kind = Kind::kNull;
  int line = 0;                // 1-based
  std::string text;            // scalar: its text
  TextLines lines;             // scalar: where each line of its text stands
  bool quoted = false;         // scalar: written in quotes or as a block
  std::vector<Node> items;     // sequence
  std::vector<Entry> entries;  // map

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_map() const { return kind == Kind::kMap; }
  // "a map", "a list", "nothing", or the text in quotes: for messages.
  std::string Describe() const;
};

struct Entry {
  std::string key;
  int line = 0;
  Node value;
};

struct DocumentError {
  int line = 0;
  std::string message;
};

struct Document {
  Node root;
  std::optional<DocumentError> error;
};

// Never throws. Several documents in one file, keys that are no scalars and trees that are too large
// (aliases included) are errors.
Document ParseDocument(const std::string& text);

}  // namespace sluice::config
