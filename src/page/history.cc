// SPDX-License-Identifier: Apache-2.0
#include "page/history.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::page {

namespace {

int64_t BeginOf(int64_t at_s) { return at_s - at_s % History::kCoarseSeconds; }

void Keep(std::deque<Point>& points, size_t most, Point point) {
  points.push_back(std::move(point));
  if (points.size() > most) points.pop_front();
}

}  // namespace

void History::Add(int64_t at_s, std::vector<double> values) {
  // A clock that was set back begins anew: else nothing would be kept until it is as late again.
  if (!fine_.empty() && at_s < fine_.back().at_s - kCoarseSeconds) {
    fine_.clear();
    coarse_.clear();
  }
  if (!fine_.empty() && at_s <= fine_.back().at_s) return;
  const bool begins = !fine_.empty() && BeginOf(fine_.back().at_s) != BeginOf(at_s);
  if (begins) FoldTenSeconds(BeginOf(fine_.back().at_s));
  values.resize(series_.size(), kUnknown);
  Keep(fine_, kFinePoints, {at_s, std::move(values)});
}

void History::FoldTenSeconds(int64_t begin_s) {
  Point folded{begin_s, std::vector<double>(series_.size(), kUnknown)};
  for (size_t i = 0; i < series_.size(); ++i) {
    double sum = 0;
    double worst = 0;
    int known = 0;
    for (auto point = fine_.rbegin(); point != fine_.rend() && point->at_s >= begin_s; ++point) {
      if (std::isnan(point->values[i])) continue;
      worst = known == 0 ? point->values[i] : std::max(worst, point->values[i]);
      sum += point->values[i];
      ++known;
    }
    if (known > 0) folded.values[i] = series_[i] == Fold::kMean ? sum / known : worst;
  }
  Keep(coarse_, kCoarsePoints, std::move(folded));
}

}  // namespace sluice::page
