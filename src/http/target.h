// SPDX-License-Identifier: Apache-2.0
//
// The target of a request line, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/header.h"

namespace sluice::http {

struct Target {
  std::string path;
  std::vector<Header> query;
};

// "/a%20b?x=1+2" -> "/a b", {{"x", "1 2"}}; "http://host/a" as a proxy would be asked: "/a". Nothing if it
// has neither form, a '%' without two digits, or a control character in its path.
std::optional<Target> ParseTarget(std::string_view text);

}  // namespace sluice::http
