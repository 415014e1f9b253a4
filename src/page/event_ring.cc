// SPDX-License-Identifier: Apache-2.0
#include "page/event_ring.h"

#include <charconv>
#include <utility>

namespace sluice::page {

std::string EventText(const std::string& id, const std::string& name, const std::string& json) {
  return "id: " + id + "\nevent: " + name + "\ndata: " + json + "\n\n";
}

void EventRing::Add(const Outgoing& event) {
  const std::scoped_lock lock(mutex_);
  auto text =
      std::make_shared<const std::string>(EventText(IdOf(++newest_), event.name, event.json));
  bytes_ += text->size();
  texts_.push_back(std::move(text));
  while (texts_.size() > most_events_ || (bytes_ > most_bytes_ && texts_.size() > 1)) {
    bytes_ -= texts_.front()->size();
    texts_.pop_front();
  }
}

uint64_t EventRing::newest() const {
  const std::scoped_lock lock(mutex_);
  return newest_;
}

EventRing::Next EventRing::After(uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  if (number >= newest_) return {number > newest_, nullptr, number};
  const uint64_t oldest = newest_ - texts_.size() + 1;
  if (number + 1 < oldest) return {true, nullptr, number};
  return {false, texts_[number + 1 - oldest], number + 1};
}

std::string EventRing::IdOf(uint64_t number) const { return run_ + "-" + std::to_string(number); }

std::optional<uint64_t> EventRing::NumberOf(std::string_view id) const {
  if (id.size() <= run_.size() + 1 || id.substr(0, run_.size()) != run_ || id[run_.size()] != '-')
    return {};
  const std::string_view digits = id.substr(run_.size() + 1);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  return number;
}

}  // namespace sluice::page
