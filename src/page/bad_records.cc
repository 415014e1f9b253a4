// SPDX-License-Identifier: Apache-2.0
#include "page/bad_records.h"

#include <utility>

namespace sluice::page {

void BadRecords::Add(int64_t at_ms, const std::map<std::string, int64_t>& counts,
                     std::vector<BadRecord> samples) {
  for (const auto& [name, count] : counts) {
    if (count == 0) continue;
    BadKind& kind = kinds_[name];
    if (kind.count == 0) kind.first_ms = at_ms;
    kind.count += count;
    kind.last_ms = at_ms;
    total_ += count;
  }
  for (BadRecord& sample : samples) {
    auto& kept = kinds_[sample.kind].samples;
    kept.push_front(std::move(sample));
    if (kept.size() > kSamples) kept.pop_back();
  }
}

}  // namespace sluice::page
