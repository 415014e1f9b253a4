// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>

namespace sluice::kafka {
namespace {

// Where Java's character classes nest or intersect ("[a-z&&[^b]]", "[a-d[m-p]]"): PCRE2 would take the
// same text for something else. npos if nowhere.
size_t FindNestedClass(const std::string& pattern) {
  bool inside = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.compare(i, 2, "\\Q") == 0) {
      i = pattern.find("\\E", i);
      if (i == std::string::npos) break;
    } else if (pattern[i] == '\\') {
      ++i;
    } else if (inside && (pattern[i] == '[' || pattern.compare(i, 2, "&&") == 0)) {
      return i;
    } else if (inside) {
      inside = pattern[i] != ']';
    } else {
      inside = pattern[i] == '[';
    }
  }
  return std::string::npos;
}

PCRE2_SPTR Bytes(const std::string& text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

Result<TopicPattern> TopicPattern::Make(const std::string& pattern) {
  if (const size_t at = FindNestedClass(pattern); at != std::string::npos) {
    return Status::Exit("KAFKA_OPTION_INVALID",
                        fmt::format("the pattern '{}' cannot be used: nested character classes are "
                                    "not supported, at character {}; "
                                    "write the class out, or exclude with (?!...)",
                                    pattern, at + 1));
  }
  int error = 0;
  PCRE2_SIZE position = 0;
  pcre2_code* code = pcre2_compile(Bytes(pattern), pattern.size(),
                                   PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C,
                                   &error, &position, nullptr);
  if (code == nullptr) {
    std::array<PCRE2_UCHAR, 128> why{};
    pcre2_get_error_message(error, why.data(), why.size());
    return Status::Exit("KAFKA_OPTION_INVALID",
                        fmt::format("the pattern '{}' cannot be used: {} at character {}", pattern,
                                    reinterpret_cast<const char*>(why.data()), position + 1));
  }
  return TopicPattern({code, [](void* raw) { pcre2_code_free(static_cast<pcre2_code*>(raw)); }});
}

bool TopicPattern::Matches(const std::string& topic) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  pcre2_match_data* data = pcre2_match_data_create_from_pattern(code, nullptr);
  const int found = pcre2_match(code, Bytes(topic), topic.size(), 0, 0, data, nullptr);
  pcre2_match_data_free(data);
  return found >= 0;
}

}  // namespace sluice::kafka
