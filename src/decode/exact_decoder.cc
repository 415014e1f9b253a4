// SPDX-License-Identifier: Apache-2.0
#include "decode/exact_decoder.h"

#include <algorithm>
#include <utility>

#include "core/value_text.h"
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

RejectReason ReasonOf(TokenError::Kind kind) {
  switch (kind) {
    case TokenError::Kind::kTruncated: return RejectReason::kTruncated;
    case TokenError::Kind::kTooDeep: return RejectReason::kTooDeep;
    case TokenError::Kind::kNumberTooLong: return RejectReason::kNumberTooLong;
    case TokenError::Kind::kValue: return RejectReason::kFieldType;
    default: return RejectReason::kNotJson;
  }
}

const char* NameOf(Token token) {
  switch (token) {
    case Token::kStartObject: return "an object";
    case Token::kStartArray: return "an array";
    case Token::kString: return "a string";
    case Token::kInteger:
    case Token::kFloat: return "a number";
    case Token::kTrue:
    case Token::kFalse: return "a boolean";
    case Token::kNull: return "null";
    default: return "no value";
  }
}

// A type may be as long as the schema, and a chunk may have a reject for each of its records.
std::string ShortDdl(const DataType& type) {
  constexpr size_t kLongest = 200;
  std::string ddl = type.ToDdl();
  if (ddl.size() <= kLongest) return ddl;
  return std::string(CutText(ddl, kLongest - 3)) + "...";
}

}  // namespace

const char* ToString(RejectReason reason) {
  switch (reason) {
    case RejectReason::kNotJson: return "not_json";
    case RejectReason::kTruncated: return "truncated";
    case RejectReason::kNotAnObject: return "not_an_object";
    case RejectReason::kFieldType: return "field_type";
    case RejectReason::kTooDeep: return "too_deep";
    case RejectReason::kNumberTooLong: return "number_too_long";
  }
  return "not_json";
}

// Spark 3.4 reads with Jackson 2.14, which knows no limits; 3.5 with 2.15; 4.x with one that also
// limits names.
Result<SparkRules> RulesOf(std::string_view spark_version) {
  SparkRules rules;
  if (spark_version.starts_with("3.4")) {
    rules.partial_results = false;
    return rules;
  }
  rules.limits = {1000, 1000, 20'000'000, 0};
  if (spark_version.starts_with("3.5")) return rules;
  if (spark_version.starts_with("4.")) {
    rules.limits.name_length = 50'000;
    return rules;
  }
  return Status::Exit("SPARK_VERSION",
                      "sparkVersion '" + std::string(spark_version) + "' is none of 3.4, 3.5, 4.0");
}

ExactDecoder::Node ExactDecoder::MakeNode(const DataType& type, int ignored) {
  Node node{type, {}, {}, ShortDdl(type)};
  for (size_t i = 0; i < type.children().size(); ++i) {
    const Field& field = type.children()[i];
    node.children.push_back(MakeNode(field.type, -1));
    if (static_cast<int>(i) != ignored) node.fields.emplace_back(Utf8ToUtf16(field.name), i);
  }
  return node;
}

// -1: not in the schema. Of two fields with one name the last counts.
int ExactDecoder::FieldIndex(const Node& node, const std::u16string& name) {
  const auto found = std::find_if(node.fields.rbegin(), node.fields.rend(),
                                  [&](const auto& field) { return field.first == name; });
  return found == node.fields.rend() ? -1 : static_cast<int>(found->second);
}

// Only what was found takes room: a struct of many fields may stand as {} many times in a message. A
// later field of the same name takes the place of the earlier.
void ExactDecoder::SetField(uint32_t field, Value value, std::vector<Value>* items) {
  value.field = field;
  const auto place = std::ranges::lower_bound(*items, field, {}, &Value::field);
  if (place != items->end() && place->field == field) {
    *place = std::move(value);
  } else {
    items->insert(place, std::move(value));
  }
}

ExactDecoder::ExactDecoder(const DataType& root, int ignored, const SparkRules& rules,
                           const DateTimeParsers* datetime)
    : root_(MakeNode(root, ignored)), rules_(rules), datetime_(datetime) {}

void ExactDecoder::Note(RejectReason reason, std::string_view detail) {
  if (std::exchange(noted_, true)) return;  // the first counts
  outcome_.corrupt = true;
  outcome_.reason = reason;
  outcome_.detail = EscapeControls(detail);
}

ExactDecoder::Outcome ExactDecoder::Syntax(const ExactTokenizer& in) {
  Note(ReasonOf(in.error().kind), in.error().message);
  return Outcome::kBad;
}

ExactDecoder::Outcome ExactDecoder::BadValue(ExactTokenizer* in, const Node& node,
                                             const std::string& what) {
  const std::string field = Utf16ToUtf8(in->current_name());
  Note(RejectReason::kFieldType, (field.empty() ? std::string("value") : "field '" + field + "'") +
                                     ": expected " + node.short_ddl + ", found " + what);
  return Outcome::kBad;
}

ExactDecoder::Outcome ExactDecoder::WrongToken(ExactTokenizer* in, const Node& node) {
  // Jackson reads a string to its end for the message, and its errors come first.
  if (in->current() == Token::kString && !in->FinishString()) return Syntax(*in);
  std::string what = NameOf(in->current());
  if (in->current() == Token::kString || in->current() == Token::kInteger ||
      in->current() == Token::kFloat) {
    what += " " + Utf16ToUtf8(in->text().substr(0, 60));
  }
  return BadValue(in, node, what);
}

ExactOutcome ExactDecoder::Decode(std::string_view message, int64_t row, ColumnBuilder* root) {
  root->Truncate(row);
  noted_ = false;
  outcome_ = {};
  const std::u16string text = Utf8ToUtf16(message);
  ExactTokenizer in(text, rules_.limits);
  Value value;
  const Outcome outcome = ReadRoot(&in, &value);
  if (outcome == Outcome::kEnds) {
    outcome_.ends_query = true;
    noted_ = outcome_.corrupt = true;
  }
  if (outcome == Outcome::kBad || outcome == Outcome::kEnds || value.is_null) {
    // A row of nulls, not a null row: the struct itself is never null at the root.
    for (size_t i = 0; i < root->num_children(); ++i) root->child(i).AppendNull();
    root->CloseStruct();
  } else {
    Append(root_, value, root);
  }
  return std::move(outcome_);
}

ExactDecoder::Outcome ExactDecoder::ReadRoot(ExactTokenizer* in, Value* out) {
  if (!in->Next()) return Syntax(*in);
  if (in->current() == Token::kNone) return Outcome::kGood;  // blank: NULL, and no error
  if (in->current() != Token::kStartObject) {
    if (in->current() == Token::kString && !in->FinishString()) return Syntax(*in);
    Note(RejectReason::kNotAnObject,
         std::string("expected an object, found ") + NameOf(in->current()));
    return Outcome::kBad;
  }
  return ConvertObject(root_, in, out);
}

ExactDecoder::Outcome ExactDecoder::ConvertObject(const Node& node, ExactTokenizer* in,
                                                  Value* out) {
  out->is_null = false;
  bool bad = false;
  while (true) {
    if (!in->Next()) return Syntax(*in);
    if (in->current() == Token::kNone || in->current() == Token::kEndObject) break;
    const int index = FieldIndex(node, in->current_name());
    if (index < 0) {
      if (!in->SkipChildren()) return Syntax(*in);
      continue;
    }
    outcome_.matched = true;  // of the root, or of a struct below a key of the root
    Value value;
    const Outcome outcome = Convert(node.children[static_cast<size_t>(index)], in, &value);
    if (outcome == Outcome::kEnds) return outcome;
    bad |= outcome != Outcome::kGood;
    const bool keeps_part = outcome == Outcome::kPartial && rules_.partial_results;
    if (outcome == Outcome::kGood || keeps_part) {
      SetField(static_cast<uint32_t>(index), std::move(value), &out->items);
    } else if (!in->SkipChildren()) {
      return Syntax(*in);
    }
  }
  return bad ? Outcome::kPartial : Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertArray(const Node& node, ExactTokenizer* in, Value* out) {
  out->is_null = false;
  bool bad = false;
  while (true) {
    if (!in->Next()) return Syntax(*in);
    if (in->current() == Token::kNone || in->current() == Token::kEndArray) break;
    Value value;
    const Outcome outcome = Convert(node.children[0], in, &value);
    if (outcome == Outcome::kEnds) return outcome;
    if (outcome == Outcome::kBad) return outcome;  // where it stands: what follows is read in there
    bad |= outcome == Outcome::kPartial;
    out->items.push_back(std::move(value));
  }
  return bad ? Outcome::kPartial : Outcome::kGood;
}

// A bad value spoils the map, but only at its end.
ExactDecoder::Outcome ExactDecoder::ConvertMap(const Node& node, ExactTokenizer* in, Value* out) {
  out->is_null = false;
  bool partial = false;
  bool bad = false;
  while (true) {
    if (!in->Next()) return Syntax(*in);
    if (in->current() == Token::kNone || in->current() == Token::kEndObject) break;
    Value key;
    key.is_null = false;
    key.bytes = Utf16ToUtf8(in->current_name());
    Value value;
    const Outcome outcome = Convert(node.children[1], in, &value);
    if (outcome == Outcome::kEnds) return outcome;
    if (outcome == Outcome::kBad && !in->SkipChildren()) return Syntax(*in);
    bad |= outcome == Outcome::kBad;
    partial |= outcome == Outcome::kPartial;
    out->items.push_back(std::move(key));
    out->items.push_back(std::move(value));
  }
  if (bad) return Outcome::kBad;
  return partial ? Outcome::kPartial : Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::Convert(const Node& node, ExactTokenizer* in, Value* out) {
  while (in->current() == Token::kFieldName) {
    if (!in->Next()) return Syntax(*in);
  }
  const Token token = in->current();
  if (token == Token::kNull || token == Token::kNone) return Outcome::kGood;
  switch (node.type.kind()) {
    case TypeKind::kStruct:
      return token == Token::kStartObject ? ConvertObject(node, in, out) : WrongToken(in, node);
    case TypeKind::kArray:
      return token == Token::kStartArray ? ConvertArray(node, in, out) : WrongToken(in, node);
    case TypeKind::kMap:
      return token == Token::kStartObject ? ConvertMap(node, in, out) : WrongToken(in, node);
    case TypeKind::kVoid: return Outcome::kGood;
    default: return ConvertScalar(node, in, out);
  }
}

void ExactDecoder::Append(const Node& node, const Value& value, ColumnBuilder* column) {
  if (value.is_null) return column->AppendNull();
  const auto bits = static_cast<uint64_t>(value.bits);
  switch (node.type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kByte: return column->Append(static_cast<uint8_t>(bits));
    case TypeKind::kShort: return column->Append(static_cast<uint16_t>(bits));
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return column->Append(static_cast<uint32_t>(bits));
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return column->Append(bits);
    case TypeKind::kDecimal: return column->Append(value.bits);
    case TypeKind::kString:
    case TypeKind::kBinary: return column->AppendBytes(value.bytes);
    case TypeKind::kStruct: {
      auto item = value.items.begin();
      for (size_t i = 0; i < node.children.size(); ++i) {
        if (item != value.items.end() && item->field == i) {
          Append(node.children[i], *item++, &column->child(i));
        } else {
          column->child(i).AppendNull();
        }
      }
      return column->CloseStruct();
    }
    case TypeKind::kArray:
    case TypeKind::kMap: {
      const size_t width = node.children.size();
      for (size_t i = 0; i < value.items.size(); ++i) {
        Append(node.children[i % width], value.items[i], &column->child(i % width));
      }
      return column->CloseList();
    }
    case TypeKind::kVoid: return column->AppendNull();
  }
}

}  // namespace sluice::decode
