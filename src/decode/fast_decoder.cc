// SPDX-License-Identifier: Apache-2.0
#include "decode/fast_decoder.h"

#include <limits>

#include "decode/json_scan.h"
#include "decode/scalar_text.h"

namespace sluice::decode {

namespace {

// Far below every reader's own limit; deeper records are read the exact way.
constexpr int kMaxSkipDepth = 128;
// Names over 50,000 and strings over 20,000,000 characters have rules of their own.
constexpr size_t kMaxMessage = 20'000'000;
constexpr ptrdiff_t kMaxName = 50'000;
constexpr ptrdiff_t kMaxNumber = 1'000;

}  // namespace

FastDecoder::Node FastDecoder::MakeNode(ColumnBuilder* column, int ignored) {
  Node node{column, column->kind(), {}, KeyTable({})};
  for (size_t i = 0; i < column->num_children(); ++i) {
    node.children.push_back(MakeNode(&column->child(i), -1));
  }
  if (node.kind == TypeKind::kStruct) {
    std::vector<std::string> names;
    for (const Field& field : column->type().children()) names.push_back(field.name);
    node.keys = KeyTable(names, ignored);
  }
  return node;
}

FastDecoder::FastDecoder(ColumnBuilder* root, int ignored, const DateTimeParsers* datetime,
                         ExactText* text)
    : datetime_(datetime), exact_text_(text), root_(MakeNode(root, ignored)) {}

bool FastDecoder::Decode(std::string_view message) {
  if (message.size() > kMaxMessage || !index_.Build(message.data(), message.size())) return false;
  text_ = message.data();
  end_ = text_ + message.size();
  matched_ = true;
  uint32_t* const positions = index_.positions();
  const size_t count = index_.count();
  if (text_[positions[0]] != '{' || text_[positions[count - 1]] != '}') return false;
  // Only a '}' can come before the end, and behind a '}' a '{' is never right: no other check for the
  // end of the tokens is needed.
  positions[count] = positions[0];
  return ReadStruct(root_, positions + 1) == positions + count;
}

const char* FastDecoder::ClosingQuote(Cursor at) const {
  const char* p = At(at + 1) - 1;
  while (*p != '"') --p;
  return p;
}

// `at` is behind the opening brace.
FastDecoder::Cursor FastDecoder::ReadStruct(Node& node, Cursor at) {
  const int64_t row = node.column->length();
  size_t found = 0;
  uint32_t previous = KeyTable::kEscaped;
  uint32_t guess = node.keys.first();
  bool more = *At(at) != '}';
  at += !more;
  while (more) {
    const char* key = At(at) + 1;
    if (key[-1] != '"') return nullptr;
    const uint32_t entry =
        node.keys.Find(guess, previous, key, end_, [&] { return ClosingQuote(at); });
    if (entry == KeyTable::kEscaped || *At(at + 1) != ':') return nullptr;
    at += 2;
    const int32_t field = node.keys.field(entry);
    if (field < 0) {
      if (At(at - 1) - key > kMaxName) return nullptr;
      at = Skip(at, kMaxSkipDepth);
    } else {
      Node& child = node.children[static_cast<size_t>(field)];
      if (child.column->length() != row) return nullptr;
      at = ReadValue(child, at);
      ++found;
    }
    if (at == nullptr) return nullptr;
    previous = entry;
    guess = node.keys.next(entry);
    const char separator = *At(at++);
    if (separator != ',' && separator != '}') return nullptr;
    more = separator == ',';
  }
  if (found != node.children.size()) {
    if (found == 0 && &node == &root_) matched_ = false;
    for (Node& child : node.children) {
      if (child.column->length() == row) child.column->AppendNull();
    }
  }
  node.column->CloseStruct();
  return at;
}

FastDecoder::Cursor FastDecoder::ReadList(Node& node, Cursor at) {
  Node& element = node.children[0];
  bool more = *At(at) != ']';
  at += !more;
  while (more) {
    at = ReadValue(element, at);
    if (at == nullptr) return nullptr;
    const char separator = *At(at++);
    if (separator != ',' && separator != ']') return nullptr;
    more = separator == ',';
  }
  node.column->CloseList();
  return at;
}

FastDecoder::Cursor FastDecoder::ReadMap(Node& node, Cursor at) {
  bool more = *At(at) != '}';
  at += !more;
  while (more) {
    if (*At(at) != '"' || At(at + 1) - At(at) > kMaxName) return nullptr;
    at = ReadString(node.children[0].column, at);
    if (at == nullptr || *At(at) != ':') return nullptr;
    at = ReadValue(node.children[1], at + 1);
    if (at == nullptr) return nullptr;
    const char separator = *At(at++);
    if (separator != ',' && separator != '}') return nullptr;
    more = separator == ',';
  }
  node.column->CloseList();
  return at;
}

FastDecoder::Cursor FastDecoder::ReadNull(ColumnBuilder* column, Cursor at) {
  if (!IsLiteral(At(at), end_, "null", 4)) return nullptr;
  column->AppendNull();
  return at + 1;
}

inline FastDecoder::Cursor FastDecoder::ReadValue(Node& node, Cursor at) {
  const char first = *At(at);
  if (__builtin_expect(first == 'n', 0)) return ReadNull(node.column, at);
  switch (node.kind) {
    case TypeKind::kString:
      return first == '"' ? ReadString(node.column, at) : ReadSerialized(node.column, at);
    case TypeKind::kInt: return ReadInteger<int32_t>(node.column, at);
    case TypeKind::kLong: return ReadInteger<int64_t>(node.column, at);
    case TypeKind::kDouble: return ReadDouble(node.column, at);
    case TypeKind::kStruct: return first == '{' ? ReadStruct(node, at + 1) : nullptr;
    case TypeKind::kArray: return first == '[' ? ReadList(node, at + 1) : nullptr;
    case TypeKind::kMap: return first == '{' ? ReadMap(node, at + 1) : nullptr;
    default: return ReadRareScalar(node.column, at);
  }
}

FastDecoder::Cursor FastDecoder::ReadRareScalar(ColumnBuilder* column, Cursor at) {
  switch (column->kind()) {
    case TypeKind::kBoolean: return ReadBoolean(column, at);
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return ReadDateTime(column, at);
    case TypeKind::kFloat: return ReadFloat(column, at);
    case TypeKind::kShort: return ReadInteger<int16_t>(column, at);
    case TypeKind::kByte: return ReadInteger<int8_t>(column, at);
    case TypeKind::kDecimal: return ReadDecimal(column, at);
    case TypeKind::kBinary: return ReadBinary(column, at);
    default: return nullptr;
  }
}

FastDecoder::Cursor FastDecoder::ReadBoolean(ColumnBuilder* column, Cursor at) {
  const bool is_true = IsLiteral(At(at), end_, "true", 4);
  if (!is_true && !IsLiteral(At(at), end_, "false", 5)) return nullptr;
  column->Append<uint8_t>(is_true);
  return at + 1;
}

template <typename T>
FastDecoder::Cursor FastDecoder::ReadInteger(ColumnBuilder* column, Cursor at) {
  ScannedNumber number;
  if (!ScanNumber(At(at), end_, &number)) return nullptr;
  if (!number.is_integer || number.digits > 18) return nullptr;
  const auto magnitude = static_cast<int64_t>(number.mantissa);
  const int64_t value = number.negative ? -magnitude : magnitude;
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
    return nullptr;
  column->Append(static_cast<T>(value));
  return at + 1;
}

FastDecoder::Cursor FastDecoder::ReadDouble(ColumnBuilder* column, Cursor at) {
  const char* p = At(at);
  ScannedNumber number;
  double value = 0;
  if (!ScanNumber(p, end_, &number) || number.end - p > kMaxNumber) return nullptr;
  if (!ToDouble(number, p, &value)) return nullptr;
  if (number.is_integer && number.digits == 1 && number.mantissa == 0)
    value = 0;  // no negative zero
  column->Append(value);
  return at + 1;
}

// By way of a double a value would be rounded twice.
FastDecoder::Cursor FastDecoder::ReadFloat(ColumnBuilder* column, Cursor at) {
  const char* p = At(at);
  ScannedNumber number;
  float value = 0;
  if (!ScanNumber(p, end_, &number) || number.digits > 18) return nullptr;
  if (!ToFloat(number, p, &value)) return nullptr;
  if (number.is_integer && number.digits == 1 && number.mantissa == 0) value = 0;
  column->Append(value);
  return at + 1;
}

FastDecoder::Cursor FastDecoder::ReadDecimal(ColumnBuilder* column, Cursor at) {
  ScannedNumber number;
  __int128 value = 0;
  if (!ScanNumber(At(at), end_, &number) || number.digits > 19) return nullptr;
  if (!RoundDecimal(number.negative, number.mantissa, number.exponent, column->type().precision(),
                    column->type().scale(), &value)) {
    return nullptr;
  }
  column->Append(value);
  return at + 1;
}

FastDecoder::Cursor FastDecoder::ReadString(ColumnBuilder* column, Cursor at) {
  uint8_t* room = column->Room(at[1] - at[0] + 16);
  const size_t size = CopyString(At(at) + 1, end_, room);
  if (size == SIZE_MAX) return nullptr;
  column->CommitBytes(size);
  return at + 1;
}

// A STRING column takes any other value too, in the way that the JSON generator writes it.
FastDecoder::Cursor FastDecoder::ReadSerialized(ColumnBuilder* column, Cursor at) {
  const char* begin = At(at);
  ScannedNumber number;
  if (IsDigit(*begin) && ScanNumber(begin, end_, &number) && number.is_integer &&
      number.digits <= 18) {
    column->AppendBytes({begin, static_cast<size_t>(number.digits)});
    return at + 1;
  }
  const Cursor behind = Skip(at, kMaxSkipDepth);
  // The value ends at the separator, or at white space before it. None: the text ends too early.
  if (behind == nullptr || At(behind) < begin) return nullptr;
  scratch_.clear();
  const std::string_view json(begin, static_cast<size_t>(At(behind) - begin));
  if (!exact_text_->Append(json, &scratch_)) return nullptr;
  column->AppendBytes(scratch_);
  return behind;
}

// The text of a string that needs no unescaping.
bool FastDecoder::PlainString(Cursor at, std::string_view* out) const {
  const char* begin = At(at) + 1;
  if (begin[-1] != '"') return false;
  *out = std::string_view(begin, static_cast<size_t>(ClosingQuote(at) - begin));
  return std::memchr(out->data(), '\\', out->size()) == nullptr;
}

FastDecoder::Cursor FastDecoder::ReadBinary(ColumnBuilder* column, Cursor at) {
  std::string_view text;
  scratch_.clear();
  if (!PlainString(at, &text) || !DecodeBase64(text, &scratch_)) return nullptr;
  column->AppendBytes(scratch_);
  return at + 1;
}

FastDecoder::Cursor FastDecoder::ReadEpochSeconds(ColumnBuilder* column, Cursor at) {
  ScannedNumber number;
  if (column->kind() != TypeKind::kTimestamp || !ScanNumber(At(at), end_, &number)) return nullptr;
  if (!number.is_integer || number.digits > 12) return nullptr;
  const auto micros = static_cast<int64_t>(number.mantissa) * 1'000'000;
  column->Append(number.negative ? -micros : micros);
  return at + 1;
}

FastDecoder::Cursor FastDecoder::ReadDateTime(ColumnBuilder* column, Cursor at) {
  if (*At(at) != '"') return ReadEpochSeconds(column, at);
  std::string_view text;
  if (!PlainString(at, &text) || text.empty()) return nullptr;
  int64_t micros = 0;
  int32_t days = 0;
  switch (column->kind()) {
    case TypeKind::kDate:
      if (!datetime_->ParseDate(text, &days)) return nullptr;
      column->Append(days);
      return at + 1;
    case TypeKind::kTimestamp:
      if (!datetime_->ParseTimestamp(text, &micros)) return nullptr;
      break;
    default:
      if (!datetime_->ParseTimestampNtz(text, &micros)) return nullptr;
  }
  column->Append(micros);
  return at + 1;
}

FastDecoder::Cursor FastDecoder::SkipString(Cursor at) const {
  const char* p = At(at) + 1;
  const char* quote = ClosingQuote(at);
  uint8_t unit[4];
  while ((p = static_cast<const char*>(std::memchr(p, '\\', static_cast<size_t>(quote - p))))) {
    uint8_t* out = unit;
    p = DecodeEscape(p + 1, quote, &out);
    if (p == nullptr) return nullptr;
  }
  return at + 1;
}

FastDecoder::Cursor FastDecoder::SkipObject(Cursor at, int depth) const {
  bool more = *At(at) != '}';
  at += !more;
  while (more) {
    if (*At(at) != '"' || At(at + 1) - At(at) > kMaxName) return nullptr;
    at = SkipString(at);
    if (at == nullptr || *At(at) != ':') return nullptr;
    at = Skip(at + 1, depth);
    if (at == nullptr) return nullptr;
    const char separator = *At(at++);
    if (separator != ',' && separator != '}') return nullptr;
    more = separator == ',';
  }
  return at;
}

FastDecoder::Cursor FastDecoder::SkipArray(Cursor at, int depth) const {
  bool more = *At(at) != ']';
  at += !more;
  while (more) {
    at = Skip(at, depth);
    if (at == nullptr) return nullptr;
    const char separator = *At(at++);
    if (separator != ',' && separator != ']') return nullptr;
    more = separator == ',';
  }
  return at;
}

// Steps over one value, checking all of it: a broken value is broken in a skipped field too.
FastDecoder::Cursor FastDecoder::Skip(Cursor at, int depth) const {
  const char* p = At(at);
  switch (*p) {
    case '"': return SkipString(at);
    case '{': return depth > 0 ? SkipObject(at + 1, depth - 1) : nullptr;
    case '[': return depth > 0 ? SkipArray(at + 1, depth - 1) : nullptr;
    case 't': return IsLiteral(p, end_, "true", 4) ? at + 1 : nullptr;
    case 'f': return IsLiteral(p, end_, "false", 5) ? at + 1 : nullptr;
    case 'n': return IsLiteral(p, end_, "null", 4) ? at + 1 : nullptr;
    default: break;
  }
  ScannedNumber number;
  return ScanNumber(p, end_, &number) && number.end - p <= kMaxNumber ? at + 1 : nullptr;
}

}  // namespace sluice::decode
