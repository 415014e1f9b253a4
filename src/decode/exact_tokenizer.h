// SPDX-License-Identifier: Apache-2.0
//
// Tokens of a JSON text as Jackson's ReaderBasedJsonParser gives them, errors and what happens after an
// error included: Spark goes on reading after some of them, so the state that an error leaves behind
// shows in the rows. Works on UTF-16, as Java does. Slow beside the fast decoder, and exact.
//
// Differences between Jackson's releases are in TokenizerLimits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::decode {

enum class Token {
  kNone,
  kStartObject,
  kEndObject,
  kStartArray,
  kEndArray,
  kFieldName,
  kString,
  kInteger,
  kFloat,
  kTrue,
  kFalse,
  kNull
};

// Jackson's StreamReadConstraints; 0 = no limit.
struct TokenizerLimits {
  size_t depth = 0;
  size_t number_length = 0;
  size_t string_length = 0;
  size_t name_length = 0;
};

// What went wrong, in the words that a person needs.
struct TokenError {
  enum class Kind {
    kNone,
    kSyntax,
    kTruncated,
    kTooDeep,
    kNumberTooLong,
    kTooLong,
    kValue
  } kind = Kind::kNone;
  std::string message;
};

class ExactTokenizer {
 public:
  ExactTokenizer(std::u16string_view text, const TokenizerLimits& limits);

  // Steps to the next token (kNone at the end). False: error(); current() is then as Jackson leaves it.
  bool Next();
  Token current() const { return current_; }

  // Name of the field that the current token belongs to, as JsonParser.currentName(); "" outside.
  const std::u16string& current_name() const;

  // Reads the text of a string to its end. Strings are read lazily: until this is called, their errors
  // stay hidden until the next Next().
  bool FinishString();
  // The text of a finished string, or of a number as it is written. NaN and infinities keep their name.
  const std::u16string& text() const { return text_; }
  bool is_special_number() const { return special_number_; }  // NaN, Infinity, -INF ...
  size_t integer_length() const { return integer_length_; }   // digits of a number before '.'

  // If the current token begins an object or an array, steps to its end.
  bool SkipChildren();

  // The bytes of a base64 string, read as Jackson's getBinaryValue does.
  bool ReadBase64(std::string* out);

  const TokenError& error() const { return error_; }

 private:
  struct Context {
    enum class Type : uint8_t { kRoot, kObject, kArray } type;
    int64_t index = -1;
    std::u16string name;
  };

  bool Fail(TokenError::Kind kind, std::string message);
  bool Unexpected(int32_t c, const char* expected);
  bool EndOfInput(const char* where);
  bool ControlCharacter(int32_t c, const char* where);

  Context& context() { return contexts_.back(); }
  bool in_object() const { return contexts_.back().type == Context::Type::kObject; }
  bool in_root() const { return contexts_.back().type == Context::Type::kRoot; }
  bool at_end() const { return position_ >= input_.size(); }
  // The separators between tokens. Each leaves the first character that counts in *c.
  bool SkipSpace(int32_t* c);
  bool SkipSpaceOrEnd(int32_t* c);
  bool SkipColon(int32_t* c);
  bool CheckSpace(int32_t c);

  bool AfterName();
  bool Open(Context::Type type, Token token);
  bool CloseScope(int32_t c);
  bool ReadName(int32_t c);
  bool ReadValue(int32_t c, Token* token);
  bool ReadNumber(bool negative, Token* token);
  bool ReadFraction(bool* found);
  bool ReadExponent(bool* found);
  bool ReadInvalidNumber(int32_t c, bool negative, Token* token);
  bool ReadOddValue(int32_t c, Token* token);
  bool MatchLiteral(std::string_view literal, size_t from, Token meaning, Token* token);
  bool CheckRootSpace(int32_t c);
  bool ReadQuoted(char16_t quote, const char* where, std::u16string* out);
  bool SkipString();
  bool ReadEscape(char16_t* out);
  bool DecodeBase64(std::string* out);
  bool DecodeBase64Text(std::string* out);

  std::u16string_view input_;
  TokenizerLimits limits_;
  size_t position_ = 0;
  std::vector<Context> contexts_;
  Token current_ = Token::kNone;
  Token next_ = Token::kNone;  // value that was read with its name
  bool incomplete_ = false;    // a string whose text was not read yet
  bool special_number_ = false;
  size_t integer_length_ = 0;
  std::u16string text_;
  TokenError error_;
};

}  // namespace sluice::decode
