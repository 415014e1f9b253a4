// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

namespace sluice::cli {

int ExitCodeOf(const Status& status) {
  if (status.ok() || status.kind() == ErrorKind::kCancelled) return kExitOk;
  for (const char* code : {"FENCED", "CHECKPOINT.IN_USE", "CHECKPOINT.FILE_EXISTS"}) {
    if (status.code() == code) return kExitSecondWriter;
  }
  return status.kind() == ErrorKind::kExit ? kExitConfiguration : kExitStopped;
}

}  // namespace sluice::cli
