// SPDX-License-Identifier: Apache-2.0
//
// The identity of each topic as first seen, or as recorded by an earlier run: a topic that was deleted
// and created again has another id although its name, and perhaps its offsets, look the same. A topic
// that is away keeps its id here, so that it can be told from another one of its name. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace sluice::kafka {

class TopicIds {
 public:
  // True if `id` is the topic's id so far, or the first one seen, or empty (old brokers have none).
  bool Matches(const std::string& topic, const std::string& id) {
    if (id.empty()) return true;
    const std::lock_guard lock(mutex_);
    return ids_.try_emplace(topic, id).first->second == id;
  }
  // From now on `id` is the right one.
  void Set(const std::string& topic, const std::string& id) {
    const std::lock_guard lock(mutex_);
    ids_[topic] = id;
  }
  bool Knows(const std::string& topic) const { return Find(topic).has_value(); }
  std::optional<std::string> Find(const std::string& topic) const {
    const std::lock_guard lock(mutex_);
    const auto found = ids_.find(topic);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> ids_;  // GUARDED_BY(mutex_)
};

}  // namespace sluice::kafka
