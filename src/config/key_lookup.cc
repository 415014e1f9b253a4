// SPDX-License-Identifier: Apache-2.0
#include "config/key_lookup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/nearest.h"
#include "core/ascii.h"

namespace sluice::config {

const SectionSpec* FindSection(const KeySet& keys, const std::string& path) {
  for (const SectionSpec& section : keys.sections) {
    if (EqualIgnoringCase(section.name, path)) return &section;
  }
  return nullptr;
}

const KeySpec* FindKey(const KeySet& keys, const std::string& section, const std::string& name) {
  for (const KeySpec& key : keys.keys) {
    if (key.section == section && EqualIgnoringCase(key.name, name)) return &key;
  }
  return nullptr;
}

const RefusedKey* FindRefused(const KeySet& keys, const std::string& section,
                              const std::string& name) {
  for (const RefusedKey& key : keys.refused) {
    if (key.section == section && EqualIgnoringCase(key.name, name)) return &key;
  }
  return nullptr;
}

std::vector<std::string> KeyNames(const KeySet& keys, const std::string& section) {
  std::vector<std::string> names;
  for (const KeySpec& key : keys.keys) {
    if (key.section == section) names.push_back(key.name);
  }
  for (const SectionSpec& child : keys.sections) {
    const size_t dot = child.name.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : child.name.substr(0, dot);
    if (parent == section)
      names.push_back(dot == std::string::npos ? child.name : child.name.substr(dot + 1));
  }
  if (section == keys.client_section) names.emplace_back("kafka.bootstrap.servers");
  return names;
}

std::string UnknownKeyMessage(const KeySet& keys, const std::string& section,
                              const std::string& name) {
  if (section == keys.client_section && EqualIgnoringCase(name, "kafka")) {
    return "unknown key; write the client's options in one word: kafka.bootstrap.servers: ...";
  }
  for (const KeySpec& key : keys.keys) {
    if (key.section != section && EqualIgnoringCase(key.name, name)) {
      const std::string home = key.section.empty() ? "the top level" : key.section + ":";
      return fmt::format("unknown key here; {} belongs under {}", key.name, home);
    }
  }
  const std::string nearest = NearestName(name, KeyNames(keys, section));
  if (!nearest.empty()) return fmt::format("unknown key; did you mean {}?", nearest);
  return fmt::format("unknown key; known here: {}", fmt::join(KeyNames(keys, section), ", "));
}

}  // namespace sluice::config
