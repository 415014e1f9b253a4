// SPDX-License-Identifier: Apache-2.0
#include "page/live_page.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace sluice::page {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTurn{200};
constexpr int kTurnsPerLook = 5;
constexpr milliseconds kFarewell{1000};
constexpr size_t kRingEvents = 512;
constexpr size_t kRingBytes = 8 << 20;

}  // namespace

LivePage::LivePage(std::unique_ptr<Board> board, Clock& clock)
    : clock_(clock),
      board_(std::move(board)),
      ring_(fmt::format("{:x}", clock.NowMs()), kRingEvents, kRingBytes),
      streams_(ring_, [this] { return Snapshot(); }) {}

LivePage::~LivePage() = default;

void LivePage::Start(std::function<void(int64_t)> look) {
  look_ = std::move(look);
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void LivePage::Run(const std::stop_token& stop) {
  int turns = 0;
  do {
    if (turns++ % kTurnsPerLook == 0 && look_) look_(clock_.NowMs());
    Turn();
  } while (clock_.SleepFor(kTurn, stop));
}

void LivePage::Turn() {
  {
    const std::scoped_lock lock(mutex_);
    const std::vector<Outgoing> events = board_->Turn(clock_.NowMs());
    if (events.empty()) return;
    for (const Outgoing& event : events) ring_.Add(event);
  }
  streams_.Ring();
}

void LivePage::Finish() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  Turn();
  streams_.End();
  for (milliseconds waited{0}; waited < kFarewell && streams_.open() > 0;
       waited += milliseconds(10))
    std::this_thread::sleep_for(milliseconds(10));
}

SnapshotText LivePage::Snapshot() const {
  const std::scoped_lock lock(mutex_);
  const uint64_t number = ring_.newest();
  return {board_->Snapshot(clock_.NowMs(), ring_.IdOf(number)), number};
}

std::string LivePage::StatusJson() const { return Snapshot().json; }

LivePage::Front LivePage::front() const {
  const std::scoped_lock lock(mutex_);
  return {board_->title(), board_->headline(), board_->Summary()};
}

}  // namespace sluice::page
