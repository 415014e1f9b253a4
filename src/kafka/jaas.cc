// SPDX-License-Identifier: Apache-2.0
#include "kafka/jaas.h"

#include <fmt/format.h>

#include <cctype>

namespace sluice::kafka {
namespace {

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
  // A quoted string with backslash escapes, or a word. False if the quote is not closed.
  bool Value(std::string* value) {
    if (!Accept('"')) {
      *value = Word();
      return !value->empty();
    }
    for (; position_ < text_.size() && text_[position_] != '"'; ++position_) {
      if (text_[position_] == '\\' && position_ + 1 < text_.size()) ++position_;
      *value += text_[position_];
    }
    return Accept('"');
  }

 private:
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
  if (scanner.Word().empty()) return Expected("`required`", scanner);
  while (!scanner.Accept(';')) {
    const std::string name(scanner.Word());
    if (name.empty()) return Expected("an option's name or `;`", scanner);
    if (!scanner.Accept('=')) return Expected("`=`", scanner);
    if (!scanner.Value(&entry.options[name]))
      return Expected("a value, its quotes closed", scanner);
  }
  if (!scanner.AtEnd()) return Expected("nothing after `;`", scanner);
  return entry;
}

}  // namespace sluice::kafka
