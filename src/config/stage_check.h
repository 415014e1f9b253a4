// SPDX-License-Identifier: Apache-2.0
//
// What only a stage can judge (a schema's DDL, the Kafka client's options, SQL): a caller that knows the
// stages hands these checks in, so that what they find stands among all else with file and line.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace sluice::config {

struct StageMistake {
  std::string key;  // dotted path
  std::string message;
  // Place within the value's text, counted from 1; line 0: none, the key's own line is meant.
  int line_in_value = 0;
  int column_in_value = 0;
  bool is_warning = false;  // accepted, but worth a look
};

template <typename Config>
struct StageCheckOf {
  // Runs only if the file has nothing wrong under these sections or keys. What other stages find does not
  // count: each check knows what it can judge without them.
  std::vector<std::string> needs;
  std::function<std::vector<StageMistake>(const Config& draft)> run;
  std::vector<std::string> despite =
      {};  // of these, keys that may be wrong: the draft has their default
};

}  // namespace sluice::config
