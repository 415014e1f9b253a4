// SPDX-License-Identifier: Apache-2.0
#include "http/answer_head.h"

#include <charconv>

#include "core/ascii.h"
#include "http/header_text.h"

namespace sluice::http {

namespace {

constexpr size_t kLongestValue = 4 << 10;

int64_t ParseLength(std::string_view text) {
  int64_t length = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && length >= 0 ? length : -1;
}

std::string* FieldOf(AnswerHead& head, const std::string& name) {
  if (name == "content-type") return &head.content_type;
  if (name == "content-encoding") return &head.content_encoding;
  if (name == "etag") return &head.etag;
  if (name == "last-modified") return &head.last_modified;
  if (name == "retry-after") return &head.retry_after;
  if (name == "date") return &head.date;
  if (name == "location") return &head.location;
  return nullptr;
}

}  // namespace

void AnswerHead::AddLine(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    *this = AnswerHead();
    return;
  }
  if (complete) return;
  const std::string_view text = Trimmed(line);
  if (text.empty()) {
    complete = true;
    return;
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = ToLower(Trimmed(text.substr(0, colon)));
  const std::string_view value = Trimmed(text.substr(colon + 1));
  if (value.size() > kLongestValue || !IsHeaderValue(value)) return;
  if (name == "content-length") content_length = ParseLength(value);
  std::string* const field = FieldOf(*this, name);
  if (!field) return;
  // A list may be spread over lines; of the others the last line counts.
  if (name == "content-encoding" && !field->empty()) {
    field->append(", ").append(value);
  } else {
    *field = value;
  }
}

}  // namespace sluice::http
