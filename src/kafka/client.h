// SPDX-License-Identifier: Apache-2.0
//
// One librdkafka client and what it reports. Messages taken from it must be destroyed before it is,
// so whoever holds messages holds a shared_ptr to their client.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "kafka/client_events.h"
#include "kafka/handles.h"

namespace sluice::kafka {

// librdkafka's own names and values; a later entry overrides an earlier one of the same name.
using ClientSettings = std::vector<std::pair<std::string, std::string>>;

// A record whose fate is known.
struct Delivered {
  uintptr_t tag;   // RD_KAFKA_V_OPAQUE
  int64_t bytes;   // key and value
  int error;       // rd_kafka_resp_err_t
  int64_t offset;  // negative: the broker named none
};

// Thread-safe.
class Client {
 public:
  enum class Role { kConsumer, kProducer };
  // Called from Serve() with each record that was delivered or failed.
  using OnDelivered = std::function<void(const Delivered&)>;

  // Starts the client's threads; waits for no broker. Exit error for a setting that librdkafka refuses.
  static Result<std::shared_ptr<Client>> Open(Role role, const ClientSettings& settings,
                                              OnDelivered on_delivered = nullptr);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  rd_kafka_s* handle() const { return handle_.get(); }
  ClientEvents& events() { return events_; }
  // Runs the callbacks that are due; returns at once, or after `timeout_ms` at most.
  void Serve(int timeout_ms = 0);

 private:
  Client(std::string bootstrap, OnDelivered on_delivered)
      : events_(std::move(bootstrap)), on_delivered_(std::move(on_delivered)) {}
  void InstallCallbacks(rd_kafka_conf_s* conf, Role role);

  ClientEvents events_;
  OnDelivered on_delivered_;
  Handle<rd_kafka_s> handle_;  // last: its threads call into the members above
};

}  // namespace sluice::kafka
