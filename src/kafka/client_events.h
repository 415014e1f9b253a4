// SPDX-License-Identifier: Apache-2.0
//
// What librdkafka says on the side - log lines and client-wide errors - boiled down to what a caller
// can act on: is a broker reachable, which address fails and why, were the credentials refused.
// Nothing is printed. All functions are thread-safe: librdkafka calls from its own threads.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "kafka/source.h"

namespace sluice::kafka {

class ClientEvents {
 public:
  explicit ClientEvents(std::string bootstrap_servers) : bootstrap_(std::move(bootstrap_servers)) {}

  // librdkafka's callbacks. `level` is syslog's; `error` an rd_kafka_resp_err_t.
  void OnLog(int level, const std::string& facility, const std::string& text);
  void OnError(int error, const std::string& text);
  // A broker answered: whatever failed before is over.
  void OnAnswer();
  bool HasAnswered() const;

  // How long no broker has been reachable; zero while one is, or before the first failure.
  std::chrono::nanoseconds UnreachableFor() const;
  // Credentials or certificates that a broker refused: nothing gets better by waiting.
  std::optional<Status> Refusal() const;
  // Retry error that names the addresses and the last failure.
  Status Unreachable() const;
  // Warnings since the last call: one an outage, and other lines of librdkafka's log worth reading.
  std::vector<SourceWarning> TakeWarnings();

 private:
  // The callers of these hold mutex_.
  void NoteFailure(const std::string& text);
  void AddWarning(std::string code, std::string message);
  std::string UnreachableText() const;

  const std::string bootstrap_;
  mutable std::mutex mutex_;
  std::string last_failure_;                                             // GUARDED_BY(mutex_)
  std::optional<std::chrono::steady_clock::time_point> all_down_since_;  // GUARDED_BY(mutex_)
  std::optional<Status> refusal_;                                        // GUARDED_BY(mutex_)
  bool answered_ = false;                                                // GUARDED_BY(mutex_)
  bool outage_reported_ = false;                                         // GUARDED_BY(mutex_)
  std::vector<SourceWarning> warnings_;                                  // GUARDED_BY(mutex_)
};

}  // namespace sluice::kafka
