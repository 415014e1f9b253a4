// SPDX-License-Identifier: Apache-2.0
//
// A feed out of captures of earlier days: files NAME-YYYYMMDD-HHMMSS.pb (UTC), in the order of their
// stamps and as far apart as these, divided by a speed. A pause of more than ten intervals is cut to that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "produce/feed_source.h"
#include "produce/producer_options.h"

namespace sluice::produce {

struct Capture {
  std::string path;
  std::optional<int64_t> at_ms = {};  // of the stamp; unset if the name has none
};

// "mbta-trip-20171218-184613.pb" -> 2017-12-18T18:46:13Z. A stamp without time is midnight.
std::optional<int64_t> CaptureTime(std::string_view file_name);

// The captures of a directory, or, if `where` is none, those of its parent whose NAME is its last part.
// Those without a stamp come last. Error (Exit) if there is none.
Result<std::vector<Capture>> FindCaptures(const std::string& where);

struct ReplayOptions {
  double speed = 1;
  bool loop = false;
};

// Reads a file on the thread that asks.
Result<std::unique_ptr<FeedSource>> MakeReplaySource(const FeedOptions& options,
                                                     const ReplayOptions& replay,
                                                     const Clock& clock);

}  // namespace sluice::produce
