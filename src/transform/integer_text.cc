// SPDX-License-Identifier: Apache-2.0
#include "transform/integer_text.h"

#include <algorithm>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

bool IsBlankOrControl(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlankOrControl(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlankOrControl(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<int64_t> ParseInteger(std::string_view text, bool cut_fraction) {
  text = Trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  const std::string_view whole = text.substr(0, cut_fraction ? text.find('.') : text.size());
  const std::string_view fraction = text.substr(std::min(whole.size() + 1, text.size()));
  if (!std::all_of(fraction.begin(), fraction.end(), IsDigit)) return std::nullopt;
  int64_t value = 0;
  for (char c : whole) {
    const int64_t digit = negative ? '0' - c : c - '0';
    if (!IsDigit(c) || __builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_add_overflow(value, digit, &value)) {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace sluice::transform
