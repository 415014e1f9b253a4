// SPDX-License-Identifier: Apache-2.0
#include "stream/stage_meter.h"

#include <algorithm>

namespace sluice::stream {

namespace {

double SecondsOf(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void StageMeter::Begin(Activity activity) {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  Of(now_) += SecondsOf(now - since_);
  now_ = activity;
  since_ = now;
  ++begun_;
}

double StageMeter::End(double busy_seconds) {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  const double wall = SecondsOf(now - since_);
  const bool divided = now_ == Activity::kFetch && busy_seconds >= 0;
  const double busy = divided ? std::min(busy_seconds, wall) : wall;
  Of(now_) += busy;
  Of(Activity::kWaiting) += wall - busy;
  now_ = Activity::kWaiting;
  since_ = now;
  return wall;
}

ActivitySeconds StageMeter::Seconds() const {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  ActivitySeconds seconds = seconds_;
  // How a fetch divides into work and waiting is known at its end, within a second or so.
  if (now_ != Activity::kFetch && now > since_)
    seconds[static_cast<size_t>(now_)] += SecondsOf(now - since_);
  return seconds;
}

int64_t StageMeter::begun() const {
  const std::lock_guard lock(mutex_);
  return begun_;
}

}  // namespace sluice::stream
