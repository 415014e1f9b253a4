// SPDX-License-Identifier: Apache-2.0
//
// A process that holds API keys leaves none of them behind. The keys stand in more places than we could mark
// one by one - the environment, libcurl's and OpenSSL's buffers, the Kafka client - so the process as a
// whole is kept from being dumped, or read by others of its user (/proc/PID/environ, /proc/PID/mem).
#pragma once

namespace sluice::cli {

// False if the kernel does not let us.
bool ForbidCoreDumps();
void AllowCoreDumps();

}  // namespace sluice::cli
