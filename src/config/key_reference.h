// SPDX-License-Identifier: Apache-2.0
//
// What editors and readers see of a set of keys.
#pragma once

#include <string>

#include "config/key_set.h"

namespace sluice::config {

// JSON Schema (draft 7) of a configuration: docs/sluice.schema.json, docs/sluice-producer.schema.json.
std::string KeySchema(const KeySet& keys);

// The tables of docs/configuration.md and docs/producer.md, in Markdown.
std::string KeyMarkdown(const KeySet& keys);

}  // namespace sluice::config
