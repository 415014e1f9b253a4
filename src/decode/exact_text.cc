// SPDX-License-Identifier: Apache-2.0
#include "decode/exact_text.h"

#include <charconv>
#include <cmath>

#include "decode/exact_number.h"
#include "decode/json_scan.h"
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

void AppendUnicodeEscape(char16_t c, std::string* out) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04X", static_cast<unsigned>(c));
  *out += text;
}

void AppendEscaped(char16_t c, std::string* out) {
  switch (c) {
    case '"': *out += "\\\""; return;
    case '\\': *out += "\\\\"; return;
    case '\b': *out += "\\b"; return;
    case '\f': *out += "\\f"; return;
    case '\n': *out += "\\n"; return;
    case '\r': *out += "\\r"; return;
    case '\t': *out += "\\t"; return;
    default: break;
  }
  // Beyond the first plane the generator writes the halves of the pair as escapes.
  if (c < 0x20 || (c >= 0xD800 && c < 0xE000)) return AppendUnicodeEscape(c, out);
  uint8_t bytes[4];
  out->append(reinterpret_cast<const char*>(bytes), EncodeUtf8(c, bytes));
}

void AppendString(const std::u16string& text, std::string* out) {
  *out += '"';
  for (char16_t c : text) AppendEscaped(c, out);
  *out += '"';
}

void AppendInteger(const ExactTokenizer& tokens, std::string* out) {
  const std::string text = Utf16ToUtf8(tokens.text());
  *out += text == "-0" ? "0" : text;
}

void AppendFloat(const ExactTokenizer& tokens, std::string* out) {
  const double value = ToJavaDouble(tokens);
  const std::string text = JavaDouble(value);
  *out += std::isfinite(value) ? text : '"' + text + '"';
}

// Writes the separators that the generator puts before a value or name.
class Generator {
 public:
  explicit Generator(std::string* out) : out_(out) {}

  void Name(const std::u16string& name) {
    Separate();
    AppendString(name, out_);
    *out_ += ':';
    first_ = true;
  }
  void Begin(char bracket) {
    Separate();
    *out_ += bracket;
    first_ = true;
  }
  void End(char bracket) {
    *out_ += bracket;
    first_ = false;
  }
  bool Value(ExactTokenizer* tokens) {
    Separate();
    switch (tokens->current()) {
      case Token::kString:
        if (!tokens->FinishString()) return false;
        AppendString(tokens->text(), out_);
        return true;
      case Token::kInteger: AppendInteger(*tokens, out_); return true;
      case Token::kFloat: AppendFloat(*tokens, out_); return true;
      case Token::kTrue: *out_ += "true"; return true;
      case Token::kFalse: *out_ += "false"; return true;
      case Token::kNull: *out_ += "null"; return true;
      default: return false;  // the end of an object or array that was not begun here
    }
  }

 private:
  void Separate() {
    if (!first_) *out_ += ',';
    first_ = false;
  }

  std::string* out_;
  bool first_ = true;
};

}  // namespace

bool CopyCurrentStructure(ExactTokenizer* tokens, std::string* out) {
  Generator generator(out);
  int depth = 0;
  while (true) {
    switch (tokens->current()) {
      case Token::kFieldName: generator.Name(tokens->current_name()); break;
      case Token::kStartObject:
        generator.Begin('{');
        ++depth;
        break;
      case Token::kStartArray:
        generator.Begin('[');
        ++depth;
        break;
      case Token::kEndObject:
      case Token::kEndArray:
        if (depth == 0) return false;
        generator.End(tokens->current() == Token::kEndObject ? '}' : ']');
        --depth;
        break;
      case Token::kNone: return true;
      default:
        if (!generator.Value(tokens)) return false;
    }
    if (depth == 0) return true;
    if (!tokens->Next()) return false;
  }
}

std::string JavaDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const std::string_view shortest(text, static_cast<size_t>(end - text));
  const size_t e = shortest.find('e');
  int exponent = 0;
  const size_t exponent_at = shortest[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(shortest.data() + exponent_at, end, exponent);
  std::string digits;
  for (char c : shortest.substr(0, e)) {
    if (IsDigit(c)) digits += c;
  }
  const std::string sign = value < 0 ? "-" : "";
  if (exponent < -3 || exponent >= 7) {
    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    return sign + digits[0] + "." + fraction + "E" + std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

bool ExactText::Append(std::string_view json, std::string* out) {
  const std::u16string text = Utf8ToUtf16(json);
  ExactTokenizer tokens(text, limits_);
  return tokens.Next() && CopyCurrentStructure(&tokens, out);
}

}  // namespace sluice::decode
