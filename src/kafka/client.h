// SPDX-License-Identifier: Apache-2.0
//
// One librdkafka client and what it reports. Messages taken from it must be destroyed before it is,
// so whoever holds messages holds a shared_ptr to their client.
#pragma once

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

// Thread-safe.
class Client {
 public:
  enum class Role { kConsumer, kProducer };
  // Called from Serve() with each message that was delivered (0) or failed (rd_kafka_resp_err_t).
  using DeliveryReport = std::function<void(int error)>;

  // Starts the client's threads; waits for no broker. Exit error for a setting that librdkafka refuses.
  static Result<std::shared_ptr<Client>> Open(Role role, const ClientSettings& settings,
                                              DeliveryReport on_delivery = nullptr);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  rd_kafka_s* handle() const { return handle_.get(); }
  ClientEvents& events() { return events_; }
  // Runs the callbacks that are due; returns at once, or after `timeout_ms` at most.
  void Serve(int timeout_ms = 0);

 private:
  Client(std::string bootstrap, DeliveryReport on_delivery)
      : events_(std::move(bootstrap)), on_delivery_(std::move(on_delivery)) {}
  void InstallCallbacks(rd_kafka_conf_s* conf, Role role);

  ClientEvents events_;
  DeliveryReport on_delivery_;
  Handle<rd_kafka_s> handle_;  // last: its threads call into the members above
};

}  // namespace sluice::kafka
