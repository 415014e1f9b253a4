// SPDX-License-Identifier: Apache-2.0
//
// What the values of Java's options may be. librdkafka alone takes "50m" for 50 and the port 99999 for 34463.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::kafka {

enum class ValueKind { kServers, kFlag, kCount, kBytes, kMilliseconds, kWord };

struct ValueRow {
  std::string_view java;
  ValueKind kind;
  int64_t least = 0;  // of numbers; what librdkafka takes
  int64_t most = 0;
  std::string_view words = {};  // of kWord: "none, gzip", as Java spells them
};

// Options that take any text, or whose rule checks it, are not in it.
std::span<const ValueRow> ValueTable();

// The value as librdkafka is to have it; Exit error: what was expected, and what was found.
Result<std::string> CheckedValue(std::string_view java, const std::string& value);

}  // namespace sluice::kafka
