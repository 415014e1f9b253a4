// SPDX-License-Identifier: Apache-2.0
//
// JSON values as a tree, for the reference decoder: parsed the simple way, with what Jackson allows
// beyond the standard under Spark's options (single quotes, NaN, Infinity, anything behind the root).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::decode::testing {

struct JsonTree {
  enum class Kind { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject } kind = Kind::kNull;
  // kNumber: as written, or NaN, +INF ... kString: UTF-8; a lone surrogate stands as "\xED.." (WTF-8).
  std::string text;
  std::vector<JsonTree> items;
  std::vector<std::pair<std::string, JsonTree>> fields;  // in order, repeated keys kept
};

// nullopt: not JSON. *blank: there is nothing but white space.
std::optional<JsonTree> ParseJsonTree(std::string_view text, bool* blank);

// Malformed UTF-8 replaced by U+FFFD as Java's decoder does it.
std::string ReplaceMalformed(std::string_view bytes);

}  // namespace sluice::decode::testing
