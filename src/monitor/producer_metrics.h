// SPDX-License-Identifier: Apache-2.0
//
// The numbers of a producer, by source, and their Prometheus text: sluice_producer_*.
//
//   ProducerMetrics metrics({"city", "region"}, labels);
//   metrics.PollDone(0, {.result = 2, .wire_bytes = 1000, ...});
//   metrics.Text(queue, clock.NowMs());    // sluice_producer_polls_total{result="...",source="city"} 1
//
// Every series is there with 0 from the first scrape. Labels come from sets that are fixed at the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::monitor {

// The values of the labels; elsewhere they are told by their places in these lists.
struct ProducerLabels {
  std::vector<std::string> poll_results;
  std::vector<std::string> feed_faults;
  std::vector<std::string> entity_faults;
  std::vector<std::string> bodies;  // kinds of bodies that are no feeds
  std::vector<std::string> delivery_results;
};

struct PollNumbers {
  size_t result = 0;
  std::vector<size_t> feed_faults;
  std::optional<size_t> bad_body;
  bool good = false;
  bool frozen = false;
  int64_t at_ms = 0;
  std::optional<double> header_seconds;  // since 1970
  int64_t wire_bytes = 0;
  int64_t body_bytes = 0;
  int64_t messages = 0;
  int64_t message_bytes = 0;
  int64_t entities_good = 0;
  int64_t entities_repaired = 0;
  int64_t entities_dropped = 0;
  std::vector<int64_t> entity_faults;  // in the order of the label's values
  int64_t missed_ticks = 0;
  double fetch_seconds = 0;
  double render_seconds = 0;
};

struct QueueNumbers {
  int64_t records = 0;
  int64_t bytes = 0;
  int64_t limit_bytes = 0;
  double waited_seconds = 0;  // never less than before
};

// Thread-safe.
class ProducerMetrics {
 public:
  ProducerMetrics(const std::vector<std::string>& sources, const ProducerLabels& labels,
                  int64_t started_ms);
  ~ProducerMetrics();
  ProducerMetrics(const ProducerMetrics&) = delete;
  ProducerMetrics& operator=(const ProducerMetrics&) = delete;

  void PollDone(size_t source, const PollNumbers& poll);
  void Delivered(size_t source, size_t result);
  void SetKafka(bool well);
  // A line of the log was written at this level: debug, info, warn, error.
  void LogLine(std::string_view level);

  // Prometheus text format 0.0.4, with ages as of `now_ms` and the process's own numbers.
  std::string Text(const QueueNumbers& queue, int64_t now_ms) const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace sluice::monitor
