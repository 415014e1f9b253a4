// SPDX-License-Identifier: Apache-2.0
//
// Java's sasl.jaas.config in its one-line form:
//
//   org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::kafka {

struct JaasEntry {
  std::string module;                          // without its package: "PlainLoginModule"
  std::map<std::string, std::string> options;  // names as written; of several values the last
};

// Reads escapes as Java's StreamTokenizer does. Exit error that says what was expected and where; the text
// itself is never repeated, as it holds secrets.
Result<JaasEntry> ParseJaas(std::string_view text);

}  // namespace sluice::kafka
