// SPDX-License-Identifier: Apache-2.0
//
// The last hour of some numbers: each second of the last ten minutes, and each ten seconds of the hour.
//
//   History history({History::Fold::kMean, History::Fold::kWorst});
//   history.Add(now_s, {12.5, 0.3});         // once a second; what is unknown is kUnknown
//   history.fine(), history.coarse()         // oldest first
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace sluice::page {

struct Point {
  int64_t at_s = 0;            // since 1970
  std::vector<double> values;  // in the order of the series
};

// One thread at a time.
class History {
 public:
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  static constexpr size_t kFinePoints = 600;
  static constexpr size_t kCoarsePoints = 360;
  static constexpr int64_t kCoarseSeconds = 10;
  enum class Fold { kMean, kWorst };  // what ten seconds come to: their mean, or the largest

  explicit History(std::vector<Fold> series) : series_(std::move(series)) {}

  // A second that is there already, or earlier than the last, is left out.
  void Add(int64_t at_s, std::vector<double> values);
  const std::deque<Point>& fine() const { return fine_; }
  const std::deque<Point>& coarse() const { return coarse_; }

 private:
  void FoldTenSeconds(int64_t begin_s);

  const std::vector<Fold> series_;
  std::deque<Point> fine_;
  std::deque<Point> coarse_;
};

}  // namespace sluice::page
