// SPDX-License-Identifier: Apache-2.0
#include "kafka/jaas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/ascii.h"

namespace sluice::kafka {
namespace {

constexpr bool IsOctal(char c) { return c >= '0' && c <= '7'; }

bool IsControlFlag(std::string_view word) {
  constexpr std::array<std::string_view, 4> kFlags = {"required", "requisite", "sufficient",
                                                      "optional"};
  return std::ranges::any_of(
      kFlags, [word](std::string_view flag) { return EqualIgnoringCase(flag, word); });
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t position() const { return position_; }
  bool AtEnd() {
    SkipSpace();
    return position_ == text_.size();
  }
  bool Accept(char c) {
    SkipSpace();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  // Letters, digits and the signs of class names; empty if there is none.
  std::string_view Word() {
    SkipSpace();
    const size_t start = position_;
    while (position_ < text_.size() && IsWord(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }
  bool AcceptControlFlag() {
    SkipSpace();
    const size_t start = position_;
    if (IsControlFlag(Word())) return true;
    position_ = start;
    return false;
  }
  // A quoted string with backslash escapes, or a word. False if the quote is not closed.
  bool Value(std::string* value) {
    if (!Accept('"')) {
      *value = Word();
      return !value->empty();
    }
    while (position_ < text_.size() && text_[position_] != '"') {
      const char c = text_[position_++];
      if (c == '\\' && position_ < text_.size()) {
        AppendEscaped(value);
      } else {
        *value += c;
      }
    }
    return Accept('"');
  }

 private:
  // What stands behind a backslash.
  void AppendEscaped(std::string* value) {
    constexpr std::string_view kLetters = "abfnrtv";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
    const char c = text_[position_];
    if (IsOctal(c)) return AppendOctal(value);
    ++position_;
    const size_t at = kLetters.find(c);
    *value += at == std::string_view::npos ? c : kMeanings[at];
  }
  // A character up to \377, in UTF-8. In Java \477 is \47 and a 7.
  void AppendOctal(std::string* value) {
    const size_t end = std::min(position_ + (text_[position_] <= '3' ? 3 : 2), text_.size());
    unsigned code = 0;
    for (; position_ < end && IsOctal(text_[position_]); ++position_)
      code = code * 8 + static_cast<unsigned>(text_[position_] - '0');
    if (code < 0x80) {
      *value += static_cast<char>(code);
      return;
    }
    *value += static_cast<char>(0xC0 | (code >> 6));
    *value += static_cast<char>(0x80 | (code & 0x3F));
  }
  static bool IsWord(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._-$/:@").find(c) != std::string_view::npos;
  }
  void SkipSpace() {
    while (position_ < text_.size() &&
           std::isspace(static_cast<unsigned char>(text_[position_])) != 0)
      ++position_;
  }

  std::string_view text_;
  size_t position_ = 0;
};

Status Expected(const char* what, const Scanner& scanner) {
  return Status::Exit("KAFKA_OPTION_INVALID",
                      fmt::format("expected {} at character {}; the form is: "
                                  "org.apache.kafka...LoginModule required name=\"value\" ... ;",
                                  what, scanner.position() + 1));
}

}  // namespace

Result<JaasEntry> ParseJaas(std::string_view text) {
  Scanner scanner(text);
  JaasEntry entry;
  const std::string_view type = scanner.Word();
  if (type.empty()) return Expected("a login module's class name", scanner);
  entry.module = type.substr(type.rfind('.') == std::string_view::npos ? 0 : type.rfind('.') + 1);
  if (!scanner.AcceptControlFlag())
    return Expected("required, requisite, sufficient or optional", scanner);
  while (!scanner.Accept(';')) {
    const std::string name(scanner.Word());
    if (name.empty()) return Expected("an option's name or `;`", scanner);
    if (!scanner.Accept('=')) return Expected("`=`", scanner);
    std::string value;
    if (!scanner.Value(&value)) return Expected("a value, its quotes closed", scanner);
    // librdkafka would take the text before it.
    if (value.find('\0') != std::string::npos) return Expected("a value without \\0", scanner);
    entry.options.insert_or_assign(name, std::move(value));
  }
  if (!scanner.AtEnd()) return Expected("nothing after `;`", scanner);
  return entry;
}

}  // namespace sluice::kafka
