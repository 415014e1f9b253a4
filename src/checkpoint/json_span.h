// SPDX-License-Identifier: Apache-2.0
//
// The text of one member of a JSON object, so that it can be carried on byte for byte.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::checkpoint {

// `object` must be valid JSON. MemberText(R"({"a":1,"b":{"c":2}})", "b") is R"({"c":2})".
std::optional<std::string_view> MemberText(std::string_view object, std::string_view name);

}  // namespace sluice::checkpoint
