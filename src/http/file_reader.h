// SPDX-License-Identifier: Apache-2.0
//
// A file as the answer to a fetch of file://.
#pragma once

#include <cstdint>
#include <string>

#include "http/client.h"

namespace sluice::http {

// A regular file of at most `max_bytes`; Last-Modified is its time. Anything that might make the reader
// wait (a pipe, a terminal) is refused.
Outcome ReadFile(const std::string& path, int64_t max_bytes);

}  // namespace sluice::http
