// SPDX-License-Identifier: Apache-2.0
//
// A header of a request or an answer, or a parameter of a query: a name and a value.
#pragma once

#include <string>

namespace sluice::http {

struct Header {
  std::string name;
  std::string value;
};

}  // namespace sluice::http
