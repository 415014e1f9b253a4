// SPDX-License-Identifier: Apache-2.0
#include "stream/board.h"

namespace sluice::stream {

void Board::Add(int64_t RunCounts::* count) {
  {
    const std::lock_guard lock(mutex_);
    ++(counts_.*count);
  }
  changed_.notify_all();
}

void Board::Fail(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return;
    failure_ = status;
  }
  changed_.notify_all();
  wake_.request_stop();
}

Status Board::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool Board::Wait(const Condition& condition, const std::stop_token& stop,
                 std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [&] { return !failure_.ok() || condition(counts_); });
  return failure_.ok() && condition(counts_);
}

}  // namespace sluice::stream
