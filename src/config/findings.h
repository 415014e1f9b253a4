// SPDX-License-Identifier: Apache-2.0
//
// What reading a configuration found, whatever it configures: mistakes, warnings, effective values.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sluice::config {

struct MonitorOptions {
  bool enabled = true;
  std::string listen = "127.0.0.1:4040";
  std::string token;  // that the pages ask for; or a file that holds it; or neither
  std::string token_file;
  bool samples = true;           // the page shows records that were bad
  bool allow_anonymous = false;  // others than this machine may see the pages without it
  std::chrono::milliseconds stall_after = std::chrono::minutes(5);
};

struct LogOptions {
  std::string level = "info";   // debug, info, warn, error
  std::string format = "auto";  // text on a terminal, json otherwise
};

struct Mistake {
  std::string file;
  int line = 0;                     // 1-based; 0: the file as a whole
  std::string key;                  // dotted path: "source.startingOffsets"
  std::string message;              // what was expected, what was found, the nearest known key
  bool undefined_variable = false;  // that is all that is wrong
  // "config.yaml:12: source.startingOffset: unknown key; did you mean startingOffsets?"
  std::string ToString() const;
};

// One effective value and where it came from: "config_dev.yaml:7", ".env:2", "environment", "default".
struct EffectiveValue {
  std::string key;
  std::string value;  // secrets as "****"
  std::string origin;
};

struct Findings {
  std::vector<Mistake> mistakes;  // in the order of lines
  std::vector<Mistake> warnings;  // accepted, but worth a look
  std::vector<EffectiveValue> effective;
  LogOptions log;  // how to tell all that, as far as the file says it rightly
};

}  // namespace sluice::config
