// SPDX-License-Identifier: Apache-2.0
//
// Bad records by kind: how many, when, and the newest few of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "page/query_event.h"

namespace sluice::page {

struct BadKind {
  int64_t count = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
  std::deque<BadRecord> samples;  // newest first
};

// One thread at a time.
class BadRecords {
 public:
  void Add(int64_t at_ms, const std::map<std::string, int64_t>& counts,
           std::vector<BadRecord> samples);
  const std::map<std::string, BadKind>& kinds() const { return kinds_; }
  int64_t total() const { return total_; }

 private:
  std::map<std::string, BadKind> kinds_;
  int64_t total_ = 0;
};

}  // namespace sluice::page
