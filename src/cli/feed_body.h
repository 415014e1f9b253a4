// SPDX-License-Identifier: Apache-2.0
//
// The body of a feed that a command was asked to look at.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::cli {

struct FeedBody {
  std::string bytes;
  std::string name;    // to show: without keys
  std::string answer;  // "HTTP 200 in 0.31 s, ..."; empty for a file
  int status = 200;    // HTTP's
  bool is_live = false;
  std::vector<std::string> secrets;  // may be in the body of an error: not to be shown
};

// `source`: http(s)://, file://, a file, or "-" for standard input. `headers`: "Name: value". ${NAME} in
// either is taken from the environment. Errors (Exit) name the source without its keys.
Result<FeedBody> ReadFeedBody(const std::string& source, const std::vector<std::string>& headers);

}  // namespace sluice::cli
