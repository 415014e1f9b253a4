// SPDX-License-Identifier: Apache-2.0
#include "gtfs/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

namespace sluice::gtfs {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Whether JSON's text may hold the byte as it is, and it is a character by itself.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) plain[static_cast<size_t>(c)] = c != '"' && c != '\\';
  return plain;
}();

// How many bytes from `at` on are plain; eight at a time.
size_t PlainRun(const char* at, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  const char* start = at;
  for (; end - at >= 8; at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    const uint64_t quote = word ^ (kOnes * '"');
    const uint64_t backslash = word ^ (kOnes * '\\');
    const uint64_t special =
        (word | (word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes)) & kHighs;
    if (special != 0) break;  // one of the eight is special; a borrow may mark its neighbour, too
  }
  while (at != end && kPlain[static_cast<unsigned char>(*at)]) ++at;
  return static_cast<size_t>(at - start);
}

struct Utf8 {
  size_t size;  // bytes of the sequence, or of its maximal good part
  bool good;
};

// The sequence that starts with a byte over 0x7f. Unicode, table 3-7; section 3.9 on replacement.
Utf8 Sequence(const char* at, const char* end) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(at[i]); };
  const unsigned char first = byte(0);
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return {1, false};
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;  // no surrogates
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  for (size_t i = 1; i < size; ++i) {
    if (at + i == end || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xbf;
  }
  return {size, true};
}

void AppendEscape(char c, TextBuffer* out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': return out->Add("\\\"");
    case '\\': return out->Add("\\\\");
    case '\n': return out->Add("\\n");
    case '\r': return out->Add("\\r");
    case '\t': return out->Add("\\t");
    case '\b': return out->Add("\\b");
    case '\f': return out->Add("\\f");
    default: break;
  }
  out->Add("\\u00");
  out->Add(kHex[static_cast<unsigned char>(c) >> 4]);
  out->Add(kHex[static_cast<unsigned char>(c) & 15]);
}

template <bool kEscape>
size_t AppendRepaired(std::string_view bytes, TextBuffer* out) {
  size_t repairs = 0;
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  while (at != end) {
    const size_t plain = PlainRun(at, end);
    out->Add({at, plain});
    at += plain;
    if (at == end) break;
    if (static_cast<unsigned char>(*at) < 0x80) {
      if (kEscape) {
        AppendEscape(*at, out);
      } else {
        out->Add(*at);
      }
      ++at;
      continue;
    }
    const Utf8 sequence = Sequence(at, end);
    out->Add(sequence.good ? std::string_view(at, sequence.size) : kReplacement);
    repairs += sequence.good ? 0 : 1;
    at += sequence.size;
  }
  return repairs;
}

// A finite number as "d.ddde[+-]dd".
std::string_view Scientific(double value, std::span<char> text) {
  const char* end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  return {text.data(), static_cast<size_t>(end - text.data())};
}

// Protobuf for Python tries 6, 7, 8, 9 digits; for the smallest floats that is more than the shortest.
std::string_view Scientific(float value, std::span<char> text) {
  for (int digits = 6;; ++digits) {
    const char* end = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::scientific, digits - 1)
                          .ptr;
    float back = 0;
    std::from_chars(text.data(), end, back);
    if (back == value || digits == 9) return {text.data(), static_cast<size_t>(end - text.data())};
  }
}

// Python's repr: exponents from 16 on and below -4, else a point. `text` is "d.ddde[+-]dd".
void AppendAsRepr(std::string_view text, TextBuffer* out) {
  if (text.front() == '-') {
    out->Add('-');
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  const std::string_view exponent_text = text.substr(e + 1);
  int exponent = 0;
  std::from_chars(exponent_text.data() + (exponent_text.front() == '+' ? 1 : 0), text.end(),
                  exponent);
  std::string digits(1, text.front());
  if (e > 2) digits += text.substr(2, e - 2);
  digits.erase(std::max<size_t>(digits.find_last_not_of('0') + 1, 1));
  const size_t count = digits.size();
  if (exponent < -4 || exponent >= 16) {
    out->Add(digits[0]);
    if (count > 1) digits.insert(1, ".");
    out->Add(std::string_view(digits).substr(1));
    out->Add('e');
    out->Add(exponent_text);
  } else if (exponent < 0) {
    digits.insert(0, static_cast<size_t>(-exponent - 1), '0');
    out->Add("0.");
    out->Add(digits);
  } else {
    const size_t whole = static_cast<size_t>(exponent) + 1;
    if (count <= whole) digits.append(whole + 1 - count, '0');
    digits.insert(whole, ".");
    out->Add(digits);
  }
}

// Between `low` and `high` to_chars' notation without an exponent is Python's.
template <typename T>
void AppendReal(T value, T low, T high, TextBuffer* out) {
  if (!std::isfinite(value)) {
    return out->Add(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  }
  constexpr size_t kLongest = 40;
  const T magnitude = std::fabs(value);
  if (magnitude != 0 && (magnitude < low || magnitude >= high)) {
    char text[kLongest];
    return AppendAsRepr(Scientific(value, text), out);
  }
  char* text = out->Room(kLongest + 2);
  char* end = std::to_chars(text, text + kLongest, value, std::chars_format::fixed).ptr;
  if (std::memchr(text, '.', static_cast<size_t>(end - text)) == nullptr) {
    *end++ = '.';
    *end++ = '0';
  }
  out->Advance(end);
}

}  // namespace

size_t AppendJsonText(std::string_view bytes, TextBuffer* out) {
  out->Add('"');
  const size_t repairs = AppendRepaired<true>(bytes, out);
  out->Add('"');
  return repairs;
}

size_t AppendJsonText(std::string_view bytes, std::string* out) {
  TextBuffer buffer(out);
  return AppendJsonText(bytes, &buffer);
}

size_t AppendUtf8(std::string_view bytes, std::string* out) {
  TextBuffer buffer(out);
  return AppendRepaired<false>(bytes, &buffer);
}

void AppendFloat(float value, TextBuffer* out) { AppendReal(value, 1e-3F, 1e6F, out); }
void AppendDouble(double value, TextBuffer* out) { AppendReal(value, 1e-3, 1e15, out); }

}  // namespace sluice::gtfs
