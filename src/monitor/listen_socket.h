// SPDX-License-Identifier: Apache-2.0
//
// A TCP socket that listens, out of "address:port".
#pragma once

#include <string>

#include "core/result.h"

namespace sluice::monitor {

struct ListenSocket {
  int fd = -1;          // the caller closes it
  std::string address;  // as bound: "127.0.0.1:4040", "[::1]:4040"
};

Result<ListenSocket> OpenListenSocket(const std::string& listen);

}  // namespace sluice::monitor
