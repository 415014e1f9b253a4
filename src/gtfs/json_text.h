// SPDX-License-Identifier: Apache-2.0
//
// Single values as JSON, written as Python's json.dumps writes them (with ensure_ascii=False).
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gtfs/text_buffer.h"

namespace sluice::gtfs {

// With quotes. What is no UTF-8 becomes U+FFFD, one for each maximal part of a sequence, as Python's
// errors="replace" has it. Gives the number of replacements.
size_t AppendJsonText(std::string_view bytes, TextBuffer* out);
size_t AppendJsonText(std::string_view bytes, std::string* out);
// The same without quotes and escapes: for keys and names.
size_t AppendUtf8(std::string_view bytes, std::string* out);

template <typename T>
void AppendInteger(T value, TextBuffer* out) {
  constexpr size_t kLongest = 20;
  char* text = out->Room(kLongest);
  out->Advance(std::to_chars(text, text + kLongest, value).ptr);
}

// The shortest digits that read back as the same float (or double), in the notation of Python's repr:
// 180.0, 1e-05, 1e+16. NaN and infinities are the texts "NaN", "Infinity", "-Infinity".
void AppendFloat(float value, TextBuffer* out);
void AppendDouble(double value, TextBuffer* out);

}  // namespace sluice::gtfs
