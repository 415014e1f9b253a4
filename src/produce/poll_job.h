// SPDX-License-Identifier: Apache-2.0
//
// One poll from its answer to the queue: judge, parse, judge again, render, send. Runs on a worker; what
// is remembered of the feed goes in and comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "core/clock.h"
#include "core/result.h"
#include "produce/feed_source.h"
#include "produce/feed_state.h"
#include "produce/poll_report.h"
#include "produce/producer_options.h"
#include "produce/record_sink.h"

namespace sluice::produce {

struct PollJob {
  size_t feed = 0;
  FeedState state;
  Fetched fetched;
  int64_t max_message_bytes = 0;  // of a message's value
};

struct PollOutcome {
  PollReport report;
  FeedState state;
  Status fatal;  // the sink will take nothing more
  // From the answer, for the schedule.
  std::optional<std::chrono::nanoseconds> retry_after;
  std::optional<std::chrono::nanoseconds> next_in;
};

PollOutcome RunPoll(const FeedOptions& options, PollJob job, RecordSink& sink, const Clock& clock,
                    const std::stop_token& give_up);

}  // namespace sluice::produce
