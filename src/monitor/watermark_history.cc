// SPDX-License-Identifier: Apache-2.0
#include "monitor/watermark_history.h"

#include <algorithm>

namespace sluice::monitor {

void WatermarkHistory::Add(Time at, Offset end) {
  // A topic that was made again begins anew.
  if (!looks_.empty() && end.value < looks_.back().end) looks_.clear();
  // While nothing comes, the first and the last look are all there is to know.
  const size_t n = looks_.size();
  if (n >= 2 && looks_[n - 1].end == end.value && looks_[n - 2].end == end.value) {
    looks_.back().at = at;
    return;
  }
  looks_.push_back({at, end.value});
  if (looks_.size() > kMost) Thin();
}

// Every second look of the older half goes; the first stays.
void WatermarkHistory::Thin() {
  std::deque<Look> kept;
  for (size_t i = 0; i < looks_.size(); ++i) {
    if (i >= looks_.size() / 2 || i % 2 == 0) kept.push_back(looks_[i]);
  }
  looks_ = std::move(kept);
}

std::optional<WatermarkHistory::Time> WatermarkHistory::PassedAt(Offset offset) const {
  // The record is there when the end is past it.
  const int64_t wanted = offset.value + 1;
  const auto after = std::lower_bound(looks_.begin(), looks_.end(), wanted,
                                      [](const Look& look, int64_t end) { return look.end < end; });
  if (after == looks_.begin() || after == looks_.end()) return std::nullopt;
  const Look& before = *(after - 1);
  const double share =
      static_cast<double>(wanted - before.end) / static_cast<double>(after->end - before.end);
  const auto span = static_cast<double>((after->at - before.at).count());
  return before.at + Time(static_cast<int64_t>(share * span));
}

std::optional<WatermarkHistory::Time> WatermarkHistory::first_look() const {
  if (looks_.empty()) return std::nullopt;
  return looks_.front().at;
}

}  // namespace sluice::monitor
