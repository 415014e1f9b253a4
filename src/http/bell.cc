// SPDX-License-Identifier: Apache-2.0
#include "http/bell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace sluice::http {

Bell::Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Bell::~Bell() {
  if (fd_ >= 0) close(fd_);
}

void Bell::Ring() {
  const uint64_t one = 1;
  // Full only if it rings already.
  (void)!write(fd_, &one, sizeof one);
}

void Bell::Quiet() {
  uint64_t rings = 0;
  (void)!read(fd_, &rings, sizeof rings);
}

void CountingWaker::Ring() {
  ++rings_;
  const std::scoped_lock lock(mutex_);
  for (const auto& weak : bells_)
    if (const auto bell = weak.lock()) bell->Ring();
}

void CountingWaker::Listen(const std::shared_ptr<Bell>& bell) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(bells_, [](const auto& weak) { return weak.expired(); });
  const bool known = std::any_of(bells_.begin(), bells_.end(),
                                 [&](const auto& weak) { return weak.lock() == bell; });
  if (!known) bells_.push_back(bell);
}

std::shared_ptr<Waker> Waker::Make() { return std::make_shared<CountingWaker>(); }

}  // namespace sluice::http
