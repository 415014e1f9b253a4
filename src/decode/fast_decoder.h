// SPDX-License-Identifier: Apache-2.0
//
// The ordinary case at full speed: one JSON object straight into column builders, in a single pass over
// simdjson's token positions, without a document and without a copy of the message.
//
// It takes what every JSON reader agrees on and every declared type takes at once. Anything else - an
// escaped or repeated key, a lone surrogate, a value of another type, single quotes, trailing text, any
// error - makes Decode() say no; the caller cuts the builder back and lets the exact decoder read the
// record. So nothing here may ever accept what the exact decoder would read otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/column_builder.h"
#include "decode/datetime.h"
#include "decode/exact_text.h"
#include "decode/key_table.h"
#include "decode/structural_index.h"

namespace sluice::decode {

class FastDecoder {
 public:
  // `root` is a STRUCT builder and outlives this, as do `datetime` and `text`. The root field `ignored`
  // (-1: none) is never filled from the message: it gets a null in each row.
  FastDecoder(ColumnBuilder* root, int ignored, const DateTimeParsers* datetime, ExactText* text);

  // Appends one row to the root. False: the builder holds a part of a row, and the record is unusual.
  bool Decode(std::string_view message);

  // Whether the record of the last Decode() that said yes holds a declared key at its top level.
  bool matched() const { return matched_; }

 private:
  // Position in the list of tokens. Functions that read take the token to begin with and return the one
  // behind what they read, or nullptr: the record is unusual.
  using Cursor = const uint32_t*;

  struct Node {
    ColumnBuilder* column;
    TypeKind kind;
    std::vector<Node> children;
    KeyTable keys{{}};  // STRUCT
  };

  static Node MakeNode(ColumnBuilder* column, int ignored);

  // First byte of the token.
  const char* At(Cursor at) const { return text_ + *at; }
  // Closing quote of the string at `at`.
  const char* ClosingQuote(Cursor at) const;

  Cursor ReadValue(Node& node, Cursor at);
  Cursor ReadNull(ColumnBuilder* column, Cursor at);
  Cursor ReadStruct(Node& node, Cursor at);
  Cursor ReadList(Node& node, Cursor at);
  Cursor ReadMap(Node& node, Cursor at);
  Cursor ReadRareScalar(ColumnBuilder* column, Cursor at);
  Cursor ReadBoolean(ColumnBuilder* column, Cursor at);
  template <typename T>
  Cursor ReadInteger(ColumnBuilder* column, Cursor at);
  Cursor ReadDouble(ColumnBuilder* column, Cursor at);
  Cursor ReadFloat(ColumnBuilder* column, Cursor at);
  Cursor ReadDecimal(ColumnBuilder* column, Cursor at);
  Cursor ReadString(ColumnBuilder* column, Cursor at);
  Cursor ReadSerialized(ColumnBuilder* column, Cursor at);
  Cursor ReadBinary(ColumnBuilder* column, Cursor at);
  Cursor ReadDateTime(ColumnBuilder* column, Cursor at);
  Cursor ReadEpochSeconds(ColumnBuilder* column, Cursor at);
  bool PlainString(Cursor at, std::string_view* out) const;
  Cursor Skip(Cursor at, int depth) const;
  Cursor SkipObject(Cursor at, int depth) const;
  Cursor SkipArray(Cursor at, int depth) const;
  Cursor SkipString(Cursor at) const;

  StructuralIndex index_;
  const DateTimeParsers* datetime_;
  ExactText* exact_text_;
  Node root_;
  const char* text_ = nullptr;
  const char* end_ = nullptr;
  bool matched_ = true;
  std::string scratch_;
};

}  // namespace sluice::decode
