// SPDX-License-Identifier: Apache-2.0
//
// Trying again while the world is in the way: a broker that does not answer, a full disk.
#pragma once

#include <functional>
#include <stop_token>

#include "core/clock.h"
#include "core/result.h"
#include "stream/backoff.h"
#include "stream/listener_gate.h"

namespace sluice::stream {

// What a thread of the query needs to wait in public.
struct Patience {
  int who;
  ListenerGate& gate;
  Clock& clock;
  Backoff backoff;
};

// Says why it waits, sleeps; Cancelled when stopped, else OK.
Status WaitBeforeRetry(Patience& patience, const Status& reason, const std::stop_token& stop);

// Calls `action` until it returns anything but a Retry error, waiting in between.
Status WithRetries(Patience& patience, const std::stop_token& stop,
                   const std::function<Status()>& action);

template <typename T>
Result<T> ResultWithRetries(Patience& patience, const std::stop_token& stop,
                            const std::function<Result<T>()>& action) {
  Result<T> result = Status::Cancelled();
  SLUICE_RETURN_IF_ERROR(WithRetries(patience, stop, [&] {
    result = action();
    return result.status();
  }));
  return result;
}

}  // namespace sluice::stream
