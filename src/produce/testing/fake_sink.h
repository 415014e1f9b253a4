// SPDX-License-Identifier: Apache-2.0
//
// A sink in memory: what was sent, in order.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "produce/record_sink.h"

namespace sluice::produce {

// Thread-safe.
class FakeSink : public RecordSink {
 public:
  struct Sent {
    size_t feed;
    std::string key;
    std::string value;
  };

  Status Prepare(const std::stop_token&) override { return Status::Ok(); }
  // Waits while there are `room` records or more, as a full queue does.
  Status Send(size_t feed, std::string_view key, std::string_view value,
              const std::stop_token& give_up) override;
  Status Flush(std::chrono::milliseconds) override { return Status::Ok(); }
  SinkStats stats() const override { return {}; }
  int64_t usual_message_bytes() const override { return 900'000; }

  std::vector<Sent> sent() const;
  void Clear();
  void SetRoom(size_t room);
  // What Send answers from now on.
  void SetStatus(const Status& status);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Sent> sent_;   // GUARDED_BY(mutex_)
  size_t room_ = 1'000'000;  // GUARDED_BY(mutex_)
  Status status_;            // GUARDED_BY(mutex_)
};

}  // namespace sluice::produce
