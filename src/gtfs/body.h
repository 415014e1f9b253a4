// SPDX-License-Identifier: Apache-2.0
//
// What the body of an answer is. Servers send pages, error texts, JSON or half a feed with HTTP 200; the
// log has to say which.
//
//   NameBody("<!DOCTYPE html><title>Sign in</title>...").sentence -> "an HTML page, titled \"Sign in\""
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::gtfs {

enum class BodyKind {
  kFeed,       // a FeedMessage whose records end where the body ends
  kEmpty,      // no byte, or nothing but blanks
  kTruncated,  // a FeedMessage that is cut short
  kHtml,
  kXml,
  kJson,        // GTFS-Realtime as JSON too
  kTextFormat,  // Protobuf's text format: `header { gtfs_realtime_version: ...`
  kText,        // any other text
  kGzip,        // still compressed: packed twice, or packed and not declared so
  kZstd,
  kZip,  // often the static schedule
  kOther
};
inline constexpr int kBodyKinds = 12;

// Stable lower-case name for metrics and JSON: "feed", "html", "text_format", ...
const char* ToString(BodyKind kind);

struct Body {
  BodyKind kind = BodyKind::kEmpty;
  // What it is, for a person: goes on after "the body is ". Quotes at most 80 bytes of the body, made
  // printable; servers have been seen to repeat a request's key in their errors, so whoever logs it has to
  // look for secrets. Empty for kFeed.
  std::string sentence;
};

Body NameBody(std::string_view bytes);

struct FeedScan;
// The same with a scan (feed_scan.h) at hand.
Body NameBody(std::string_view bytes, const FeedScan& scan);

}  // namespace sluice::gtfs
