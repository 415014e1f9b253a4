// SPDX-License-Identifier: Apache-2.0
#include "simulate/feed_body.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "gtfs/wire.h"
#include "simulate/bad_entities.h"

namespace sluice::simulate {
namespace {

constexpr int64_t kNow = 1767225600 + 8 * 3600;

struct Read {
  bool whole = false;
  std::vector<std::string> entities;  // their bytes
  std::vector<std::string> ids;
  uint64_t header_time = 0;  // the last, which is the one that counts
};

Read ReadFeed(std::string_view bytes) {
  Read read;
  gtfs::WireReader reader(bytes);
  for (gtfs::WireField field; reader.Next(&field);) {
    gtfs::WireReader inner(field.bytes());
    for (gtfs::WireField in; inner.Next(&in);) {
      if (field.number == 1 && in.number == 3) read.header_time = in.value;
      if (field.number == 2 && in.number == 1) read.ids.emplace_back(in.bytes());
    }
    if (field.number == 2) read.entities.emplace_back(field.bytes());
  }
  read.whole = reader.ok();
  return read;
}

class FeedBodyTest : public testing::Test {
 protected:
  FeedBody Make(std::string_view fault, FeedKind kind = FeedKind::kVehiclePositions) const {
    return MakeFeed(city_, {kind, FeedFormat::kProtobuf}, kNow, *ParseFault(fault));
  }
  gtfs::City city_{{.seed = 1, .vehicles = 30}};
};

TEST_F(FeedBodyTest, NamesOfFeeds) {
  FeedFile file;
  EXPECT_TRUE(ParseFeedFile("trip_updates.json", &file));
  EXPECT_EQ(file.kind, FeedKind::kTripUpdates);
  EXPECT_EQ(file.format, FeedFormat::kJson);
  EXPECT_TRUE(ParseFeedFile("alerts.pb", &file));
  EXPECT_EQ(file.format, FeedFormat::kProtobuf);
  for (const char* name : {"", "alerts", "alerts.", "alerts.pbf", "stops.pb", ".pb"})
    EXPECT_FALSE(ParseFeedFile(name, &file)) << name;
}

TEST_F(FeedBodyTest, AnHonestFeedIsCounted) {
  for (const FeedKind kind :
       {FeedKind::kVehiclePositions, FeedKind::kTripUpdates, FeedKind::kAlerts}) {
    const FeedBody body = Make("none", kind);
    const Read read = ReadFeed(body.bytes);
    EXPECT_TRUE(read.whole);
    EXPECT_EQ(read.entities.size(), static_cast<size_t>(body.entities));
    EXPECT_EQ(read.header_time, static_cast<uint64_t>(kNow));
    EXPECT_EQ(body.faulty, 0);
    EXPECT_GT(body.entities, 0);
  }
}

TEST_F(FeedBodyTest, BrokenEntitiesComeAfterTheGoodOnes) {
  const FeedBody good = Make("none");
  for (const char* fault : {"bad-utf8", "missing-required", "unknown-enum", "wrong-type",
                            "malformed", "maxima", "duplicates"}) {
    const FeedBody body = Make(fault);
    const Read read = ReadFeed(body.bytes);
    EXPECT_TRUE(read.whole) << fault;
    EXPECT_EQ(read.entities.size(), static_cast<size_t>(body.entities)) << fault;
    EXPECT_GT(body.faulty, 0) << fault;
    EXPECT_EQ(body.entities, good.entities + body.faulty) << fault;
    EXPECT_TRUE(body.bytes.starts_with(good.bytes)) << fault;
  }
}

TEST_F(FeedBodyTest, DuplicatesAreTheFirstEntitiesAgain) {
  const Read read = ReadFeed(Make("duplicates").bytes);
  const std::set<std::string> once(read.ids.begin(), read.ids.end());
  EXPECT_EQ(read.ids.size(), once.size() + 10);
  EXPECT_EQ(read.entities[once.size()], read.entities[0]);
}

TEST_F(FeedBodyTest, HeaderAndEntitiesMoveAsTheFaultSays) {
  const FeedBody good = Make("none");
  const FeedBody old = Make("old-header:10m");
  EXPECT_EQ(ReadFeed(old.bytes).header_time, static_cast<uint64_t>(kNow - 600));
  EXPECT_EQ(ReadFeed(old.bytes).entities, ReadFeed(good.bytes).entities);
  EXPECT_EQ(old.header_time, kNow - 600);
  const FeedBody future = Make("future:1h");
  EXPECT_EQ(ReadFeed(future.bytes).header_time, static_cast<uint64_t>(kNow + 3600));
  EXPECT_NE(ReadFeed(future.bytes).entities, ReadFeed(good.bytes).entities);
}

TEST_F(FeedBodyTest, AHugeFeedIsAValidOne) {
  const FeedBody body = Make("huge:1MB");
  EXPECT_GE(body.bytes.size(), 1000000u);
  EXPECT_LT(body.bytes.size(), 1500000u);
  const Read read = ReadFeed(body.bytes);
  EXPECT_TRUE(read.whole);
  EXPECT_EQ(read.entities.size(), static_cast<size_t>(body.entities));
  const std::set<std::string> ids(read.ids.begin(), read.ids.end());
  EXPECT_EQ(ids.size(), read.ids.size());
}

TEST_F(FeedBodyTest, FaultsOfTheAnswerLeaveTheFeedAsItIs) {
  for (const char* fault : {"slow", "truncated", "lying-304", "cut"})
    EXPECT_EQ(Make(fault).bytes, Make("none").bytes);
}

TEST_F(FeedBodyTest, PagesAreNoFeeds) {
  EXPECT_EQ(PageOf(*ParseFault("empty")), "");
  EXPECT_TRUE(PageOf(*ParseFault("html")).starts_with("<!DOCTYPE html>"));
  EXPECT_EQ(PageOf(*ParseFault("gzip-bomb:1MB")), std::string(1000000, '\0'));
  for (const char* fault : {"html", "json", "text", "empty", "cut", "500", "redirect"})
    EXPECT_TRUE(StandsInstead(ParseFault(fault)->kind));
  for (const char* fault : {"none", "slow", "frozen", "maxima", "huge", "hung"})
    EXPECT_FALSE(StandsInstead(ParseFault(fault)->kind));
}

TEST(BadEntities, OnlyAMalformedOneCannotBeReadInside) {
  for (const FaultKind kind :
       {FaultKind::kBadUtf8, FaultKind::kMissingRequired, FaultKind::kUnknownEnum,
        FaultKind::kWrongType, FaultKind::kMaxima, FaultKind::kMalformed}) {
    bool readable = true;
    for (const std::string& entity : ReadFeed(MakeBadEntities(kind).bytes).entities) {
      gtfs::WireReader reader(entity);
      for (gtfs::WireField field; reader.Next(&field);) {
        if (field.type != gtfs::WireType::kBytes || field.number == 1) continue;
        gtfs::WireReader inner(field.bytes());
        for (gtfs::WireField in; inner.Next(&in);) continue;
        readable &= inner.ok();
      }
    }
    EXPECT_EQ(readable, kind != FaultKind::kMalformed);
  }
  EXPECT_EQ(MakeBadEntities(FaultKind::kSlow).count, 0);
}

}  // namespace
}  // namespace sluice::simulate
