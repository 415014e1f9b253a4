// SPDX-License-Identifier: Apache-2.0
//
// The headers of one answer, as far as anybody asks for them, read line by line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

struct AnswerHead {
  std::string content_type;
  std::string content_encoding;
  std::string etag;
  std::string last_modified;
  std::string retry_after;
  std::string date;
  std::string location;
  int64_t content_length = -1;
  bool complete = false;  // the empty line was seen

  // A status line (which forgets what came before, an interim answer), a header, or the empty line.
  // Lines after that (trailers) are ignored.
  void AddLine(std::string_view line);
};

}  // namespace sluice::http
