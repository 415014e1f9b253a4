// SPDX-License-Identifier: Apache-2.0
//
// What is known of each feed now: /readyz and /feeds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/probe.h"
#include "produce/poll_report.h"
#include "produce/producer_options.h"

namespace sluice::cli {

struct FeedHealth {
  std::string name;
  std::chrono::nanoseconds patience{0};  // a good poll that is older is not lately
  bool polled = false;
  bool good = false;  // the last poll was
  std::string result = {};
  std::string message = {};
  std::optional<std::chrono::nanoseconds> good_at = {};  // monotonic
  std::optional<int64_t> good_at_ms = {};                // since 1970
  std::optional<uint64_t> header_seconds = {};
  int64_t polls = 0;
  int64_t published = 0;
  int64_t messages = 0;
  int failures = 0;
  std::chrono::nanoseconds next_at{0};  // monotonic
};

FeedHealth HealthOf(const produce::FeedOptions& options);
void TakeReport(const produce::PollReport& report, std::chrono::nanoseconds now,
                FeedHealth& health);

// The last poll was good, and that not too long ago.
bool IsWell(const FeedHealth& health, std::chrono::nanoseconds now);

// Ready when Kafka is well and at least one feed is. The detail names the feeds that are not.
// `kafka_problem`: empty if there is none.
monitor::Probe JudgeReadiness(const std::vector<FeedHealth>& feeds,
                              const std::string& kafka_problem, std::chrono::nanoseconds now);

// Whether the next poll of every feed is overdue by more than its patience and `stall_after`.
bool AllOverdue(const std::vector<FeedHealth>& feeds, std::chrono::nanoseconds stall_after,
                std::chrono::nanoseconds now);

// One JSON object a line for each feed.
std::string FeedLines(const std::vector<FeedHealth>& feeds, std::chrono::nanoseconds now,
                      int64_t now_ms);

}  // namespace sluice::cli
