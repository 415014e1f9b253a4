// SPDX-License-Identifier: Apache-2.0
//
// Writes records to Kafka: idempotent, acks=all, lz4; a full queue makes Send wait, never drop.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::kafka {

class Producer {
 public:
  // `client`: Java names without the "kafka." prefix; "bootstrap.servers" is required.
  static Result<std::unique_ptr<Producer>> Open(const std::map<std::string, std::string>& client);
  virtual ~Producer() = default;
  // Copies and queues one record; partition -1 = by key hash. Thread-safe.
  virtual Status Send(const std::string& topic, int partition, std::string_view key,
                      std::string_view value) = 0;
  // Waits until all queued records are acknowledged; Retry error naming how many are not.
  virtual Status Flush(std::chrono::milliseconds timeout) = 0;
  virtual int64_t delivered() const = 0;
  virtual int64_t failed() const = 0;
};

}  // namespace sluice::kafka
