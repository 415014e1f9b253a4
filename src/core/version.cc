// SPDX-License-Identifier: Apache-2.0
#include "core/version.h"

namespace sluice {

const char* BuildRevision() { return SLUICE_REVISION; }

const char* BuildCompiler() {
#ifdef __clang__
  return __VERSION__;  // begins with the compiler's name
#else
  return "GCC " __VERSION__;
#endif
}

}  // namespace sluice
