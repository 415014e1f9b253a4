// SPDX-License-Identifier: Apache-2.0
//
// Named places in the protocol where a test build can be killed. The program that users run links an
// empty body; the executable sluice_faults raises SIGKILL at the n-th passage of the point named by
// the environment variable SLUICE_FAULT=name:n.
//
//   FaultPoint("offsets.before_rename");
#pragma once

namespace sluice {

void FaultPoint(const char* name);

}  // namespace sluice
