// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events: first all there is, then what happens, from a ring of events.
//
//   EventStreams streams(ring, [] { return SnapshotEvent{...}; });
//   return streams.Answer(request);
//   streams.Ring();                       // there is something new
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/server.h"
#include "page/event_ring.h"

namespace sluice::page {

// A snapshot holds all events up to `number`.
struct SnapshotText {
  std::string json;
  uint64_t number = 0;
};

// Answer() on the server's thread, the rest on any.
class EventStreams {
 public:
  static constexpr int kMostClients = 16;

  // `snapshot` is called on the server's thread; it and `ring` must outlive the server.
  EventStreams(const EventRing& ring, std::function<SnapshotText()> snapshot);

  // 503 when there are so many already.
  http::ServerResponse Answer(const http::ServerRequest& request);
  void Ring() { waker_->Ring(); }
  // Each stream ends when it has sent all that is in the ring. What a stream has handed over may still
  // wait to be written; a stream that is not open any more has it all on its way.
  void End();
  int open() const;

 private:
  struct Shared;
  const EventRing& ring_;
  const std::function<SnapshotText()> snapshot_;
  const std::shared_ptr<http::Waker> waker_ = http::Waker::Make();
  const std::shared_ptr<Shared> shared_;
};

}  // namespace sluice::page
