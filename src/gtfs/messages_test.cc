// SPDX-License-Identifier: Apache-2.0
#include "gtfs/messages.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "gtfs/testing/feed_text.h"
#include "gtfs/testing/reference_json.h"

namespace sluice::gtfs {
namespace {

using testing::FeedOf;
using testing::Json;
using testing::kHeader;

constexpr const char* kTail =
    R"("source":"S","feed_timestamp":1700000000,"fetch_timestamp":1700000001.250,"producer_timestamp":1700000001.300)";
constexpr const char* kHeaderJson =
    R"("header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":"1700000000"})";

struct Rendered {
  std::vector<std::pair<std::string, std::string>> messages;
  MessageCounts counts;
};

Rendered Render(const std::string& bytes, const MessageOptions& options) {
  const FeedReading reading = ReadFeed(bytes);
  Rendered rendered;
  const Envelope envelope{"S", 1700000001250, 1700000001300};
  const Status status = WriteMessages(
      *reading.feed, envelope, options,
      [&](std::string_view key, std::string_view value) {
        rendered.messages.emplace_back(key, value);
        return Status::Ok();
      },
      &rendered.counts);
  EXPECT_TRUE(status.ok());
  return rendered;
}

std::string Vehicles(int count) {
  std::string text(kHeader);
  for (int i = 0; i < count; ++i) {
    text +=
        fmt::format(R"( entity {{ id: "{0:04}" vehicle {{ vehicle {{ id: "v{0:04}" }} }} }})", i);
  }
  return FeedOf(text);
}

TEST(Messages, AFeedIsOneMessage) {
  const Rendered rendered = Render(Vehicles(2), {.mode = MessageMode::kFeed});
  ASSERT_EQ(rendered.messages.size(), 1u);
  EXPECT_EQ(rendered.messages[0].first, "S");
  EXPECT_EQ(
      rendered.messages[0].second,
      fmt::format(R"({{{},"entity":[{{"id":"0000","vehicle":{{"vehicle":{{"id":"v0000"}}}}}},)"
                  R"({{"id":"0001","vehicle":{{"vehicle":{{"id":"v0001"}}}}}}],{}}})",
                  kHeaderJson, kTail));
  EXPECT_EQ(rendered.counts.messages, 1);
  EXPECT_EQ(rendered.counts.bytes, static_cast<int64_t>(rendered.messages[0].second.size()));
  EXPECT_EQ(rendered.counts.faults.good, 2);
}

TEST(Messages, AnEntityIsAMessageWithItsKey) {
  const Rendered rendered = Render(FeedOf(std::string(kHeader) + R"(
      entity { id: "1" vehicle { trip { trip_id: "T1" } vehicle { id: "V1" } } }
      entity { id: "2" trip_update { trip { trip_id: "T2" } vehicle { label: "x" } } }
      entity { id: "3" alert { informed_entity { trip { trip_id: "T3" } } } }
      entity { id: "4" vehicle { vehicle { id: "" } } }
      entity { id: "5" trip_update { trip { trip_id: "T5" } vehicle { id: "V5" } } }
      entity { id: "6" is_deleted: true } entity { })"),
                                   {.mode = MessageMode::kEntity});
  std::string keys;
  for (const auto& [key, value] : rendered.messages) keys += key + " ";
  EXPECT_EQ(keys, "S|V1 S|T2 S|3 S|4 S|V5 S|6 S| ");
  EXPECT_EQ(
      rendered.messages[0].second,
      fmt::format(
          R"({{"id":"1","vehicle":{{"trip":{{"trip_id":"T1"}},"vehicle":{{"id":"V1"}}}},{}}})",
          kTail));
  EXPECT_EQ(rendered.messages[6].second, fmt::format("{{{}}}", kTail));
  EXPECT_EQ(rendered.counts.faults.good, 6);
  EXPECT_EQ(rendered.counts.faults.repaired, 1);
}

TEST(Messages, AChunkSaysWhichOfHowMany) {
  const Rendered rendered = Render(Vehicles(5), {.mode = MessageMode::kChunk, .max_entities = 2});
  ASSERT_EQ(rendered.messages.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto& [key, value] = rendered.messages[static_cast<size_t>(i)];
    EXPECT_EQ(key, "S");
    EXPECT_TRUE(value.starts_with(fmt::format("{{{},\"entity\":[", kHeaderJson))) << value;
    EXPECT_TRUE(
        value.ends_with(fmt::format(R"(],{},"chunk":{{"index":{},"count":3}}}})", kTail, i)))
        << value;
    EXPECT_EQ(testing::ParseStrictly(value)["entity"].size(), i < 2 ? 2u : 1u);
  }
  EXPECT_EQ(rendered.counts.faults.good, 5);  // not twice
}

TEST(Messages, ChunksKeepToTheirBytesAndHoldEachEntityOnce) {
  const Rendered rendered =
      Render(Vehicles(1000), {.mode = MessageMode::kChunk, .max_bytes = 3000});
  int next = 0;
  for (const auto& [key, value] : rendered.messages) {
    EXPECT_LE(value.size(), 3000u);
    const Json message = testing::ParseStrictly(value);
    EXPECT_EQ(message["chunk"]["count"], rendered.messages.size());
    for (const Json& entity : message["entity"])
      EXPECT_EQ(entity["id"], fmt::format("{:04}", next++));
  }
  EXPECT_EQ(next, 1000);
  EXPECT_GT(rendered.messages.size(), 15u);
  EXPECT_LT(rendered.messages.size(), 25u);  // they are filled
}

TEST(Messages, AFeedTooLargeFallsToChunks) {
  const Rendered rendered = Render(Vehicles(100), {.mode = MessageMode::kFeed, .max_bytes = 3000});
  EXPECT_TRUE(rendered.counts.fell_to_chunks);
  EXPECT_GT(rendered.messages.size(), 1u);
  EXPECT_EQ(rendered.counts.faults.good, 100);
  for (const auto& [key, value] : rendered.messages) EXPECT_LE(value.size(), 3000u);
  EXPECT_FALSE(Render(Vehicles(100), {.mode = MessageMode::kFeed}).counts.fell_to_chunks);
}

// At each size around the limit: whole, or in chunks, but never larger.
TEST(Messages, TheLimitHoldsToTheByte) {
  const std::string feed = Vehicles(10);
  const size_t whole = Render(feed, {.mode = MessageMode::kFeed}).messages[0].second.size();
  for (size_t limit = whole - 5; limit <= whole + 20; ++limit) {
    const Rendered rendered = Render(feed, {.mode = MessageMode::kFeed, .max_bytes = limit});
    for (const auto& [key, value] : rendered.messages) EXPECT_LE(value.size(), limit);
    EXPECT_EQ(rendered.counts.faults.good, 10);
    EXPECT_TRUE(limit <= whole + 4 || !rendered.counts.fell_to_chunks) << limit;
  }
}

TEST(Messages, AnEntityTooLargeForAnyMessageIsDroppedInEachMode) {
  const std::string feed =
      FeedOf(std::string(kHeader) + R"(entity { id: "1" } entity { id: "big" alert {
      header_text { translation { text: ")" +
             std::string(5000, 'x') + R"(" } } } } entity { id: "3" })");
  for (const MessageMode mode : {MessageMode::kFeed, MessageMode::kEntity, MessageMode::kChunk}) {
    const Rendered rendered = Render(feed, {.mode = mode, .max_bytes = 3000});
    EXPECT_EQ(rendered.counts.faults.dropped, 1) << ToString(mode);
    EXPECT_EQ(rendered.counts.faults.good, 2) << ToString(mode);
    EXPECT_EQ(rendered.counts.faults.first.at(0).ToString(),
              "entity big: too_large (more than " +
                  rendered.counts.faults.first.at(0).detail.substr(10) + ")");
    for (const auto& [key, value] : rendered.messages) EXPECT_LE(value.size(), 3000u);
  }
}

TEST(Messages, AFeedWithoutEntities) {
  const std::string feed = FeedOf(std::string(kHeader));
  EXPECT_EQ(Render(feed, {.mode = MessageMode::kFeed}).messages.at(0).second,
            fmt::format("{{{},{}}}", kHeaderJson, kTail));
  EXPECT_EQ(Render(feed, {.mode = MessageMode::kChunk}).messages.at(0).second,
            fmt::format(R"({{{},{},"chunk":{{"index":0,"count":1}}}})", kHeaderJson, kTail));
  EXPECT_TRUE(Render(feed, {.mode = MessageMode::kEntity}).messages.empty());
}

TEST(Messages, AFeedWithoutHeaderHasNoFeedTimestamp) {
  const std::string value =
      Render(FeedOf(R"(entity { id: "1" })"), {.mode = MessageMode::kFeed}).messages.at(0).second;
  EXPECT_EQ(value, R"({"entity":[{"id":"1"}],"source":"S","fetch_timestamp":1700000001.250,)"
                   R"("producer_timestamp":1700000001.300})");
}

TEST(Messages, AHeaderDoesNotFillTheMessage) {
  const std::string feed = FeedOf(R"(header { gtfs_realtime_version: ")" + std::string(5000, '2') +
                                  R"(" } entity { id: "1" })");
  const Rendered rendered = Render(feed, {.mode = MessageMode::kChunk, .max_bytes = 3000});
  EXPECT_EQ(rendered.messages.at(0).second.substr(0, 34), R"({"header":{},"entity":[{"id":"1"}])");
  EXPECT_EQ(rendered.counts.faults.count(FaultKind::kTooLarge), 1);
}

TEST(Messages, TheSinksErrorEndsTheRendering) {
  const FeedReading reading = ReadFeed(Vehicles(5));
  MessageCounts counts;
  int calls = 0;
  const Status status = WriteMessages(
      *reading.feed, {"S", 0, 0}, {.mode = MessageMode::kEntity},
      [&](std::string_view, std::string_view) {
        return ++calls == 3 ? Status::Cancelled() : Status::Ok();
      },
      &counts);
  EXPECT_EQ(status.code(), "CANCELLED");
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(counts.messages, 2);
}

TEST(Messages, KeysAreUtf8) {
  const Rendered rendered =
      Render(FeedOf(R"(entity { id: "1" vehicle { vehicle { id: "V\xff\"" } } })"),
             {.mode = MessageMode::kEntity});
  EXPECT_EQ(rendered.messages.at(0).first, "S|V\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace sluice::gtfs
