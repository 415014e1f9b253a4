// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_json.h"

#include "gtfs/json_walk.h"
#include "gtfs/schema.h"

namespace sluice::gtfs {

void AppendHeaderJson(const ParsedFeed& feed, const JsonOptions& options, Faults* faults,
                      std::string* out) {
  if (!feed.header().present) {
    if (faults != nullptr) faults->Add(Fault{FaultKind::kMissingRequired, "", "header", ""});
    return;
  }
  *out += "\"header\":";
  const size_t before = out->size();
  {
    JsonWalk walk(options, faults, out);
    if (feed.header().readable && walk.Write(FeedHeaderSchema(), feed.header_bytes(), 1)) return;
    walk.AddFault(walk.failure(), walk.failure_detail());
  }
  if (out->size() == before) *out += "{}";
}

EntityResult AppendEntityJson(std::string_view entity, size_t index, const JsonOptions& options,
                              Faults* faults, std::string* out) {
  JsonWalk walk(options, faults, out);
  walk.NameFaultsAfter(entity, index);
  EntityResult result = EntityResult::kDropped;
  if (walk.Write(FeedEntitySchema(), entity, 1)) {
    result = walk.found_faults() ? EntityResult::kRepaired : EntityResult::kGood;
  } else {
    walk.AddFault(walk.failure(), walk.failure_detail());
  }
  if (faults != nullptr) faults->Add(result);
  return result;
}

void AppendFeedExtensions(const ParsedFeed& feed, const JsonOptions& options, Faults* faults,
                          std::string* out) {
  if (feed.has_extensions()) {
    JsonWalk(options, faults, out).WriteUnknown(FeedMessageSchema(), feed.bytes());
  }
}

std::string FeedMessageJson(const ParsedFeed& feed, const JsonOptions& options, Faults* faults) {
  std::string out = "{";
  AppendHeaderJson(feed, options, faults, &out);
  size_t index = 0;
  bool open = false;
  EntityCursor cursor(feed);
  for (std::string_view entity; cursor.Next(&entity); ++index) {
    const size_t before = out.size();
    if (out.size() > 1) out += ',';
    if (!open) out += "\"entity\":[";
    if (AppendEntityJson(entity, index, options, faults, &out) == EntityResult::kDropped) {
      out.resize(before);
    } else {
      open = true;
    }
  }
  if (open) out += ']';
  AppendFeedExtensions(feed, options, faults, &out);
  return out + "}";
}

}  // namespace sluice::gtfs
