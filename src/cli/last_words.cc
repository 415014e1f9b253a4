// SPDX-License-Identifier: Apache-2.0
#include "cli/last_words.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "core/version.h"

namespace sluice::cli {

namespace {

// Takes no memory: there may be none.
void Say(const char* what) {
  std::fprintf(stderr,
               "sluice %s: a fault of the program itself: %s. What was committed is kept, and the "
               "next start goes on behind it. Please report this line.\n",
               kVersion, what);
}

[[noreturn]] void OnTerminate() {
  try {
    if (const std::exception_ptr uncaught = std::current_exception())
      std::rethrow_exception(uncaught);
    Say("it was told to end at once");
  } catch (const std::bad_alloc&) {
    Say("the machine gave no more memory");
  } catch (const std::exception& error) {
    Say(error.what());
  } catch (...) {
    Say("an exception without words");
  }
  std::abort();
}

}  // namespace

void SayLastWords() { std::set_terminate(OnTerminate); }

}  // namespace sluice::cli
