// SPDX-License-Identifier: Apache-2.0
#include "parquet/delta_stats.h"

#include "core/value_text.h"
#include "parquet/utf8.h"

namespace sluice::parquet {

namespace {

constexpr size_t kPrefixLength = 32;
constexpr size_t kLongestBound = 64;
constexpr char32_t kLastAscii = 0x7f;
constexpr std::string_view kLastCodePointUtf8 = "\xf4\x8f\xbf\xbf";

// Bytes of the first `count` code points of well-formed text.
size_t PrefixBytes(std::string_view text, size_t count) {
  size_t at = 0;
  char32_t code = 0;
  while (count-- > 0 && at < text.size()) NextCodePoint(text, at, code);
  return at;
}

// One statistic ("minValues") of all columns, nested as the schema is.
class NestedObject {
 public:
  using TextOf = const std::string* (*)(const ColumnStats& column, std::string& scratch);
  NestedObject(const std::vector<ColumnStats>& columns, TextOf text_of)
      : columns_(columns), text_of_(text_of) {}

  std::string Object(const std::vector<Field>& fields) {
    std::string object = "{";
    for (const Field& field : fields) {
      const std::string value = Value(field.type);
      if (value.empty()) continue;
      if (object.size() > 1) object += ',';
      object += JsonString(field.name) + ':' + value;
    }
    return object + '}';
  }

 private:
  std::string Value(const DataType& type) {
    if (type.kind() == TypeKind::kStruct) {
      const std::string object = Object(type.children());
      return object == "{}" ? "" : object;
    }
    std::string scratch;
    const std::string* text = text_of_(columns_[next_++], scratch);
    return text ? *text : "";
  }

  const std::vector<ColumnStats>& columns_;
  TextOf text_of_;
  size_t next_ = 0;
};

const std::string* MinOf(const ColumnStats& column, std::string&) {
  return column.min_json ? &*column.min_json : nullptr;
}
const std::string* MaxOf(const ColumnStats& column, std::string&) {
  return column.max_json ? &*column.max_json : nullptr;
}
const std::string* NullsOf(const ColumnStats& column, std::string& scratch) {
  if (!column.null_count) return nullptr;
  scratch = std::to_string(*column.null_count);
  return &scratch;
}

}  // namespace

std::string DeltaStatsJson(const Schema& schema, const std::vector<ColumnStats>& columns,
                           int64_t num_records) {
  return R"({"numRecords":)" + std::to_string(num_records) + R"(,"minValues":)" +
         NestedObject(columns, MinOf).Object(schema.fields) + R"(,"maxValues":)" +
         NestedObject(columns, MaxOf).Object(schema.fields) + R"(,"nullCount":)" +
         NestedObject(columns, NullsOf).Object(schema.fields) + "}";
}

std::optional<std::string> LowerBound(std::string_view text) {
  if (!IsUtf8(text)) return std::nullopt;
  return std::string(text.substr(0, PrefixBytes(text, kPrefixLength)));
}

std::optional<std::string> UpperBound(std::string_view text) {
  if (!IsUtf8(text)) return std::nullopt;
  size_t at = PrefixBytes(text, kPrefixLength);
  for (size_t length = kPrefixLength; at < text.size(); ++length) {
    const size_t before = at;
    char32_t next = 0;
    NextCodePoint(text, at, next);
    if (next == kLastCodePoint) continue;  // no code point is greater: this one has to stay
    if (length > kLongestBound) return std::nullopt;
    std::string bound(text.substr(0, before));
    return next < kLastAscii ? bound + static_cast<char>(kLastAscii)
                             : bound.append(kLastCodePointUtf8);
  }
  if (PrefixBytes(text, kLongestBound) < text.size()) return std::nullopt;
  return std::string(text);
}

std::string JsonString(std::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

}  // namespace sluice::parquet
