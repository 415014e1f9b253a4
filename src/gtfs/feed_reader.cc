// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_reader.h"

#include <utility>

#include "gtfs/feed_scan.h"
#include "gtfs/json_text.h"
#include "gtfs/schema.h"
#include "gtfs/wire.h"
#include "gtfs_realtime.pb.h"

namespace sluice::gtfs {

namespace {

namespace rt = transit_realtime;

// A fact is for a line of a log; the whole text is in the header's JSON.
constexpr size_t kMostFactBytes = 200;

std::string Utf8(std::string_view bytes) {
  std::string text;
  AppendUtf8(bytes.substr(0, kMostFactBytes), &text);
  return text;
}

HeaderFacts FactsOfHeader(std::string_view header) {
  HeaderFacts facts;
  facts.present = true;
  facts.readable = true;
  WireReader reader(header, 1);
  for (WireField wire; reader.Next(&wire);) {
    const FieldSchema* field = FeedHeaderSchema().Find(wire.number);
    if (field == nullptr || field->wire_type != wire.type) continue;
    switch (wire.number) {
      case rt::FeedHeader::kGtfsRealtimeVersionFieldNumber:
        facts.version = Utf8(wire.bytes());
        break;
      case rt::FeedHeader::kFeedVersionFieldNumber: facts.feed_version = Utf8(wire.bytes()); break;
      case rt::FeedHeader::kTimestampFieldNumber: facts.timestamp = wire.value; break;
      case rt::FeedHeader::kIncrementalityFieldNumber: {
        const auto* name = field->enumeration->Find(static_cast<int32_t>(wire.value));
        if (name != nullptr) facts.incrementality = name->substr(1, name->size() - 2);
        break;
      }
      default: break;
    }
  }
  return facts;
}

// Those of the `count` headers one after another, which merges them.
std::string HeaderBytes(std::string_view feed_message, size_t count) {
  std::string bytes;
  WireReader reader(feed_message);
  for (WireField wire; count > 0 && reader.Next(&wire);) {
    if (wire.number == rt::FeedMessage::kHeaderFieldNumber && wire.type == WireType::kBytes) {
      bytes += wire.bytes();
      --count;
    }
  }
  return bytes;
}

}  // namespace

FeedReading ReadFeed(std::string bytes) {
  const FeedScan scan = ScanFeed(bytes);
  FeedReading reading{.body = NameBody(bytes, scan), .feed = std::nullopt};
  if (reading.body.kind != BodyKind::kFeed) return reading;
  ParsedFeed feed;
  feed.entities_ = scan.entities;
  feed.header_.present = scan.headers > 0;
  feed.header_bytes_ = HeaderBytes(bytes, scan.headers);
  feed.has_extensions_ = scan.has_others;
  if (feed.header_.present && scan.header_readable) {
    feed.header_ = FactsOfHeader(feed.header_bytes_);
  }
  feed.bytes_ = std::move(bytes);
  reading.feed = std::move(feed);
  return reading;
}

bool EntityCursor::Next(std::string_view* entity) {
  WireReader reader(rest_);
  for (WireField wire; reader.Next(&wire);) {
    if (wire.number != rt::FeedMessage::kEntityFieldNumber || wire.type != WireType::kBytes)
      continue;
    *entity = wire.bytes();
    rest_.remove_prefix(reader.position());
    return true;
  }
  rest_ = {};
  return false;
}

}  // namespace sluice::gtfs
