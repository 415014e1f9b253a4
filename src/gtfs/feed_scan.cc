// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_scan.h"

#include "gtfs/schema.h"
#include "gtfs/wire.h"
#include "gtfs_realtime.pb.h"

namespace sluice::gtfs {

namespace {

constexpr uint32_t kHeader = transit_realtime::FeedMessage::kHeaderFieldNumber;
constexpr uint32_t kEntity = transit_realtime::FeedMessage::kEntityFieldNumber;
// Without a header, so many entities are looked at before the body is given up.
constexpr size_t kMostEntitiesTried = 100;

struct Look {
  bool readable = false;
  bool empty = true;
  bool has_known = false;  // a field that the schema has, with its wire type
  bool has_first = false;  // field 1: a header's version, an entity's id
};

Look LookAt(const MessageSchema& schema, std::string_view bytes) {
  Look look;
  WireReader reader(bytes, 1);
  for (WireField wire; reader.Next(&wire);) {
    look.empty = false;
    const FieldSchema* field = schema.Find(wire.number);
    if (field == nullptr || field->wire_type != wire.type) continue;
    look.has_known = true;
    look.has_first |= wire.number == 1;
  }
  look.readable = reader.ok();
  return look;
}

// Whether the bytes start as a FeedHeader does: the record's tag, its length, then the version's tag.
bool StartsAsHeader(std::string_view bytes) {
  constexpr char kTag = kHeader << 3 | 2;
  const size_t version = bytes.size() > 1 && static_cast<signed char>(bytes[1]) < 0 ? 3 : 2;
  return bytes.size() > version && bytes[0] == kTag && bytes[version] == 0x0a;
}

}  // namespace

FeedScan ScanFeed(std::string_view bytes) {
  FeedScan scan;
  WireReader reader(bytes);
  for (WireField wire; reader.Next(&wire);) {
    if (wire.type != WireType::kBytes) {
      scan.has_others = true;
    } else if (wire.number == kHeader) {
      const Look look = LookAt(FeedHeaderSchema(), wire.bytes());
      ++scan.headers;
      scan.header_readable &= look.readable;
      scan.header_recognised |= look.readable && (look.empty || look.has_known);
    } else if (wire.number == kEntity) {
      if (!scan.entity_recognised && scan.entities < kMostEntitiesTried) {
        const Look look = LookAt(FeedEntitySchema(), wire.bytes());
        scan.entity_recognised = look.readable && look.has_first;
      }
      ++scan.entities;
    } else {
      scan.has_others = true;
    }
  }
  scan.complete = reader.ok();
  scan.ran_out = reader.ran_out();
  scan.position = reader.position();
  scan.is_truncated_feed =
      scan.ran_out && (scan.header_recognised || (scan.headers == 0 && StartsAsHeader(bytes)));
  return scan;
}

}  // namespace sluice::gtfs
