// SPDX-License-Identifier: Apache-2.0
#include "cli/core_dumps.h"

#include <sys/prctl.h>

namespace sluice::cli {

bool ForbidCoreDumps() { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }

void AllowCoreDumps() { prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }

}  // namespace sluice::cli
