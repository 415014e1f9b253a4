// SPDX-License-Identifier: Apache-2.0
#include "simulate/city_feed.h"

#include "http/gzip.h"
#include "simulate/validators.h"

namespace sluice::simulate {

namespace {

constexpr size_t kLarge = 4 << 20;

// What decides about the bytes.
bool SameContent(const Fault& a, const Fault& b) {
  if (!IsContentFault(a.kind) && !IsContentFault(b.kind)) return true;
  return a.kind == b.kind && a.time == b.time && a.bytes == b.bytes;
}

}  // namespace

Content& CityFeeds::At(FeedFile file, int64_t unix_seconds, const Fault& fault) {
  Kept& kept = kept_[{file.kind, file.format}];
  if (kept.unix_seconds == unix_seconds && SameContent(kept.fault, fault)) return kept.content;
  FeedBody body = MakeFeed(city_, file, unix_seconds, fault);
  kept.unix_seconds = unix_seconds;
  kept.fault = fault;
  kept.content = {};
  kept.content.header_time = body.header_time;
  kept.content.entities = body.entities;
  kept.content.faulty = body.faulty;
  kept.content.etag = ETagOf(body.bytes);
  kept.content.last_modified = unix_seconds;
  kept.content.bytes = std::make_shared<const std::string>(std::move(body.bytes));
  return kept.content;
}

void CityFeeds::Compress(Content& content) {
  if (content.gzip) return;
  const int level = content.bytes->size() > kLarge ? 1 : 6;
  content.gzip = std::make_shared<const std::string>(http::Gzip(*content.bytes, level));
}

}  // namespace sluice::simulate
