// SPDX-License-Identifier: Apache-2.0
#include "page/event_stream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

namespace sluice::page {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kHeartbeat{15'000};
// A client that is cut off comes back after so long.
constexpr const char* kGreeting = "retry: 2000\n\n";

}  // namespace

// Outlives the streams, which outlive whoever opened them.
struct EventStreams::Shared {
  std::atomic<int> open{0};
  std::atomic<bool> ended{false};
};

namespace {

// One client's stream. Used on the server's thread only.
class Stream {
 public:
  Stream(const EventRing& ring, const std::function<SnapshotText()>& snapshot,
         const std::atomic<bool>& ended, std::optional<uint64_t> seen)
      : ring_(ring),
        snapshot_(snapshot),
        ended_(ended),
        seen_(seen),
        text_(std::make_shared<const std::string>(kGreeting)) {}

  http::BodyStep Read(std::span<char> into) {
    const bool ended = ended_;  // looked at before the ring: what it holds then is the last
    if (at_ == text_->size() && !FindNext()) {
      if (ended) return http::BodyStep::End();
      if (SteadyClock::now() - last_ < kHeartbeat) {
        const auto left = kHeartbeat - (SteadyClock::now() - last_);
        return http::BodyStep::Wait(std::chrono::ceil<milliseconds>(left));
      }
      Take(std::make_shared<const std::string>(": still here\n\n"));
    }
    const size_t size = std::min(into.size(), text_->size() - at_);
    std::memcpy(into.data(), text_->data() + at_, size);
    at_ += size;
    last_ = SteadyClock::now();
    return http::BodyStep::Bytes(size);
  }

 private:
  bool FindNext() {
    if (seen_) {
      EventRing::Next next = ring_.After(*seen_);
      if (!next.lost) {
        if (!next.text) return false;
        seen_ = next.number;
        Take(std::move(next.text));
        return true;
      }
    }
    SnapshotText whole = snapshot_();
    seen_ = whole.number;
    Take(std::make_shared<const std::string>(
        EventText(ring_.IdOf(whole.number), "snapshot", whole.json)));
    return true;
  }

  void Take(std::shared_ptr<const std::string> text) {
    text_ = std::move(text);
    at_ = 0;
  }

  const EventRing& ring_;
  const std::function<SnapshotText()>& snapshot_;
  const std::atomic<bool>& ended_;
  std::optional<uint64_t> seen_;  // null: begins with a snapshot
  std::shared_ptr<const std::string> text_;
  size_t at_ = 0;
  SteadyClock::time_point last_ = SteadyClock::now();
};

std::optional<uint64_t> LastSeen(const EventRing& ring, const http::ServerRequest& request) {
  const std::string* id = request.FindHeader("last-event-id");
  return id ? ring.NumberOf(*id) : std::nullopt;
}

}  // namespace

EventStreams::EventStreams(const EventRing& ring, std::function<SnapshotText()> snapshot)
    : ring_(ring), snapshot_(std::move(snapshot)), shared_(std::make_shared<Shared>()) {}

http::ServerResponse EventStreams::Answer(const http::ServerRequest& request) {
  http::ServerResponse response;
  if (shared_->open >= kMostClients) {
    response.status = 503;
    response.headers = {{"Retry-After", "10"}};
    response.body =
        "as many pages are open as are served live; /api/v1/status answers all the same\n";
    return response;
  }
  ++shared_->open;
  response.content_type = "text/event-stream; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  response.waker = waker_;
  response.stream =
      [stream =
           std::make_shared<Stream>(ring_, snapshot_, shared_->ended, LastSeen(ring_, request)),
       shared = shared_](uint64_t, std::span<char> into) { return stream->Read(into); };
  response.done = [shared = shared_](bool) { --shared->open; };
  return response;
}

void EventStreams::End() {
  shared_->ended = true;
  Ring();
}

int EventStreams::open() const { return shared_->open; }

}  // namespace sluice::page
