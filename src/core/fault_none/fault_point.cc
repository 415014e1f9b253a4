// SPDX-License-Identifier: Apache-2.0
#include "core/fault_point.h"

namespace sluice {

void FaultPoint(const char* /*name*/) {}

}  // namespace sluice
