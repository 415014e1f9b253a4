// SPDX-License-Identifier: Apache-2.0
//
// Paths as the log holds them: `add.path` is a URI (RFC 2396), so a Hive-escaped directory such as
// "p=a%2Fb" is encoded once more, "p=a%252Fb". Source: Delta PROTOCOL.md, "Add File and Remove File".
#pragma once

#include <string>
#include <string_view>

namespace sluice::delta {

std::string UriEncode(std::string_view path);
std::string UriDecode(std::string_view uri);

}  // namespace sluice::delta
