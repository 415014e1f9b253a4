// SPDX-License-Identifier: Apache-2.0
//
// Numbers of the exact decoder's tokens, converted as Jackson converts them.
#pragma once

#include <cstdint>

#include "decode/exact_tokenizer.h"

namespace sluice::decode {

// The token's text as an integer. False: it does not fit 64 bits.
bool ToJavaLong(const ExactTokenizer& tokens, int64_t* out);

// The nearest double or float; too large is infinite, too small is zero, names of NaN are understood.
double ToJavaDouble(const ExactTokenizer& tokens);
float ToJavaFloat(const ExactTokenizer& tokens);

}  // namespace sluice::decode
