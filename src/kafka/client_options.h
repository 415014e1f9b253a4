// SPDX-License-Identifier: Apache-2.0
//
// The `kafka.` options: Java's names and values on one side, librdkafka's on the other. One table
// (client_option_table.cc) says for each Java option what becomes of it; docs/kafka-options.md shows it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "kafka/client.h"

namespace sluice::kafka {

using JavaOptions = std::map<std::string, std::string>;

struct TranslatedOptions {
  ClientSettings settings;  // the user's, under librdkafka's names
  std::vector<std::pair<std::string, std::string>> problems;  // (option, what is wrong)
  std::vector<std::pair<std::string, std::string>>
      lacking;  // (option, what a login needs beside it)
  std::vector<std::pair<std::string, std::string>> warnings;  // (option, why it has no effect)
  std::vector<std::pair<std::string, std::string>> files;     // (option, path) that TLS will read
  bool read_committed = false;
  std::chrono::milliseconds api_timeout{10000};  // default.api.timeout.ms
};

// Translates all options; every mistake is reported, not only the first, and one an option. Opens nothing.
TranslatedOptions TranslateOptions(const JavaOptions& options, Client::Role role);

// Exit error that lists all problems, and the files that cannot be read; OK if there are none.
Status ProblemsAsStatus(const TranslatedOptions& translated);

}  // namespace sluice::kafka
