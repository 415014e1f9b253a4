// SPDX-License-Identifier: Apache-2.0
//
// The numbers that must fit a job's trigger and a producer's feeds. Those of monitoring/alert.rules.yaml suit
// short ones; a long trigger raises them, else an alert would fire between two batches.
#pragma once

#include <chrono>
#include <cstdint>

#include "monitoring/plan.h"

namespace sluice::monitoring {

// Seconds in the files of monitoring/.
inline constexpr int64_t kFreshnessSeconds = 60;       // a record is in the table within this time
inline constexpr int64_t kStuckSeconds = 300;          // without a commit although records wait
inline constexpr int64_t kSourceFailingSeconds = 300;  // without a good poll
inline constexpr int64_t kFrozenSeconds = 600;  // the same header, where no feed says otherwise

struct Thresholds {
  std::chrono::milliseconds trigger{0};  // the longest of all jobs
  std::chrono::milliseconds poll{0};     // the longest interval of all feeds
  int64_t frozen_seconds = kFrozenSeconds;
};

Thresholds ThresholdsOf(const Plan& plan);

// `seconds`, but at least three times the interval, in whole minutes then.
int64_t Raised(int64_t seconds, std::chrono::milliseconds interval);

}  // namespace sluice::monitoring
