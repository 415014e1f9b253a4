// SPDX-License-Identifier: Apache-2.0
//
// Listens to a producer and tells everybody who watches it: metrics, log, health, totals.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cli/feed_health.h"
#include "cli/feed_log.h"
#include "core/clock.h"
#include "monitor/log.h"
#include "monitor/probe.h"
#include "monitor/producer_metrics.h"
#include "produce/producer_listener.h"
#include "produce/producer_options.h"

namespace sluice::cli {

struct ProduceTotals {
  int64_t polls = 0;
  int64_t published = 0;
  int64_t failed = 0;  // polls
  int64_t messages = 0;
  int64_t message_bytes = 0;
  int64_t entities = 0;
  int64_t delivered = 0;
  int64_t lost = 0;  // records
};

// The values of the labels of its metrics.
monitor::ProducerLabels MetricLabels();

// Thread-safe.
class ProduceWatch : public produce::ProducerListener {
 public:
  ProduceWatch(const std::vector<produce::FeedOptions>& feeds, monitor::ProducerMetrics& metrics,
               monitor::Log& log, const Clock& clock);

  void OnKafka(const Status& status) override;
  void OnPoll(const produce::PollReport& report) override;
  void OnDelivery(const produce::Delivery& delivery) override;
  void OnWarning(const std::string& code, const std::string& message) override;

  // What the health pages answer. Alive: not every feed's poll is overdue by more than `stall_after`
  // while Kafka is well. Started: Kafka was asked once, whatever it said.
  monitor::Probe alive(std::chrono::nanoseconds stall_after) const;
  monitor::Probe ready() const;
  monitor::Probe started() const;
  std::string feed_lines() const;
  ProduceTotals totals() const;
  // A line with what has happened since the last one.
  void TellMinute();

 private:
  struct Lost {
    std::chrono::nanoseconds told{0};
    int64_t since = 0;  // not told of
  };
  monitor::Probe Finish(monitor::Probe probe) const;
  void TellLost(const produce::Delivery& delivery);

  monitor::ProducerMetrics& metrics_;
  monitor::Log& log_;
  const Clock& clock_;
  std::atomic<int64_t> delivered_{0};
  std::atomic<int64_t> lost_{0};
  std::atomic<std::chrono::nanoseconds> last_sign_;  // monotonic: a poll, a record
  mutable std::mutex mutex_;
  std::string kafka_problem_ = "Kafka has not answered yet";  // GUARDED_BY(mutex_)
  bool asked_kafka_ = false;                                  // GUARDED_BY(mutex_)
  mutable monitor::CheckTimes times_;                         // GUARDED_BY(mutex_)
  std::vector<FeedHealth> health_;                            // GUARDED_BY(mutex_)
  std::vector<FeedLog> feed_logs_;                            // GUARDED_BY(mutex_)
  ProduceTotals totals_;                                      // GUARDED_BY(mutex_)
  ProduceTotals told_;                                        // GUARDED_BY(mutex_)
  std::map<size_t, Lost> lost_by_feed_;                       // GUARDED_BY(mutex_)
};

}  // namespace sluice::cli
