// SPDX-License-Identifier: Apache-2.0
//
// Times a piece of work at the storage and tells of it.
//
//   return Timed(gate, clock, "offset_log", [&] { return checkpoint.WriteOffsets(id, entry); });
#pragma once

#include <chrono>

#include "core/clock.h"
#include "stream/listener_gate.h"

namespace sluice::stream {

// `work` gives a Status or a Result, which is handed on. Each try is told of by itself.
template <typename Work>
auto Timed(ListenerGate& gate, const Clock& clock, const char* operation, Work work) {
  const auto begun = clock.Monotonic();
  auto done = work();
  const std::chrono::duration<double> seconds = clock.Monotonic() - begun;
  gate.Stored({operation, done.ok(), seconds.count()});
  return done;
}

}  // namespace sluice::stream
