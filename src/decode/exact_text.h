// SPDX-License-Identifier: Apache-2.0
//
// JSON values written again, as Jackson's generator writes them: what a STRING column gets from a number,
// an object or an array. White space goes, escapes are decoded, doubles look as Java prints them
// (1.10 -> 1.1, 1e3 -> 1000.0), NaN and infinities come in quotes.
#pragma once

#include <string>
#include <string_view>

#include "decode/exact_tokenizer.h"

namespace sluice::decode {

// Appends the value at the tokenizer's current token and steps to its last token. False: its error().
bool CopyCurrentStructure(ExactTokenizer* tokens, std::string* out);

// Double.toString.
std::string JavaDouble(double value);

// The same for a span of text that is known to hold one valid value; for the fast decoder.
class ExactText {
 public:
  explicit ExactText(const TokenizerLimits& limits) : limits_(limits) {}
  bool Append(std::string_view json, std::string* out);

 private:
  TokenizerLimits limits_;
};

}  // namespace sluice::decode
