// SPDX-License-Identifier: Apache-2.0
//
// Finds keys by name, ignoring case, and says what a name that is none may have meant.
#pragma once

#include <string>
#include <vector>

#include "config/key_set.h"

namespace sluice::config {

// Null if there is none.
const SectionSpec* FindSection(const KeySet& keys, const std::string& path);
const KeySpec* FindKey(const KeySet& keys, const std::string& section, const std::string& name);
const RefusedKey* FindRefused(const KeySet& keys, const std::string& section,
                              const std::string& name);

// Names that may stand in a section, subsections included.
std::vector<std::string> KeyNames(const KeySet& keys, const std::string& section);

// "unknown key; did you mean startingOffsets?"
std::string UnknownKeyMessage(const KeySet& keys, const std::string& section,
                              const std::string& name);

}  // namespace sluice::config
