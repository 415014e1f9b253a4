// SPDX-License-Identifier: Apache-2.0
//
// A board with the thread that turns it, and the streams of those who look at it.
//
//   LivePage page(std::make_unique<QueryBoard>(...), SystemClock());
//   page.Start([](int64_t now_ms) { ... });      // once a second, to leave what is measured by the clock
//   page.StatusJson();
//   page.Finish();
//
// Those who work meet this thread only in an Inbox; the server's thread meets it only here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "page/board.h"
#include "page/event_ring.h"
#include "page/event_stream.h"

namespace sluice::page {

// Thread-safe.
class LivePage {
 public:
  LivePage(std::unique_ptr<Board> board, Clock& clock);
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  // `look` is called about once a second on the page's own thread.
  void Start(std::function<void(int64_t now_ms)> look);
  // Shows the end, waits a moment until the open streams have it, and turns no more.
  void Finish();

  std::string StatusJson() const;
  EventStreams& streams() { return streams_; }
  struct Front {
    std::string title;
    Headline headline;
    std::vector<SummaryLine> lines;
  };
  Front front() const;

 private:
  void Run(const std::stop_token& stop);
  void Turn();
  SnapshotText Snapshot() const;

  Clock& clock_;
  mutable std::mutex mutex_;  // guards the board
  const std::unique_ptr<Board> board_;
  EventRing ring_;
  EventStreams streams_;
  std::function<void(int64_t)> look_;
  std::jthread thread_;
};

}  // namespace sluice::page
