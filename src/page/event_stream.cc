// SPDX-License-Identifier: Apache-2.0
#include "page/event_stream.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
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

// How far each stream is: what it has handed over entirely.
struct EventStreams::Shared {
  std::mutex mutex;
  int next_id = 0;
  std::map<int, uint64_t> sent;
};

namespace {

// One client's stream. Used on the server's thread only.
class Stream {
 public:
  Stream(const EventRing& ring, const std::function<SnapshotText()>& snapshot,
         std::optional<uint64_t> seen)
      : ring_(ring),
        snapshot_(snapshot),
        seen_(seen),
        text_(std::make_shared<const std::string>(kGreeting)) {}

  http::BodyStep Read(std::span<char> into) {
    if (at_ == text_->size() && !FindNext()) {
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

  // Everything up to here is handed over.
  uint64_t sent() const { return at_ == text_->size() ? seen_.value_or(0) : seen_.value_or(1) - 1; }

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
  int id = 0;
  {
    const std::scoped_lock lock(shared_->mutex);
    if (shared_->sent.size() >= kMostClients) {
      response.status = 503;
      response.headers = {{"Retry-After", "10"}};
      response.body =
          "as many pages are open as are served live; /api/v1/status answers all the same\n";
      return response;
    }
    id = shared_->next_id++;
    shared_->sent[id] = 0;
  }
  response.content_type = "text/event-stream; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  response.waker = waker_;
  response.stream = [stream = std::make_shared<Stream>(ring_, snapshot_, LastSeen(ring_, request)),
                     shared = shared_, id](uint64_t, std::span<char> into) {
    const http::BodyStep step = stream->Read(into);
    const std::scoped_lock lock(shared->mutex);
    shared->sent[id] = stream->sent();
    return step;
  };
  response.done = [shared = shared_, id](bool) {
    const std::scoped_lock lock(shared->mutex);
    shared->sent.erase(id);
  };
  return response;
}

bool EventStreams::AllSent() const {
  const uint64_t newest = ring_.newest();
  const std::scoped_lock lock(shared_->mutex);
  return std::all_of(shared_->sent.begin(), shared_->sent.end(),
                     [&](const auto& stream) { return stream.second >= newest; });
}

}  // namespace sluice::page
