// SPDX-License-Identifier: Apache-2.0
//
// The demo's producer: sends the simulated city's feed to a topic at a steady rate, on a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/result.h"
#include "gtfs/city.h"
#include "kafka/producer.h"

namespace sluice::cli {

struct CitySenderOptions {
  std::string topic;
  int partitions = 1;
  double feeds_per_second = 2;
};

class CitySender {
 public:
  // `on_error`: called once, on the sender's thread, if sending fails; it then ends.
  CitySender(gtfs::City city, std::unique_ptr<kafka::Producer> producer, CitySenderOptions options,
             Clock& clock, std::function<void(const Status&)> on_error);
  // Stops sending.
  ~CitySender();

  // Ends the thread and waits for what is queued.
  void Stop();
  int64_t messages() const { return messages_; }
  int64_t vehicles() const { return vehicles_; }

 private:
  void Run(const std::stop_token& stop, const std::function<void(const Status&)>& on_error);
  Status SendFeed();

  gtfs::City city_;
  std::unique_ptr<kafka::Producer> producer_;
  CitySenderOptions options_;
  Clock& clock_;
  std::atomic<int64_t> messages_ = 0;
  std::atomic<int64_t> vehicles_ = 0;
  std::jthread thread_;
};

}  // namespace sluice::cli
