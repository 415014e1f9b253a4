// SPDX-License-Identifier: Apache-2.0
#include "core/fault_point.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

namespace sluice {
namespace {

struct Fault {
  std::string name;
  std::atomic<long> passages_left{0};

  Fault() {
    const char* text = std::getenv("SLUICE_FAULT");
    if (text != nullptr) Parse(text);
  }

  // A test that names its point wrongly must not pass for want of a crash.
  void Parse(const std::string& text) {
    const size_t colon = text.rfind(':');
    const bool counted = colon != std::string::npos;
    name = text.substr(0, colon);
    passages_left = counted ? std::atol(text.c_str() + colon + 1) : 1;
    if (name.empty() || passages_left <= 0) {
      std::cerr << "SLUICE_FAULT=" << text << ": expected NAME:N with N >= 1\n";
      std::_Exit(2);
    }
  }
};

}  // namespace

void FaultPoint(const char* name) {
  static Fault fault;
  if (fault.name != name) return;
  if (fault.passages_left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

}  // namespace sluice
