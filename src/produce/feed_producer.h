// SPDX-License-Identifier: Apache-2.0
//
// `sluice produce`: feeds by HTTP, from files and from captures into a Kafka topic, until told to stop.
//
//   SLUICE_ASSIGN_OR_RETURN(auto producer, FeedProducer::Make(options, listener, SystemClock()));
//   const Status status = producer->Run(stop);
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "core/clock.h"
#include "core/result.h"
#include "produce/feed_source.h"
#include "produce/producer_listener.h"
#include "produce/producer_options.h"
#include "produce/record_sink.h"

namespace sluice::produce {

class FeedProducer {
 public:
  // Starts the clients of HTTP and Kafka; asks nobody yet. Errors (Exit): options that Kafka's client
  // refuses, a replay without captures. `listener` must outlive it.
  static Result<std::unique_ptr<FeedProducer>> Make(ProducerOptions options,
                                                    ProducerListener& listener, Clock& clock);
  virtual ~FeedProducer() = default;

  // Polls until `stop`, until all replays are over, or until Kafka takes nothing more (an error). When it
  // returns, what was polled is acknowledged by Kafka; what could not be within 5 seconds of `stop` is an
  // error that says how much.
  virtual Status Run(const std::stop_token& stop) = 0;
  virtual SinkStats sink_stats() const = 0;
};

}  // namespace sluice::produce
