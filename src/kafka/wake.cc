// SPDX-License-Identifier: Apache-2.0
#include "kafka/wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace sluice::kafka {

Wake::Wake() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Wake::~Wake() {
  if (fd_ >= 0) close(fd_);
}

void Wake::Wait(std::chrono::milliseconds timeout, const std::stop_token& stop) {
  const std::stop_callback ring(stop, [this] { eventfd_write(fd_, 1); });
  constexpr int kWithoutDescriptorMs = 5;
  const int limit = static_cast<int>(timeout.count());
  pollfd waiting{fd_, POLLIN, 0};  // poll() ignores a negative descriptor
  if (poll(&waiting, 1, fd_ >= 0 ? limit : std::min(limit, kWithoutDescriptorMs)) > 0) {
    eventfd_t rings = 0;
    eventfd_read(fd_, &rings);
  }
}

}  // namespace sluice::kafka
