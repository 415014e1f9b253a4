// SPDX-License-Identifier: Apache-2.0
#include "page/recent_rate.h"

#include <algorithm>

namespace sluice::page {

namespace {

constexpr int64_t kLeastWindowMs = 10'000;
constexpr int64_t kMostWindowMs = 300'000;
constexpr int64_t kRememberedMs = 600'000;
constexpr size_t kPauses = 5;       // that the usual pause is told by
constexpr int64_t kPausesSeen = 4;  // within the window

}  // namespace

void RecentRate::Add(int64_t at_ms, int64_t amount) {
  // The clock was set back: what lies ahead of it would never be forgotten.
  if (!lumps_.empty() && at_ms < lumps_.back().at_ms - kRememberedMs) lumps_.clear();
  // Lumps of one second are one: the number kept is bounded, however many there are.
  if (!lumps_.empty() && lumps_.back().at_ms / 1000 == at_ms / 1000) {
    lumps_.back().amount += amount;
    lumps_.back().at_ms = std::max(lumps_.back().at_ms, at_ms);
  } else {
    lumps_.push_back({at_ms, amount});
  }
  while (lumps_.front().at_ms < at_ms - kRememberedMs) lumps_.pop_front();
}

int64_t RecentRate::WindowMs() const {
  if (lumps_.size() < 2) return kLeastWindowMs;
  const size_t pauses = std::min(kPauses, lumps_.size() - 1);
  const int64_t span = lumps_.back().at_ms - lumps_[lumps_.size() - 1 - pauses].at_ms;
  return std::clamp(span / static_cast<int64_t>(pauses) * kPausesSeen, kLeastWindowMs,
                    kMostWindowMs);
}

double RecentRate::At(int64_t now_ms) const {
  const int64_t window = std::min(WindowMs(), std::max<int64_t>(now_ms - started_ms_, 1000));
  return static_cast<double>(SumSince(now_ms - window)) * 1000 / static_cast<double>(window);
}

int64_t RecentRate::SumSince(int64_t from_ms) const {
  int64_t sum = 0;
  for (auto lump = lumps_.rbegin(); lump != lumps_.rend() && lump->at_ms > from_ms; ++lump)
    sum += lump->amount;
  return sum;
}

}  // namespace sluice::page
