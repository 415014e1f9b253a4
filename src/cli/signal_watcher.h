// SPDX-License-Identifier: Apache-2.0
//
// SIGTERM and SIGINT: the first asks the query to stop at a batch boundary, the second ends at once.
//
//   std::stop_source stop;
//   SignalWatcher watcher(stop, [](const char* name) { ... });   // before any other thread is started
#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace sluice::cli {

// Blocks both signals in this thread and all started after it; ignores SIGPIPE. A second signal ends
// the process with 128 + its number. The signals are as before when it is destroyed.
class SignalWatcher {
 public:
  // `on_first`: called on the watcher's thread with "SIGINT" or "SIGTERM", after the request to stop.
  // The second signal ends the process even while it is called: nobody may be reading what it writes.
  SignalWatcher(std::stop_source stop, std::function<void(const char* name)> on_first);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  void Watch(const std::stop_source& stop, const std::function<void(const char*)>& on_first) const;

  // The signal's number; 0 when the watcher ends without one.
  int WaitForSignal() const;

  int signal_fd_ = -1;
  int wake_fd_ = -1;
  struct sigaction old_int_{};
  struct sigaction old_term_{};
  std::thread thread_;
};

}  // namespace sluice::cli
