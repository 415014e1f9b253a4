// SPDX-License-Identifier: Apache-2.0
#include "cli/kafka_checks.h"

namespace sluice::cli {

using Mistakes = std::vector<config::StageMistake>;

Mistakes OptionMistakes(const std::string& section,
                        const std::map<std::string, std::string>& client,
                        const kafka::ClientOptionNotes& notes) {
  const std::string prefix = section + ".kafka.";
  Mistakes mistakes;
  for (const auto& [option, message] : notes.problems) {
    // That it is missing was found before.
    if (option == "bootstrap.servers" && !client.contains(option)) continue;
    mistakes.push_back({prefix + option, message});
  }
  for (const auto& [option, message] : notes.warnings)
    mistakes.push_back({.key = prefix + option, .message = message, .is_warning = true});
  return mistakes;
}

Mistakes LoginMistakes(const std::string& section, const kafka::ClientOptionNotes& notes) {
  Mistakes mistakes;
  for (const auto& [option, message] : notes.lacking)
    mistakes.push_back({section + ".kafka." + option, message});
  return mistakes;
}

std::vector<std::string> LoginKeys(const std::string& section) {
  return {section + ".kafka.sasl", section + ".kafka.security"};
}

}  // namespace sluice::cli
