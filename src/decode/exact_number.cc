// SPDX-License-Identifier: Apache-2.0
#include "decode/exact_number.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

#include "decode/utf8.h"

namespace sluice::decode {

namespace {

template <typename T>
T Special(const std::string& name) {
  if (name == "NaN") return std::numeric_limits<T>::quiet_NaN();
  const T infinity = std::numeric_limits<T>::infinity();
  return name[0] == '-' ? -infinity : infinity;
}

// Does the number that a conversion found out of range tend to zero?
bool IsTiny(const std::string& text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  const size_t point = std::min(text.find('.'), e);
  const size_t first = std::min(text.find_first_of("123456789"), e);
  int64_t exponent = 0;
  if (e < text.size()) {
    const char* begin = text.data() + e + 1;
    if (*begin == '+') ++begin;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), exponent);
    if (error == std::errc::result_out_of_range) return *begin == '-';
  }
  return exponent < static_cast<int64_t>(first) - static_cast<int64_t>(point);
}

template <typename T>
T Parse(const ExactTokenizer& tokens) {
  const std::string text = Utf16ToUtf8(tokens.text());
  if (tokens.is_special_number()) return Special<T>(text);
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const T limit = IsTiny(text) ? T{0} : std::numeric_limits<T>::infinity();
    return text[0] == '-' ? -limit : limit;
  }
  // An integer has no negative zero.
  return tokens.current() == Token::kInteger && value == 0 ? T{0} : value;
}

}  // namespace

bool ToJavaLong(const ExactTokenizer& tokens, int64_t* out) {
  const std::string text = Utf16ToUtf8(tokens.text());
  return std::from_chars(text.data(), text.data() + text.size(), *out).ec == std::errc();
}

double ToJavaDouble(const ExactTokenizer& tokens) { return Parse<double>(tokens); }

// An integer beyond 64 bits goes by way of a double, so it is rounded twice.
float ToJavaFloat(const ExactTokenizer& tokens) {
  int64_t fits = 0;
  if (tokens.current() == Token::kInteger && !ToJavaLong(tokens, &fits)) {
    return static_cast<float>(Parse<double>(tokens));
  }
  return Parse<float>(tokens);
}

}  // namespace sluice::decode
