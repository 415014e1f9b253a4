// SPDX-License-Identifier: Apache-2.0
//
// A TCP socket that listens, out of "address:port".
#pragma once

#include <string>

#include "core/result.h"
#include "http/server.h"

namespace sluice::http {

struct ListenSocket {
  int fd = -1;          // the caller closes it
  std::string address;  // as bound: "127.0.0.1:4040", "[::1]:4040"
};

// Of the options: listen, and how messages speak of it.
Result<ListenSocket> OpenListenSocket(const ServerOptions& options);

}  // namespace sluice::http
