// SPDX-License-Identifier: Apache-2.0
//
// A topic in an in-process broker with a producer and a source over it, for tests.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "kafka/mock_broker.h"
#include "kafka/producer.h"
#include "kafka/source.h"

namespace sluice::kafka {

// Time that passes only when somebody sleeps.
class ManualClock : public Clock {
 public:
  int64_t NowMs() const override { return now_.count() / 1000000; }
  std::chrono::nanoseconds Monotonic() const override { return now_; }
  bool SleepFor(std::chrono::nanoseconds duration, const std::stop_token& stop) override {
    now_ += duration;
    ++sleeps;
    return !stop.stop_requested();
  }
  int sleeps = 0;

 private:
  std::chrono::nanoseconds now_{0};
};

struct KafkaFixture {
  // Aborts the test program when the broker cannot start.
  KafkaFixture();

  // Subscribes to `topic` from its earliest offset.
  SourceOptions Options(const std::string& topic) const;
  std::unique_ptr<Source> Open(const SourceOptions& options);
  // Sends "v<i>" with key "k<i>" for i in [first, last) to one partition and waits for the answers.
  void Send(const std::string& topic, int partition, int first, int last);
  // The next batch of a producer gets this answer (rd_kafka_resp_err_t) instead of being taken.
  void RefuseNextBatch(int error);
  // The same, as by a broker that lost what it had acknowledged: its client
  // gives itself up.
  void ForgetSequences();

  ManualClock clock;
  std::unique_ptr<MockBroker> broker;
  std::unique_ptr<Producer> producer;
};

// Reads until the reader is done; the first error, or the offsets and values by partition.
struct ReadOutcome {
  Status status;
  std::map<TopicPartition, std::vector<int64_t>> offsets;
  std::vector<std::string> values;
  int batches = 0;
};
ReadOutcome ReadAll(RangeReader& reader, const ReadLimits& limits = {});
ReadOutcome ReadRanges(RangeReader& reader, std::vector<OffsetRange> ranges,
                       const ReadLimits& limits = {});

OffsetRange Range(const std::string& topic, int partition, int64_t start, int64_t end);

}  // namespace sluice::kafka
