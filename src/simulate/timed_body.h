// SPDX-License-Identifier: Apache-2.0
//
// Bodies that come slowly, stop or break off, as streams of the HTTP server.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/clock.h"
#include "http/server.h"

namespace sluice::simulate {

using Body = std::shared_ptr<const std::string>;

// The whole body, evenly over `time`. `clock` must outlive the stream.
http::BodySource SlowBody(Body body, std::chrono::milliseconds time, Clock& clock);
// The first `bytes` (at most all but one), then the connection is closed.
http::BodySource BreakingBody(Body body, size_t bytes);
// The first `bytes` (at most all but one), then nothing until the client gives up.
http::BodySource StallingBody(Body body, size_t bytes);

}  // namespace sluice::simulate
