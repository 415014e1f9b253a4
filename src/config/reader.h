// SPDX-License-Identifier: Apache-2.0
//
// Walks a parsed document along the key table: fills the draft and collects every mistake.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/key_table.h"
#include "config/variables.h"

namespace sluice::config {

// A key that the file sets.
struct SetKey {
  int line = 0;
  std::string shown;     // as the file means it, secrets masked
  std::string origin;    // "config_dev.yaml:7", with the variables that took part
  TextLines lines = {};  // of a text
};

struct ReadResult {
  Draft draft;
  std::map<std::string, SetKey> set;  // by canonical path: "source.startingOffsets"
  std::vector<Mistake> mistakes;
  std::vector<Mistake> warnings;
  std::set<std::string> secrets;  // texts that no message may show
};

// `file`: for messages. The variables of the document itself are added to `variables`.
ReadResult ReadDocument(const std::string& file, const Node& root, Variables& variables);

}  // namespace sluice::config
