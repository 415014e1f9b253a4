// SPDX-License-Identifier: Apache-2.0
//
// The newest events of a page, numbered, for streams that each read at their own speed. A reader is only a
// number: however slow, it costs nothing, and one that falls out of the ring begins anew with a snapshot.
//
//   EventRing ring("18c2f0a1", 256);
//   ring.Add({"sample", "{...}"});
//   EventRing::Next next = ring.After(seen);
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "page/board.h"

namespace sluice::page {

// Thread-safe.
class EventRing {
 public:
  // `run` tells the events of this process from those of one before. At most so many events and bytes are
  // kept.
  EventRing(std::string run, size_t most_events, size_t most_bytes)
      : run_(std::move(run)), most_events_(most_events), most_bytes_(most_bytes) {}

  void Add(const Outgoing& event);
  // Number of the newest event; 0: none yet.
  uint64_t newest() const;

  struct Next {
    bool lost = false;                        // what followed is not here any more
    std::shared_ptr<const std::string> text;  // as it goes over the wire; null: nothing new
    uint64_t number = 0;
  };
  Next After(uint64_t number) const;

  // "18c2f0a1-42", and back: null if it is of another run or no such text.
  std::string IdOf(uint64_t number) const;
  std::optional<uint64_t> NumberOf(std::string_view id) const;

 private:
  const std::string run_;
  const size_t most_events_;
  const size_t most_bytes_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<std::shared_ptr<const std::string>> texts_;
  size_t bytes_ = 0;
  uint64_t newest_ = 0;
};

// "id: ...\nevent: ...\ndata: ...\n\n"; `json` is one line.
std::string EventText(const std::string& id, const std::string& name, const std::string& json);

}  // namespace sluice::page
