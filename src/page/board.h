// SPDX-License-Identifier: Apache-2.0
//
// What one page shows: takes what was left for it, and gives it as JSON, whole or as events.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "page/headline.h"

namespace sluice::page {

// An event of /events: `json` is one line.
struct Outgoing {
  std::string name;
  std::string json;
};

// A line of the page for readers without JavaScript.
struct SummaryLine {
  std::string label;
  std::string value;
};

struct ConfigRow {
  std::string key;
  std::string value;  // secrets masked
  std::string origin;
};

// To another page of the same system.
struct Link {
  std::string title;
  std::string href;
};

// One thread at a time.
class Board {
 public:
  virtual ~Board() = default;
  // Takes what was left since the last time; about five times a second.
  virtual std::vector<Outgoing> Turn(int64_t now_ms) = 0;
  // All there is: a JSON object. `seq` is the number of the last event that is in it.
  virtual std::string Snapshot(int64_t now_ms, const std::string& seq) const = 0;
  virtual std::string title() const = 0;
  virtual const Headline& headline() const = 0;
  virtual std::vector<SummaryLine> Summary() const = 0;
};

}  // namespace sluice::page
