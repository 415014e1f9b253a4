// SPDX-License-Identifier: Apache-2.0
//
// Walks a parsed document along a set of keys: fills the draft and collects every mistake.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/key_set.h"
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
  std::map<std::string, SetKey> set;  // by canonical path: "source.startingOffsets"
  std::vector<std::string> items;     // of the list section: "feeds.city", in the file's order
  std::vector<Mistake> mistakes;
  std::vector<Mistake> warnings;
  std::set<std::string> secrets;  // texts that no message may show
};

// `file`: for messages. The variables of the document itself are added to `variables`; what the keys say goes
// to `draft`, which must be of the kind that `keys` are for.
ReadResult ReadDocument(const std::string& file, const Node& root, const KeySet& keys,
                        Variables& variables, OutputDraft& draft);

}  // namespace sluice::config
