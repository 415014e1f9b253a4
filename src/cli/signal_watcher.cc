// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace sluice::cli {

namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void EndAtOnce(int signal) { _exit(128 + signal); }

}  // namespace

SignalWatcher::SignalWatcher(std::stop_source stop,
                             std::function<void(const char* name)> on_first) {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction end_at_once{};
  end_at_once.sa_handler = EndAtOnce;
  sigaction(SIGINT, &end_at_once, &old_int_);
  sigaction(SIGTERM, &end_at_once, &old_term_);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  wake_fd_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread(
      [this, stop = std::move(stop), on_first = std::move(on_first)] { Watch(stop, on_first); });
}

SignalWatcher::~SignalWatcher() {
  const uint64_t one = 1;
  if (write(wake_fd_, &one, sizeof one) == sizeof one)
    thread_.join();
  else
    thread_.detach();
  close(signal_fd_);
  close(wake_fd_);
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int SignalWatcher::WaitForSignal() const {
  while (true) {
    pollfd fds[2] = {{signal_fd_, POLLIN, 0}, {wake_fd_, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) return 0;
    signalfd_siginfo info{};
    if (read(signal_fd_, &info, sizeof info) == sizeof info)
      return static_cast<int>(info.ssi_signo);
  }
}

void SignalWatcher::Watch(const std::stop_source& stop,
                          const std::function<void(const char*)>& on_first) const {
  const int signal = WaitForSignal();
  if (signal == 0) return;
  // This thread alone takes the next one, whatever it is doing then.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  stop.request_stop();
  on_first(signal == SIGINT ? "SIGINT" : "SIGTERM");
  pollfd wake{wake_fd_, POLLIN, 0};
  while (poll(&wake, 1, -1) < 0) {
  }
}

}  // namespace sluice::cli
