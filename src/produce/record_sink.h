// SPDX-License-Identifier: Apache-2.0
//
// Where the messages go: a Kafka topic, or a test's list.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::produce {

enum class DeliveryResult {
  kDelivered,  // acknowledged by all replicas
  kTooLarge,   // the client or the topic takes no record of that size
  kFailed      // refused, or not acknowledged in the time that the client's options give
};
inline constexpr size_t kDeliveryResults = 3;
// "delivered", "too_large", "failed".
const char* ToString(DeliveryResult result);

// What became of one record.
struct Delivery {
  size_t feed = 0;
  DeliveryResult result = DeliveryResult::kDelivered;
  int64_t bytes = 0;         // key and value
  std::string message = {};  // why not
};
// Called on any thread, once a record that was queued; must return quickly.
using OnDelivery = std::function<void(const Delivery&)>;

struct SinkStats {
  int64_t queued_records = 0;  // not acknowledged yet
  int64_t queued_bytes = 0;
  int64_t limit_bytes = 0;
  double waited_seconds = 0;  // for room, all threads together
};

// Thread-safe.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // Waits until the topic can be written to. Cancelled when stopped; else an error that waiting will not
  // heal.
  virtual Status Prepare(const std::stop_token& stop) = 0;
  // Queues a copy; waits for room, until `give_up`. A record too large is reported as a delivery, and is no
  // error. Records of one key keep their order.
  virtual Status Send(size_t feed, std::string_view key, std::string_view value,
                      const std::stop_token& give_up) = 0;
  // Waits until all is acknowledged; else a Retry error that says how much is not.
  virtual Status Flush(std::chrono::milliseconds timeout) = 0;
  virtual SinkStats stats() const = 0;
  // Most bytes of a message's value that will most likely be taken; known when Prepare() has returned.
  virtual int64_t usual_message_bytes() const = 0;
};

}  // namespace sluice::produce
