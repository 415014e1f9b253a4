// SPDX-License-Identifier: Apache-2.0
//
// What rules about several keys stand on: which keys are set, where, and what is wrong with them.
#pragma once

#include <string>
#include <utility>

#include "config/reader.h"

namespace sluice::config {

class Rules {
 public:
  // `file`: for messages. Both must outlive it.
  Rules(const std::string& file, ReadResult& result) : file_(file), result_(result) {}

  bool IsSet(const std::string& path) const { return result_.set.contains(path); }

  // 0: not set in the file.
  int LineOf(const std::string& path) const {
    const auto at = result_.set.find(path);
    return at == result_.set.end() ? 0 : at->second.line;
  }

  void Add(const std::string& path, std::string message) {
    result_.mistakes.push_back({file_, LineOf(path), path, std::move(message)});
  }

  void Warn(const std::string& path, std::string message) {
    result_.warnings.push_back({file_, LineOf(path), path, std::move(message)});
  }

 protected:
  const std::string& file_;
  ReadResult& result_;
};

}  // namespace sluice::config
