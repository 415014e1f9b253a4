// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/reference_json.h"

#include <cctype>
#include <cstdint>

namespace sluice::decode::testing {

namespace {

void AppendPoint(uint32_t p, std::string* out) {
  if (p < 0x80) {
    *out += static_cast<char>(p);
  } else if (p < 0x800) {
    *out += static_cast<char>(0xC0 + p / 64);
    *out += static_cast<char>(0x80 + p % 64);
  } else if (p < 0x10000) {
    *out += static_cast<char>(0xE0 + p / 4096);
    *out += static_cast<char>(0x80 + p / 64 % 64);
    *out += static_cast<char>(0x80 + p % 64);
  } else {
    *out += static_cast<char>(0xF0 + p / 262144);
    *out += static_cast<char>(0x80 + p / 4096 % 64);
    *out += static_cast<char>(0x80 + p / 64 % 64);
    *out += static_cast<char>(0x80 + p % 64);
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : s_(text) {}

  bool Blank() {
    Space();
    return i_ == s_.size();
  }

  bool Value(JsonTree* out, int depth) {
    Space();
    if (depth > 1000) return false;
    switch (Peek()) {
      case '{': return Object(out, depth);
      case '[': return Array(out, depth);
      case '"':
      case '\'': out->kind = JsonTree::Kind::kString; return String(&out->text);
      case 't': out->kind = JsonTree::Kind::kTrue; return Word("true");
      case 'f': out->kind = JsonTree::Kind::kFalse; return Word("false");
      case 'n': out->kind = JsonTree::Kind::kNull; return Word("null");
      default: return Number(out);
    }
  }

 private:
  char Peek() const { return i_ < s_.size() ? s_[i_] : '\0'; }
  bool Take(char c) {
    if (i_ >= s_.size() || s_[i_] != c) return false;
    ++i_;
    return true;
  }
  void Space() {
    while (i_ < s_.size() && (s_[i_] == ' ' || s_[i_] == '\t' || s_[i_] == '\n' || s_[i_] == '\r'))
      ++i_;
  }
  // The word, with no letter or digit glued to it.
  bool Word(std::string_view word) {
    if (s_.substr(i_, word.size()) != word) return false;
    i_ += word.size();
    const auto next = static_cast<unsigned char>(Peek());
    return i_ >= s_.size() || !(std::isalnum(next) || next == '_' || next >= 0x7F);
  }

  bool Object(JsonTree* out, int depth) {
    out->kind = JsonTree::Kind::kObject;
    Take('{');
    Space();
    if (Take('}')) return true;
    do {
      Space();
      auto& [name, value] = out->fields.emplace_back();
      if (Peek() != '"' && Peek() != '\'') return false;
      if (!String(&name)) return false;
      Space();
      if (!Take(':') || !Value(&value, depth + 1)) return false;
      Space();
    } while (Take(','));
    return Take('}');
  }

  bool Array(JsonTree* out, int depth) {
    out->kind = JsonTree::Kind::kArray;
    Take('[');
    Space();
    if (Take(']')) return true;
    do {
      if (!Value(&out->items.emplace_back(), depth + 1)) return false;
      Space();
    } while (Take(','));
    return Take(']');
  }

  bool String(std::string* out) {
    const char quote = s_[i_++];
    while (i_ < s_.size()) {
      const char c = s_[i_++];
      if (c == quote) return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        *out += c;
        continue;
      }
      if (!Escape(out)) return false;
    }
    return false;
  }

  bool Escape(std::string* out) {
    static constexpr std::string_view kFrom = "\"\\/'bfnrt";
    static constexpr std::string_view kTo = "\"\\/'\b\f\n\r\t";
    if (i_ >= s_.size()) return false;
    const char c = s_[i_++];
    if (c != 'u') {
      const size_t at = kFrom.find(c);
      if (at != std::string_view::npos) *out += kTo[at];
      return at != std::string_view::npos;
    }
    uint32_t unit = 0;
    if (!Hex(&unit)) return false;
    // The second half of a pair may only come as an escape too.
    if (unit >= 0xD800 && unit < 0xDC00 && s_.substr(i_, 2) == "\\u") {
      const size_t before = i_;
      uint32_t low = 0;
      i_ += 2;
      if (!Hex(&low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
      } else {
        i_ = before;
      }
    }
    AppendPoint(unit, out);
    return true;
  }

  bool Hex(uint32_t* unit) {
    const std::string_view digits = s_.substr(i_, 4);
    if (digits.size() < 4) return false;
    for (char c : digits) {
      if (!std::isxdigit(static_cast<unsigned char>(c))) return false;
    }
    *unit = static_cast<uint32_t>(std::stoul(std::string(digits), nullptr, 16));
    i_ += 4;
    return true;
  }

  bool Number(JsonTree* out) {
    out->kind = JsonTree::Kind::kNumber;
    for (std::string_view special : {"NaN", "Infinity", "-Infinity", "+Infinity", "-INF", "+INF"}) {
      if (s_.substr(i_, special.size()) != special) continue;
      out->text = special;
      return Word(special);
    }
    const size_t begin = i_;
    Take('-');
    const size_t digits = i_;
    while (std::isdigit(static_cast<unsigned char>(Peek()))) ++i_;
    if (i_ == digits || (s_[digits] == '0' && i_ - digits > 1)) return false;
    if (Take('.') && !Digits()) return false;
    if (Peek() == 'e' || Peek() == 'E') {
      ++i_;
      if (!Take('-')) Take('+');
      if (!Digits()) return false;
    }
    out->text = s_.substr(begin, i_ - begin);
    return out->text.size() <= 900;  // longer ones have rules of their own
  }

  bool Digits() {
    const size_t begin = i_;
    while (std::isdigit(static_cast<unsigned char>(Peek()))) ++i_;
    return i_ > begin;
  }

  std::string_view s_;
  size_t i_ = 0;
};

}  // namespace

std::optional<JsonTree> ParseJsonTree(std::string_view text, bool* blank) {
  Parser parser(text);
  *blank = parser.Blank();
  JsonTree tree;
  if (*blank || !parser.Value(&tree, 1)) return std::nullopt;
  return tree;
}

std::string ReplaceMalformed(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size();) {
    const auto at = [&](size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0;
    };
    const auto tail = [&](size_t k) { return at(k) >= 0x80 && at(k) < 0xC0; };
    const unsigned lead = at(0);
    size_t size = 1;
    bool good = lead < 0x80;
    if (lead >= 0xC2 && lead < 0xE0) {
      good = tail(1);
      size = good ? 2 : 1;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      const bool second = tail(1) && (lead != 0xE0 || at(1) >= 0xA0);
      size = !second ? 1 : !tail(2) ? 2 : 3;
      good = size == 3 && !(lead == 0xED && at(1) >= 0xA0);
    } else if (lead >= 0xF0 && lead < 0xF5) {
      const bool second =
          tail(1) && (lead != 0xF0 || at(1) >= 0x90) && (lead != 0xF4 || at(1) < 0x90);
      size = !second ? 1 : !tail(2) ? 2 : !tail(3) ? 3 : 4;
      good = size == 4;
    }
    out += good ? std::string(bytes.substr(i, size)) : "\xEF\xBF\xBD";
    i += size;
  }
  return out;
}

}  // namespace sluice::decode::testing
