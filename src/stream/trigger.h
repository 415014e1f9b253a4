// SPDX-License-Identifier: Apache-2.0
//
// When the next batch may begin.
//
// Source: spark-contract section 4 (ProcessingTimeExecutor).
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::stream {

// Time to wait at `now_ms` after a trigger that fired at `fired_ms`: to the next multiple of `interval`
// since the epoch after it. None when that has passed (an overrun starts at once and catches nothing
// up), and never more than an interval, however the clock jumped.
std::chrono::milliseconds TimeToNextTrigger(int64_t fired_ms, int64_t now_ms,
                                            std::chrono::milliseconds interval);

// Pause between looks at an idle source when triggers run back to back: Spark's 10 ms at first, a
// little more as the idleness lasts, so that an idle query costs next to nothing.
std::chrono::milliseconds IdlePause(int64_t idle_looks);

}  // namespace sluice::stream
