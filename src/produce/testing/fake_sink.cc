// SPDX-License-Identifier: Apache-2.0
#include "produce/testing/fake_sink.h"

namespace sluice::produce {

Status FakeSink::Send(size_t feed, std::string_view key, std::string_view value,
                      const std::stop_token& give_up) {
  std::unique_lock lock(mutex_);
  if (!status_.ok()) return status_;
  if (!changed_.wait(lock, give_up, [this] { return sent_.size() < room_; }))
    return Status::Cancelled();
  sent_.push_back({feed, std::string(key), std::string(value)});
  return Status::Ok();
}

std::vector<FakeSink::Sent> FakeSink::sent() const {
  const std::scoped_lock lock(mutex_);
  return sent_;
}

void FakeSink::Clear() {
  const std::scoped_lock lock(mutex_);
  sent_.clear();
  changed_.notify_all();
}

void FakeSink::SetRoom(size_t room) {
  const std::scoped_lock lock(mutex_);
  room_ = room;
  changed_.notify_all();
}

void FakeSink::SetStatus(const Status& status) {
  const std::scoped_lock lock(mutex_);
  status_ = status;
}

}  // namespace sluice::produce
