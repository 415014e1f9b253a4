// SPDX-License-Identifier: Apache-2.0
#include "simulate/timed_body.h"

#include <algorithm>
#include <optional>

namespace sluice::simulate {

namespace {

using http::BodyStep;

constexpr std::chrono::milliseconds kStep{50};
constexpr std::chrono::hours kForever{24};

BodyStep Copy(const std::string& body, uint64_t position, uint64_t end, std::span<char> into) {
  const size_t bytes = std::min<size_t>(into.size(), static_cast<size_t>(end - position));
  std::copy_n(body.data() + position, bytes, into.data());
  return BodyStep::Bytes(bytes);
}

// Never all of it.
size_t PartOf(const std::string& body, size_t bytes) {
  return body.empty() ? 0 : std::min(bytes, body.size() - 1);
}

}  // namespace

http::BodySource SlowBody(Body body, std::chrono::milliseconds time, Clock& clock) {
  return [body = std::move(body), time, &clock, begun = std::optional<std::chrono::nanoseconds>()](
             uint64_t position, std::span<char> into) mutable {
    if (position >= body->size()) return BodyStep::End();
    if (!begun) begun = clock.Monotonic();
    const std::chrono::duration<double> over = clock.Monotonic() - *begun;
    const std::chrono::duration<double> whole = time;
    const double part = whole.count() > 0 ? std::min(over.count() / whole.count(), 1.0) : 1.0;
    // The last byte comes when all of the time is over.
    const auto due = static_cast<uint64_t>(part * static_cast<double>(body->size()));
    if (due <= position) return BodyStep::Wait(kStep);
    return Copy(*body, position, due, into);
  };
}

http::BodySource BreakingBody(Body body, size_t bytes) {
  return [body = std::move(body), bytes](uint64_t position, std::span<char> into) {
    const size_t end = PartOf(*body, bytes);
    if (position >= end) return BodyStep::Abort();
    return Copy(*body, position, end, into);
  };
}

http::BodySource StallingBody(Body body, size_t bytes) {
  return [body = std::move(body), bytes](uint64_t position, std::span<char> into) {
    const size_t end = PartOf(*body, bytes);
    if (position >= end) return BodyStep::Wait(kForever);
    return Copy(*body, position, end, into);
  };
}

}  // namespace sluice::simulate
