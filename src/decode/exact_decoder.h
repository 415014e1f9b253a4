// SPDX-License-Identifier: Apache-2.0
//
// One JSON record with the meaning of Spark's from_json in every case: the same steps as JacksonParser
// takes, over the same tokens, so that broken and odd records give the rows that Spark gives.
//
// What differs between Spark's releases is in SparkRules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data_type.h"
#include "core/result.h"
#include "decode/column_builder.h"
#include "decode/datetime.h"
#include "decode/exact_text.h"
#include "decode/exact_tokenizer.h"
#include "decode/reject_reason.h"

namespace sluice::decode {

struct SparkRules {
  // 3.5: a bad leaf leaves its siblings, at every level. Before, a bad part spoils the field around it.
  bool partial_results = true;
  TokenizerLimits limits;
};

// Rules of "3.4", "3.5" or "4.0" (also "3.5.1", "4.2"). Errors (Exit): another version.
Result<SparkRules> RulesOf(std::string_view spark_version);

struct ExactOutcome {
  bool corrupt = false;
  RejectReason reason = RejectReason::kNotJson;
  std::string detail;
  bool matched = false;  // a declared key was found at the top level
  // Spark 3 would end the query: a date that only the parser of Spark 2 takes.
  bool ends_query = false;
};

class ExactDecoder {
 public:
  // The root field `ignored` (-1: none) is never filled from the message. `datetime` outlives this.
  ExactDecoder(const DataType& root, int ignored, const SparkRules& rules,
               const DateTimeParsers* datetime);

  // Appends exactly one row to `root`, which may hold a part of a row at `row` that is cut off first.
  ExactOutcome Decode(std::string_view message, int64_t row, ColumnBuilder* root);

 private:
  // A value on its way to the builders: slow, and free to be overwritten by a later field.
  struct Value {
    bool is_null = true;
    uint32_t field = 0;  // which of its struct
    __int128 bits = 0;   // integers; doubles and floats by their bits
    std::string bytes;
    // STRUCT: the fields that were found, in the schema's order; MAP: keys and values in turn.
    std::vector<Value> items;
  };
  // kPartial: a value of which a part was bad. kBad: no value. kEnds: the query ends.
  enum class Outcome { kGood, kPartial, kBad, kEnds };

  struct Node {
    DataType type;
    std::vector<Node> children;
    std::vector<std::pair<std::u16string, size_t>> fields;  // STRUCT: name, child
    std::string short_ddl;                                  // the type, for details of rejects
  };
  static Node MakeNode(const DataType& type, int ignored);
  static int FieldIndex(const Node& node, const std::u16string& name);
  static void SetField(uint32_t field, Value value, std::vector<Value>* items);

  Outcome ReadRoot(ExactTokenizer* in, Value* out);
  Outcome Convert(const Node& node, ExactTokenizer* in, Value* out);
  Outcome ConvertObject(const Node& node, ExactTokenizer* in, Value* out);
  Outcome ConvertArray(const Node& node, ExactTokenizer* in, Value* out);
  Outcome ConvertMap(const Node& node, ExactTokenizer* in, Value* out);
  Outcome ConvertScalar(const Node& node, ExactTokenizer* in, Value* out);
  Outcome ConvertBoolean(ExactTokenizer* in, const Node& node, Value* out);
  Outcome ConvertInteger(ExactTokenizer* in, const Node& node, Value* out);
  Outcome ConvertFloating(ExactTokenizer* in, const Node& node, Value* out);
  Outcome ConvertDecimal(ExactTokenizer* in, const Node& node, Value* out);
  Outcome ConvertString(ExactTokenizer* in, Value* out);
  Outcome ConvertBinary(ExactTokenizer* in, const Node& node, Value* out);
  Outcome ConvertDateTime(ExactTokenizer* in, const Node& node, Value* out);
  Outcome WrongToken(ExactTokenizer* in, const Node& node);
  Outcome Syntax(const ExactTokenizer& in);
  Outcome BadValue(ExactTokenizer* in, const Node& node, const std::string& what);
  void Note(RejectReason reason, std::string_view detail);
  static void Append(const Node& node, const Value& value, ColumnBuilder* column);

  Node root_;
  SparkRules rules_;
  const DateTimeParsers* datetime_;
  bool noted_ = false;
  ExactOutcome outcome_;
};

}  // namespace sluice::decode
