// SPDX-License-Identifier: Apache-2.0
//
// Base64 strings as Jackson reads them: straight from the input, so that an error leaves the rest of
// the string to be skipped. Blanks may stand between units of four; padding is required.
#include "decode/exact_tokenizer.h"
#include "decode/scalar_text.h"

namespace sluice::decode {

namespace {

constexpr int kPadding = -2;

int Base64Value(int32_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return c == '=' ? kPadding : -1;
}

enum class Unit { kWhole, kLast, kEnd, kBad };

// Reads one unit of four characters. `next` gives the character at an index of the unit, or -1 at the
// end of the string.
template <typename Next>
Unit ReadUnit(Next next, std::string* out) {
  int32_t c = next(0);
  while (c >= 0 && c <= 0x20) c = next(0);
  if (c < 0) return Unit::kEnd;
  int values[4];
  for (int i = 0; i < 4; ++i) {
    if (i > 0) c = next(i);
    values[i] = c < 0 ? -1 : Base64Value(c);
    if (values[i] == -1 || (values[i] == kPadding && i < 2)) return Unit::kBad;
    if (i == 3 && values[2] == kPadding && values[3] != kPadding) return Unit::kBad;
  }
  out->push_back(static_cast<char>(values[0] << 2 | values[1] >> 4));
  if (values[2] != kPadding) out->push_back(static_cast<char>(values[1] << 4 | values[2] >> 2));
  if (values[3] != kPadding) out->push_back(static_cast<char>(values[2] << 6 | values[3]));
  return Unit::kWhole;
}

}  // namespace

bool ExactTokenizer::ReadBase64(std::string* out) {
  out->clear();
  if (incomplete_ ? DecodeBase64(out) : DecodeBase64Text(out)) return true;
  if (error_.kind == TokenError::Kind::kNone) Fail(TokenError::Kind::kValue, "not base64");
  return false;
}

bool ExactTokenizer::DecodeBase64(std::string* out) {
  error_ = {};
  bool ended = false;
  const auto next = [&](int index) -> int32_t {
    if (at_end() || ended) return -1;
    char16_t c = input_[position_++];
    if (c == '"') {
      ended = true;
      if (index > 1)
        --position_;  // missing padding: the quote is left for the skipping of the rest
      return -1;
    }
    if (c == '\\' && !ReadEscape(&c)) return -1;
    return c;
  };
  Unit unit = Unit::kWhole;
  while (unit == Unit::kWhole) unit = ReadUnit(next, out);
  if (unit == Unit::kBad || !ended) return false;
  incomplete_ = false;
  return true;
}

bool ExactTokenizer::DecodeBase64Text(std::string* out) {
  size_t at = 0;
  const auto next = [&](int) -> int32_t { return at < text_.size() ? text_[at++] : -1; };
  Unit unit = Unit::kWhole;
  while (unit == Unit::kWhole) unit = ReadUnit(next, out);
  return unit == Unit::kEnd;
}

bool DecodeBase64(std::string_view text, std::string* out) {
  size_t at = 0;
  const auto next = [&](int) -> int32_t {
    return at < text.size() ? static_cast<unsigned char>(text[at++]) : -1;
  };
  Unit unit = Unit::kWhole;
  while (unit == Unit::kWhole) unit = ReadUnit(next, out);
  return unit == Unit::kEnd;
}

}  // namespace sluice::decode
