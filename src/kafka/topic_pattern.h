// SPDX-License-Identifier: Apache-2.0
//
// subscribePattern: a regular expression in Java's dialect that must match a topic's whole name.
// PCRE2 stands in for Java's engine; docs/kafka-options.md lists where they differ.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"

namespace sluice::kafka {

// Immutable; thread-safe.
class TopicPattern {
 public:
  // Exit error that points at the mistake.
  static Result<TopicPattern> Make(const std::string& pattern);
  bool Matches(const std::string& topic) const;

 private:
  explicit TopicPattern(std::shared_ptr<void> code) : code_(std::move(code)) {}
  std::shared_ptr<void> code_;  // pcre2_code
};

}  // namespace sluice::kafka
