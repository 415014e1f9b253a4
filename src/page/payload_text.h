// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a message as text for a page: as they are if they are UTF-8, else in base64.
#pragma once

#include <string>
#include <string_view>

namespace sluice::page {

struct PayloadText {
  bool base64 = false;
  std::string text;
};

// A character that was cut off at the end is left out.
PayloadText TextOf(std::string_view bytes);

}  // namespace sluice::page
