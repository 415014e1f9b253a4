// SPDX-License-Identifier: Apache-2.0
//
// The heart of the producer: for each feed, when it is time, ask; when the answer is there, have a worker
// judge and send it; when that is done, wait for the next tick. One step at a time and without waiting, so
// that a test drives it with a clock of its own:
//
//   FeedLoop loop(options, std::move(sources), parts);
//   loop.Begin(900'000);
//   while (...) { const auto next = loop.Step(); loop.Wait(next - clock.Monotonic()); }
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "produce/feed_schedule.h"
#include "produce/feed_source.h"
#include "produce/feed_state.h"
#include "produce/mailbox.h"
#include "produce/poll_job.h"
#include "produce/producer_listener.h"
#include "produce/producer_options.h"
#include "produce/record_sink.h"

namespace sluice::produce {

// Runs a job over a body of so many bytes, on some thread, soon.
using Execute = std::function<void(size_t bytes, std::function<void()> job)>;

struct LoopParts {
  RecordSink* sink = nullptr;
  ProducerListener* listener = nullptr;
  Clock* clock = nullptr;
  Execute execute;
  std::stop_token give_up;  // for workers that wait for room in the queue
  uint64_t seed = 0;        // of jitter and back-off
};

// Step() and StopPolling() belong to one thread. Jobs and deliveries must have ended before it is destroyed.
class FeedLoop {
 public:
  // One source for each of the feeds, in their order. `feeds` and the parts must outlive the loop.
  FeedLoop(const std::vector<FeedOptions>& feeds, std::vector<std::unique_ptr<FeedSource>> sources,
           LoopParts parts);

  // Before the first Step(): time begins. `message_bytes`: most of a message's value, for feeds that do not
  // say another.
  void Begin(int64_t message_bytes);
  // Takes in what has happened and asks whom it is time to ask; gives the time of the next such one.
  std::chrono::nanoseconds Step();
  // Until there is something to take in, or `time` has passed.
  void Wait(std::chrono::nanoseconds time) { mailbox_.Wait(time); }
  // Ends a Wait, from any thread.
  void Ring() { mailbox_.Ring(); }
  // A record was not delivered; from any thread. What is published next of its feed is everything.
  void OnLost(const Delivery& delivery) { mailbox_.Post(Lost{delivery}); }

  // Cancels what is asked and asks no more; workers go on.
  void StopPolling();
  // Every feed is a replay that has ended.
  bool over() const;
  // Why the sink takes nothing more, if so.
  const Status& status() const { return status_; }

 private:
  struct Feed {
    const FeedOptions* options;
    std::unique_ptr<FeedSource> source;
    FeedSchedule schedule;
    FeedState state;
    int64_t max_message_bytes;
    bool busy = false;
    bool forget = false;  // something was lost while a worker had the state
    bool over = false;
  };
  struct Answer {
    size_t feed;
    Fetched fetched;
  };
  struct Lost {
    Delivery delivery;
  };
  using Event = std::variant<Answer, PollOutcome, Lost>;

  void Take(Answer answer);
  void Take(PollOutcome outcome);
  void Take(const Lost& lost);
  void Ask(size_t index);

  const LoopParts parts_;
  Mailbox<Event> mailbox_;
  std::vector<Feed> feeds_;
  Status status_;
};

}  // namespace sluice::produce
