// SPDX-License-Identifier: Apache-2.0
#include "http/thread.h"

#include <pthread.h>

#include <csignal>
#include <string>
#include <system_error>
#include <utility>

namespace sluice::http {

Status StartThread(std::string_view error_code, const char* name, std::thread& thread,
                   std::function<void()> work) {
  // A thread inherits the mask of the one that starts it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Status status;
  try {
    thread = std::thread(std::move(work));
    pthread_setname_np(thread.native_handle(), name);
  } catch (const std::system_error& error) {
    status = Status::Retry(error_code, std::string("no thread: ") + error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

}  // namespace sluice::http
