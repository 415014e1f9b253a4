// SPDX-License-Identifier: Apache-2.0
//
// What is said when the program ends by a fault of its own.
#pragma once

namespace sluice::cli {

// From here on an exception that nobody caught, on any thread, ends the program (SIGABRT, as before) with a
// sentence on standard error: what it was, what was kept, what to do.
void SayLastWords();

}  // namespace sluice::cli
