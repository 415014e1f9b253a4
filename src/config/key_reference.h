// SPDX-License-Identifier: Apache-2.0
//
// What editors and readers see of the key table.
#pragma once

#include <string>

namespace sluice::config {

// JSON Schema (draft 7) of a configuration: docs/sluice.schema.json.
std::string KeySchema();

// The tables of docs/configuration.md, in Markdown.
std::string KeyMarkdown();

}  // namespace sluice::config
