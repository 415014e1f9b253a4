// SPDX-License-Identifier: Apache-2.0
#include "decode/exact_tokenizer.h"

#include "decode/utf8.h"

namespace sluice::decode {

namespace {

using Kind = TokenError::Kind;

bool IsIdentifierPart(char16_t c) {
  if (c < 0x80) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$' || c < 9 || (c >= 0x0E && c < 0x1C) || c == 0x7F;
  }
  // Letters of all scripts; what is left out are the blanks, punctuation and replacement characters.
  return c != 0xA0 && c != 0xFFFD && c != 0xFEFF && !(c >= 0x2000 && c <= 0x206F);
}

std::string Described(int32_t c) {
  if (c >= 0x20 && c < 0x7F) return std::string("'") + static_cast<char>(c) + "'";
  char text[16];
  std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(c));
  return text;
}

bool IsDigit(int32_t c) { return c >= '0' && c <= '9'; }

}  // namespace

ExactTokenizer::ExactTokenizer(std::u16string_view text, const TokenizerLimits& limits)
    : input_(text), limits_(limits), contexts_{{Context::Type::kRoot, -1, {}}} {}

const std::u16string& ExactTokenizer::current_name() const {
  const bool opens = current_ == Token::kStartObject || current_ == Token::kStartArray;
  return contexts_[contexts_.size() - (opens && contexts_.size() > 1 ? 2 : 1)].name;
}

bool ExactTokenizer::Fail(Kind kind, std::string message) {
  error_ = {kind, std::move(message) + " at character " + std::to_string(position_)};
  return false;
}

bool ExactTokenizer::Unexpected(int32_t c, const char* expected) {
  return Fail(Kind::kSyntax, "unexpected character " + Described(c) + ", expected " + expected);
}

bool ExactTokenizer::EndOfInput(const char* where) {
  return Fail(Kind::kTruncated, std::string("the text ends ") + where);
}

bool ExactTokenizer::ControlCharacter(int32_t c, const char* where) {
  return Fail(Kind::kSyntax, "unescaped control character " + Described(c) + " in a " + where);
}

bool ExactTokenizer::CheckSpace(int32_t c) {
  if (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') return true;
  return Fail(Kind::kSyntax, "control character " + Described(c) + " between values");
}

// Next character that is no white space; the text must not end before it.
bool ExactTokenizer::SkipSpace(int32_t* c) {
  while (!at_end()) {
    *c = input_[position_++];
    if (*c > 0x20) {
      return *c != '/' || Unexpected(*c, "a value (comments are not allowed)");
    }
    if (!CheckSpace(*c)) return false;
  }
  return EndOfInput("between the entries of an object or array");
}

// The same where the text may end, which gives -1.
bool ExactTokenizer::SkipSpaceOrEnd(int32_t* c) {
  *c = -1;
  while (!at_end()) {
    const int32_t next = input_[position_++];
    if (next > 0x20) {
      *c = next;
      return next != '/' || Unexpected(next, "a value (comments are not allowed)");
    }
    if (!CheckSpace(next)) return false;
  }
  return in_root() || EndOfInput("inside an object or array");
}

bool ExactTokenizer::SkipColon(int32_t* c) {
  if (!SkipSpace(c)) return false;
  if (*c != ':') return Unexpected(*c, "a colon behind the field name");
  return SkipSpace(c);
}

bool ExactTokenizer::Next() {
  if (current_ == Token::kFieldName) return AfterName();
  if (incomplete_ && !SkipString()) return false;
  int32_t c = 0;
  if (!SkipSpaceOrEnd(&c)) return false;
  if (c < 0) {
    current_ = Token::kNone;
    return true;
  }
  if (c == ']' || c == '}') return CloseScope(c);
  const int64_t index = ++context().index;
  if (!in_root() && index > 0) {
    if (c != ',') return Unexpected(c, "a comma");
    if (!SkipSpace(&c)) return false;
  }
  if (!in_object()) {
    Token token = Token::kNone;
    if (!ReadValue(c, &token)) return false;
    if (token == Token::kStartObject) return Open(Context::Type::kObject, token);
    if (token == Token::kStartArray) return Open(Context::Type::kArray, token);
    current_ = token;
    return true;
  }
  if (!ReadName(c)) return false;
  current_ = Token::kFieldName;
  return SkipColon(&c) && ReadValue(c, &next_);
}

bool ExactTokenizer::AfterName() {
  const Token token = next_;
  next_ = Token::kNone;
  if (token == Token::kStartObject) return Open(Context::Type::kObject, token);
  if (token == Token::kStartArray) return Open(Context::Type::kArray, token);
  current_ = token;
  return true;
}

bool ExactTokenizer::Open(Context::Type type, Token token) {
  contexts_.push_back({type, -1, {}});
  if (limits_.depth != 0 && contexts_.size() - 1 > limits_.depth) {
    return Fail(Kind::kTooDeep, "nested deeper than " + std::to_string(limits_.depth) + " levels");
  }
  current_ = token;
  return true;
}

bool ExactTokenizer::CloseScope(int32_t c) {
  const auto wanted = c == ']' ? Context::Type::kArray : Context::Type::kObject;
  if (context().type != wanted) return Unexpected(c, in_root() ? "a value" : "the other bracket");
  contexts_.pop_back();
  current_ = c == ']' ? Token::kEndArray : Token::kEndObject;
  return true;
}

bool ExactTokenizer::ReadName(int32_t c) {
  if (c != '"' && c != '\'') return Unexpected(c, "a field name in double quotes");
  std::u16string name;
  if (!ReadQuoted(static_cast<char16_t>(c), "field name", &name)) return false;
  if (limits_.name_length != 0 && name.size() > limits_.name_length) {
    return Fail(Kind::kTooLong, "field name longer than " + std::to_string(limits_.name_length));
  }
  context().name = std::move(name);
  return true;
}

// Appends up to the closing quote.
bool ExactTokenizer::ReadQuoted(char16_t quote, const char* where, std::u16string* out) {
  while (!at_end()) {
    char16_t c = input_[position_++];
    if (c == quote) return true;
    if (c == '\\') {
      if (!ReadEscape(&c)) return false;
    } else if (c < 0x20) {
      return ControlCharacter(c, where);
    }
    *out += c;
  }
  return EndOfInput("inside a string");
}

bool ExactTokenizer::ReadEscape(char16_t* out) {
  if (at_end()) return EndOfInput("inside an escape");
  const char16_t c = input_[position_++];
  switch (c) {
    case 'b': *out = '\b'; return true;
    case 't': *out = '\t'; return true;
    case 'n': *out = '\n'; return true;
    case 'f': *out = '\f'; return true;
    case 'r': *out = '\r'; return true;
    case '"':
    case '/':
    case '\\': *out = c; return true;
    case '\'': *out = c; return true;  // goes with single quotes
    case 'u': break;
    default: return Unexpected(c, "one of JSON's escapes");
  }
  uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_end()) return EndOfInput("inside an escape");
    const char16_t digit = input_[position_++];
    const char16_t lower = digit | 0x20;
    if (!IsDigit(digit) && !(lower >= 'a' && lower <= 'f'))
      return Unexpected(digit, "a hexadecimal digit");
    unit = unit << 4 | static_cast<uint32_t>(IsDigit(digit) ? digit - '0' : lower - 'a' + 10);
  }
  *out = static_cast<char16_t>(unit);
  return true;
}

bool ExactTokenizer::SkipString() {
  incomplete_ = false;
  std::u16string ignored;
  return ReadQuoted('"', "string", &ignored);
}

bool ExactTokenizer::FinishString() {
  if (!incomplete_) return true;
  incomplete_ = false;
  text_.clear();
  if (!ReadQuoted('"', "string", &text_)) return false;
  if (limits_.string_length != 0 && text_.size() > limits_.string_length) {
    return Fail(Kind::kTooLong, "string longer than " + std::to_string(limits_.string_length));
  }
  return true;
}

bool ExactTokenizer::ReadValue(int32_t c, Token* token) {
  switch (c) {
    case '"':
      incomplete_ = true;
      *token = Token::kString;
      return true;
    case '[': *token = Token::kStartArray; return true;
    case '{': *token = Token::kStartObject; return true;
    case '}': return Unexpected(c, "a value");
    case 't': return MatchLiteral("true", 1, Token::kTrue, token);
    case 'f': return MatchLiteral("false", 1, Token::kFalse, token);
    case 'n': return MatchLiteral("null", 1, Token::kNull, token);
    case '-': return ReadNumber(true, token);
    default: break;
  }
  return IsDigit(c) ? ReadNumber(false, token) : ReadOddValue(c, token);
}

// On an error *token stays as it is, here and in all that reads a value.
bool ExactTokenizer::MatchLiteral(std::string_view literal, size_t from, Token meaning,
                                  Token* token) {
  bool matches = true;
  for (; from < literal.size() && matches; ++from) {
    matches = !at_end() && input_[position_] == static_cast<char16_t>(literal[from]);
    position_ += matches;
  }
  if (matches && (at_end() || !IsIdentifierPart(input_[position_]) || input_[position_] < '0')) {
    *token = meaning;
    if (meaning != Token::kFloat) return true;
    text_.assign(literal.begin(), literal.end());
    special_number_ = true;
    return true;
  }
  // Jackson reads on to the end of what looks like a word.
  for (int n = 0; n < 256 && !at_end() && IsIdentifierPart(input_[position_]); ++n) ++position_;
  return Fail(Kind::kSyntax, "unrecognized token, expected " + std::string(literal));
}

bool ExactTokenizer::ReadOddValue(int32_t c, Token* token) {
  switch (c) {
    case '\'':
      text_.clear();
      if (!ReadQuoted('\'', "string", &text_)) return false;
      *token = Token::kString;
      return true;
    case 'N': return MatchLiteral("NaN", 1, Token::kFloat, token);
    case 'I': return MatchLiteral("Infinity", 1, Token::kFloat, token);
    case '+':
      if (at_end()) return EndOfInput("inside a number");
      c = input_[position_++];
      return ReadInvalidNumber(c, false, token);
    default: break;
  }
  if (IsIdentifierPart(static_cast<char16_t>(c)) && !IsDigit(c)) {
    for (int n = 0; n < 256 && !at_end() && IsIdentifierPart(input_[position_]); ++n) ++position_;
    return Fail(Kind::kSyntax, "unrecognized token that begins with " + Described(c));
  }
  return Unexpected(c, "a value");
}

// What stands behind a sign and is no digit: INF or Infinity, or an error.
bool ExactTokenizer::ReadInvalidNumber(int32_t c, bool negative, Token* token) {
  if (c == 'I') {
    if (at_end()) return EndOfInput("inside a number");
    c = input_[position_++];
    const std::string sign = negative ? "-" : "+";
    if (c == 'N') return MatchLiteral(sign + "INF", 3, Token::kFloat, token);
    if (c == 'n') return MatchLiteral(sign + "Infinity", 3, Token::kFloat, token);
  }
  return Unexpected(c, "a digit");
}

bool ExactTokenizer::ReadFraction(bool* found) {
  if (at_end() || input_[position_] != '.') return true;
  *found = true;
  text_ += input_[position_++];
  const size_t begin = position_;
  while (!at_end() && IsDigit(input_[position_])) text_ += input_[position_++];
  if (position_ != begin) return true;
  if (at_end()) return EndOfInput("inside a number");
  const char16_t c = input_[position_++];
  return Unexpected(c, "a digit behind the decimal point");
}

bool ExactTokenizer::ReadExponent(bool* found) {
  if (at_end() || (input_[position_] | 0x20) != 'e') return true;
  *found = true;
  text_ += input_[position_++];
  if (!at_end() && (input_[position_] == '-' || input_[position_] == '+'))
    text_ += input_[position_++];
  const size_t begin = position_;
  while (!at_end() && IsDigit(input_[position_])) text_ += input_[position_++];
  if (position_ != begin) return true;
  if (at_end()) return EndOfInput("inside a number");
  const char16_t c = input_[position_++];
  return Unexpected(c, "a digit of the exponent");
}

// The sign, or the first digit, has been read.
bool ExactTokenizer::ReadNumber(bool negative, Token* token) {
  special_number_ = false;
  text_.clear();
  if (negative) {
    text_ = u"-";
    if (at_end()) return EndOfInput("behind a minus sign");
    const int32_t c = input_[position_++];
    if (c == '.') return Unexpected(c, "a digit");
    if (!IsDigit(c)) return ReadInvalidNumber(c, true, token);
  }
  --position_;
  const size_t begin = position_;
  if (input_[position_] == '0' && position_ + 1 < input_.size() && IsDigit(input_[position_ + 1])) {
    ++position_;
    return Fail(Kind::kSyntax, "a number with a leading zero");
  }
  while (!at_end() && IsDigit(input_[position_])) text_ += input_[position_++];
  integer_length_ = position_ - begin;
  bool has_fraction = false;
  bool has_exponent = false;
  if (!ReadFraction(&has_fraction) || !ReadExponent(&has_exponent)) return false;
  if (in_root() && !at_end() && !CheckRootSpace(input_[position_])) return false;
  size_t length = text_.size() - (negative + has_fraction + has_exponent);
  // Jackson's second way to read numbers counts a missing fraction and a missing exponent as -1.
  if ((input_[begin] == '0' || at_end()) && (has_fraction || has_exponent)) {
    length -= !has_fraction + !has_exponent;
  }
  if (limits_.number_length != 0 && length > limits_.number_length) {
    return Fail(Kind::kNumberTooLong,
                "number of more than " + std::to_string(limits_.number_length) + " digits");
  }
  *token = has_fraction || has_exponent ? Token::kFloat : Token::kInteger;
  return true;
}

// A number at the root has to be followed by white space.
bool ExactTokenizer::CheckRootSpace(int32_t c) {
  ++position_;
  if (c == '\r') --position_;
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return true;
  return Unexpected(c, "white space behind the value");
}

bool ExactTokenizer::SkipChildren() {
  if (current_ != Token::kStartObject && current_ != Token::kStartArray) return true;
  int open = 1;
  while (open > 0) {
    if (!Next()) return false;
    switch (current_) {
      case Token::kNone: return in_root() || EndOfInput("inside an object or array");
      case Token::kStartObject:
      case Token::kStartArray: ++open; break;
      case Token::kEndObject:
      case Token::kEndArray: --open; break;
      default: break;
    }
  }
  return true;
}

}  // namespace sluice::decode
