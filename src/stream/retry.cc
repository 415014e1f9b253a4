// SPDX-License-Identifier: Apache-2.0
#include "stream/retry.h"

namespace sluice::stream {

Status WaitBeforeRetry(Patience& patience, const Status& reason, const std::stop_token& stop) {
  patience.gate.Trouble({reason.code(), patience.who != kDriver});
  patience.gate.Waiting(patience.who, reason);
  if (stop.stop_requested() || !patience.clock.SleepFor(patience.backoff.Next(), stop)) {
    return Status::Cancelled();
  }
  return Status::Ok();
}

Status WithRetries(Patience& patience, const std::stop_token& stop,
                   const std::function<Status()>& action) {
  while (true) {
    Status status = action();
    if (!status.Is(ErrorKind::kRetry)) {
      patience.backoff.Reset();
      if (status.ok()) patience.gate.Well(patience.who);
      return status;
    }
    SLUICE_RETURN_IF_ERROR(WaitBeforeRetry(patience, status, stop));
  }
}

}  // namespace sluice::stream
