// SPDX-License-Identifier: Apache-2.0
#include "decode/schema_ddl.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace sluice::decode {

namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

struct TypeName {
  std::string_view name;
  TypeKind kind;
};

constexpr TypeName kTypeNames[] = {
    {"BOOLEAN", TypeKind::kBoolean},
    {"TINYINT", TypeKind::kByte},
    {"BYTE", TypeKind::kByte},
    {"SMALLINT", TypeKind::kShort},
    {"SHORT", TypeKind::kShort},
    {"INT", TypeKind::kInt},
    {"INTEGER", TypeKind::kInt},
    {"BIGINT", TypeKind::kLong},
    {"LONG", TypeKind::kLong},
    {"FLOAT", TypeKind::kFloat},
    {"REAL", TypeKind::kFloat},
    {"DOUBLE", TypeKind::kDouble},
    {"DECIMAL", TypeKind::kDecimal},
    {"DEC", TypeKind::kDecimal},
    {"NUMERIC", TypeKind::kDecimal},
    {"DATE", TypeKind::kDate},
    {"TIMESTAMP", TypeKind::kTimestamp},
    {"TIMESTAMP_LTZ", TypeKind::kTimestamp},
    {"TIMESTAMP_NTZ", TypeKind::kTimestampNtz},
    {"STRING", TypeKind::kString},
    {"BINARY", TypeKind::kBinary},
    {"STRUCT", TypeKind::kStruct},
    {"ARRAY", TypeKind::kArray},
    {"MAP", TypeKind::kMap},
    {"VOID", TypeKind::kVoid},
    {"NULL", TypeKind::kVoid},
};

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

std::string NearestTypeName(std::string_view name) {
  const auto nearest = std::min_element(
      std::begin(kTypeNames), std::end(kTypeNames), [&](const TypeName& a, const TypeName& b) {
        return EditDistance(name, a.name) < EditDistance(name, b.name);
      });
  return std::string(nearest->name);
}

// Schemas are walked by recursion: here, by the decoders and by the writer.
constexpr int kMaxDepth = 100;

// Recursive descent over the text; every step skips the white space before it.
class DdlParser {
 public:
  explicit DdlParser(std::string_view text) : text_(text) {}

  Result<Schema> Parse() {
    SkipSpace();
    SLUICE_ASSIGN_OR_RETURN(std::vector<Field> fields, Fields());
    if (at_ != text_.size()) return Error("expected ',' or the end");
    for (size_t i = 0; i < fields.size(); ++i) {
      for (size_t k = 0; k < i; ++k) {
        if (fields[k].name == fields[i].name)
          return Error("column '" + fields[i].name + "' is declared twice");
      }
    }
    return Schema{std::move(fields)};
  }

  // "STRUCT<...>" as the whole text.
  Result<Schema> ParseWholeStruct() {
    SLUICE_ASSIGN_OR_RETURN(DataType type, Type());
    SkipSpace();
    if (at_ != text_.size()) return Error("expected the end");
    if (type.kind() != TypeKind::kStruct) {
      return Error("the schema has to be columns (name TYPE, ...) or a STRUCT<...>, not " +
                   type.ToDdl());
    }
    return Schema{type.children()};
  }

 private:
  Status Error(const std::string& what) const {
    const size_t begin = at_ > 20 ? at_ - 20 : 0;
    return Status::Exit("PARSE_SCHEMA", "schema, character " + std::to_string(at_ + 1) + ": " +
                                            what + " (at '" +
                                            std::string(text_.substr(begin, at_ - begin)) + "^" +
                                            std::string(text_.substr(at_, 20)) + "')");
  }

  void SkipSpace() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool Skip(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Word of letters, digits and underscores; empty if there is none.
  std::string_view Word() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '_' || (text_[at_] & 0x80))) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  bool SkipWord(std::string_view wanted) {
    const size_t before = at_;
    if (Upper(Word()) == wanted) return true;
    at_ = before;
    return false;
  }

  Result<std::string> Name() {
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == '`') return QuotedName();
    const std::string_view word = Word();
    if (word.empty()) return Error("expected a column name");
    const bool all_digits =
        std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); });
    if (all_digits)
      return Error("a column name of digits needs backquotes: `" + std::string(word) + "`");
    return std::string(word);
  }

  Result<std::string> QuotedName() {
    std::string name;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '`') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '`') break;
        ++at_;
      }
      name += text_[at_];
    }
    if (at_ >= text_.size()) return Error("a backquote is not closed");
    ++at_;
    return name;
  }

  // Fields as long as commas follow; also "name: TYPE", which Spark takes at the top as well.
  Result<std::vector<Field>> Fields() {
    std::vector<Field> fields;
    do {
      SLUICE_ASSIGN_OR_RETURN(Field field, OneField());
      fields.push_back(std::move(field));
    } while (Skip(','));
    SkipSpace();
    return fields;
  }

  Result<Field> OneField() {
    Field field;
    SLUICE_ASSIGN_OR_RETURN(field.name, Name());
    Skip(':');
    SLUICE_ASSIGN_OR_RETURN(field.type, Type());
    while (true) {
      if (SkipWord("NOT")) {
        if (!SkipWord("NULL")) return Error("expected NULL behind NOT");
        field.nullable = false;
      } else if (SkipWord("COMMENT")) {
        SLUICE_RETURN_IF_ERROR(SkipText());
      } else {
        return field;
      }
    }
  }

  Status SkipText() {
    SkipSpace();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') return Error("expected a text in quotes behind COMMENT");
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
      } else if (text_[at_] == quote) {
        // Two quotes in a row join two texts.
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      }
    }
    if (at_ >= text_.size()) return Error("the text of a COMMENT is not closed");
    ++at_;
    return Status::Ok();
  }

  Result<DataType> Type() {
    SkipSpace();
    const size_t begin = at_;
    const std::string name = Upper(Word());
    if (name.empty()) return Error("expected a type");
    if (name == "CHAR" || name == "CHARACTER" || name == "VARCHAR") {
      at_ = begin;
      return Error(name + " is not for from_json; use STRING");
    }
    if (name == "INTERVAL") {
      at_ = begin;
      return Error("INTERVAL columns cannot be written to a table; use STRING");
    }
    const auto found = std::find_if(std::begin(kTypeNames), std::end(kTypeNames),
                                    [&](const TypeName& type) { return type.name == name; });
    if (found == std::end(kTypeNames)) {
      at_ = begin;
      return Error("unknown type " + name + ", did you mean " + NearestTypeName(name) + "?");
    }
    if (depth_ == kMaxDepth)
      return Error("types are nested deeper than " + std::to_string(kMaxDepth) + " levels");
    ++depth_;
    Result<DataType> type = TypeOf(found->kind);
    --depth_;
    return type;
  }

  Result<DataType> TypeOf(TypeKind kind) {
    switch (kind) {
      case TypeKind::kDecimal: return DecimalType();
      case TypeKind::kStruct: return StructType();
      case TypeKind::kArray: return ArrayType();
      case TypeKind::kMap: return MapType();
      default: return DataType(kind);
    }
  }

  Result<int> Number() {
    const std::string_view digits = Word();
    if (digits.empty() || digits.size() > 3 ||
        !std::all_of(digits.begin(), digits.end(),
                     [](unsigned char c) { return std::isdigit(c); })) {
      return Error("expected a number");
    }
    return std::stoi(std::string(digits));
  }

  Result<DataType> DecimalType() {
    int precision = 10;
    int scale = 0;
    if (Skip('(')) {
      SLUICE_ASSIGN_OR_RETURN(precision, Number());
      if (Skip(',')) {
        SLUICE_ASSIGN_OR_RETURN(scale, Number());
      }
      if (!Skip(')')) return Error("expected ')' behind DECIMAL(");
    }
    if (precision < 1 || precision > 38) return Error("DECIMAL has 1 to 38 digits");
    if (scale > precision) return Error("the scale of a DECIMAL is at most its precision");
    return DataType::Decimal(precision, scale);
  }

  Result<DataType> StructType() {
    if (!Skip('<')) return Error("expected '<' behind STRUCT");
    if (Skip('>')) return Error("a STRUCT<> without fields cannot be written to a table");
    SLUICE_ASSIGN_OR_RETURN(std::vector<Field> fields, Fields());
    if (!Skip('>')) return Error("expected ',' or '>' in STRUCT");
    return DataType::Struct(std::move(fields));
  }

  Result<DataType> ArrayType() {
    if (!Skip('<')) return Error("expected '<' behind ARRAY");
    SLUICE_ASSIGN_OR_RETURN(DataType element, Type());
    if (!Skip('>')) return Error("expected '>' behind the element type of ARRAY");
    return DataType::Array(std::move(element));
  }

  Result<DataType> MapType() {
    if (!Skip('<')) return Error("expected '<' behind MAP");
    SLUICE_ASSIGN_OR_RETURN(DataType key, Type());
    if (key.kind() != TypeKind::kString) {
      return Error("the key of a MAP has to be a STRING, as JSON's are; found " + key.ToDdl());
    }
    if (!Skip(',')) return Error("expected ',' between the key and the value type of MAP");
    SLUICE_ASSIGN_OR_RETURN(DataType value, Type());
    if (!Skip('>')) return Error("expected '>' behind the value type of MAP");
    return DataType::Map(std::move(key), std::move(value));
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Schema> ParseDdl(std::string_view ddl) {
  size_t first = 0;
  while (first < ddl.size() && std::isspace(static_cast<unsigned char>(ddl[first]))) ++first;
  const std::string head = Upper(ddl.substr(first, 7));
  if (head == "STRUCT<") return DdlParser(ddl).ParseWholeStruct();
  return DdlParser(ddl).Parse();
}

}  // namespace sluice::decode
