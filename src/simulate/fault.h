// SPDX-License-Identifier: Apache-2.0
//
// What can be wrong with an answer, as a user writes it: "slow:5s", "429:30s", "truncated", "old-header:10m".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::simulate {

enum class FaultKind {
  kNone,
  // The answer does not come, or not as it should.
  kSlow,       // the body is spread over `time`
  kHung,       // nothing is ever answered
  kStalled,    // half of the body, then nothing more
  kReset,      // the connection is closed without an answer
  kTruncated,  // closed after `bytes` of the body (0: half)
  kStatus,     // `status` with a page; `time` as Retry-After (0: none)
  kRedirect,   // `bytes` redirects, one after another, to the feed
  kLying304,   // 304 to every conditional request, whatever is new
  // 200, and no feed.
  kHtml,
  kJson,
  kText,
  kEmpty,
  kCut,        // the body is complete to HTTP, and ends after `bytes` of the feed (0: half)
  kGzipTwice,  // a compressed feed inside of Content-Encoding: gzip
  kGzipBomb,   // `bytes` zeros, compressed
  // A feed with something wrong in it.
  kFrozen,     // that of the time when the fault began
  kOldHeader,  // its header `time` ago, the entities of now
  kFuture,     // all times `time` ahead
  kBadUtf8,    // the following have entities beside the good ones; see bad_entities.h
  kMissingRequired,
  kUnknownEnum,
  kWrongType,
  kMalformed,
  kMaxima,
  kDuplicates,  // the first entities twice
  kHuge         // padded with entities to `bytes`
};

struct Fault {
  FaultKind kind = FaultKind::kNone;
  int status = 0;
  std::chrono::milliseconds time{};
  int64_t bytes = 0;

  // The word that it is counted under: "slow", "429", "old-header".
  std::string name() const;
};

// Error (Exit FAULT): names what can be written.
Result<Fault> ParseFault(std::string_view text);

// One line for each that can be written, for help pages.
std::string FaultHelp();

// "90s", "1h30m", "500ms", "0"; nothing for what is none of these. Longest: 10,000 hours.
bool ParseTime(std::string_view text, std::chrono::milliseconds* time);

}  // namespace sluice::simulate
