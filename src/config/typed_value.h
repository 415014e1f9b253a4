// SPDX-License-Identifier: Apache-2.0
//
// A YAML node as the value that a key wants.
#pragma once

#include "config/document.h"
#include "config/key_set.h"
#include "core/result.h"

namespace sluice::config {

// Errors (Exit): "expected a duration such as '1 second', found 'soon'".
Result<Value> ParseValue(const KeySpec& key, const Node& node);

// "a duration such as '1 second'", "one of error, latest": what the key wants, for messages and docs.
std::string Expectation(const KeySpec& key);

// The node as compact JSON; unquoted integers become numbers.
std::string ToJson(const Node& node);

}  // namespace sluice::config
