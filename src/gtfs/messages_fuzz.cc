// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer from a body to its messages: no crash, no message over its limit, every message is JSON, every
// entity is told of once, and each means what Protobuf's own parser reads in its bytes. The first byte
// chooses mode, limits and options.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gtfs/feed_report_text.h"
#include "gtfs/messages.h"
#include "gtfs/testing/reference_json.h"

namespace {

using sluice::Status;
namespace gtfs = sluice::gtfs;

void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

gtfs::MessageOptions OptionsOf(uint8_t choice) {
  gtfs::MessageOptions options;
  options.mode = static_cast<gtfs::MessageMode>(choice % 3);
  options.max_entities = (choice & 4) != 0 ? 2 : 1000;
  options.max_bytes = (choice & 8) != 0 ? 1000 : 900'000;
  options.json.int64_as_string = (choice & 16) == 0;
  options.json.raw_extensions = (choice & 32) != 0;
  return options;
}

void CheckMessages(const gtfs::ParsedFeed& feed, const gtfs::MessageOptions& options) {
  gtfs::MessageCounts counts;
  int64_t entities = 0;
  const Status status = gtfs::WriteMessages(
      feed, {"s", 1, 2}, options,
      [&](std::string_view key, std::string_view value) {
        Require(key.starts_with("s"), "a key without its source");
        Require(value.size() <= options.max_bytes, "a message over its limit");
        const auto json = gtfs::testing::ParseStrictly(std::string(value));
        const bool whole = options.mode != gtfs::MessageMode::kEntity;
        entities +=
            whole ? static_cast<int64_t>(json.contains("entity") ? json["entity"].size() : 0) : 1;
        return Status::Ok();
      },
      &counts);
  Require(status.ok(), "an error out of nowhere");
  const gtfs::Faults& faults = counts.faults;
  Require(faults.good + faults.repaired == entities, "counts differ from what went out");
  Require(entities + faults.dropped == static_cast<int64_t>(feed.entities()), "an entity was lost");
  Require((faults.dropped + faults.repaired == 0) || faults.total() > 0, "a fault was not counted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  const gtfs::MessageOptions options = OptionsOf(data[0]);
  const gtfs::FeedReport report =
      gtfs::Inspect(body, {.now_seconds = 1'700'000'000, .is_live = true, .messages = options});
  gtfs::ReportText(report, "s");
  gtfs::ReportJson(report, "s");
  const gtfs::FeedReading reading = gtfs::ReadFeed(std::move(body));
  if (!reading.feed) {
    Require(!reading.body.sentence.empty(), "a body without a name");
    return 0;
  }
  CheckMessages(*reading.feed, options);
  gtfs::EntityCursor cursor(*reading.feed);
  for (std::string_view entity; cursor.Next(&entity);) {
    const std::string wrong = gtfs::testing::CheckEntity(entity);
    Require(wrong.empty(), wrong);
  }
  return 0;
}
