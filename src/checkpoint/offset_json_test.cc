// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/offset_json.h"

#include <gtest/gtest.h>

#include <string>

#include "checkpoint/scala_hash_order.h"

namespace sluice::checkpoint {
namespace {

OffsetMap Partitions(const std::string& topic, int count) {
  OffsetMap offsets;
  for (int p = 0; p < count; ++p) offsets[{topic, PartitionId{p}}] = Offset{p * 10};
  return offsets;
}

// "2,1,0": the partitions in the order of the text.
std::string Order(const std::string& json) {
  std::string order;
  for (size_t at = json.find("{\"", 1); at < json.size(); at = json.find(",\"", at + 1)) {
    const size_t begin = at + 2;
    if (!order.empty()) order += ',';
    order += json.substr(begin, json.find('"', begin) - begin);
  }
  return order;
}

TEST(OffsetJson, WritesThreePartitionsAsSparkDoes) {
  OffsetMap offsets = {{{"shopping_transaction", PartitionId{0}}, Offset{739}},
                       {{"shopping_transaction", PartitionId{1}}, Offset{742}},
                       {{"shopping_transaction", PartitionId{2}}, Offset{707}}};
  EXPECT_EQ(OffsetsToJson(offsets, ScalaVersion::k212),
            R"({"shopping_transaction":{"2":707,"1":742,"0":739}})");
  EXPECT_EQ(OffsetsToJson(offsets, ScalaVersion::k213),
            R"({"shopping_transaction":{"0":739,"1":742,"2":707}})");
}

TEST(OffsetJson, OrdersPartitionsByScala212sHash) {
  auto order = [](int n) { return Order(OffsetsToJson(Partitions("t", n), ScalaVersion::k212)); };
  EXPECT_EQ(order(1), "0");
  EXPECT_EQ(order(2), "1,0");
  EXPECT_EQ(order(4), "2,1,3,0");
  EXPECT_EQ(order(10), "8,2,5,4,7,1,9,3,6,0");
  EXPECT_EQ(order(12), "8,11,2,5,4,7,10,1,9,3,6,0");
}

TEST(OffsetJson, OrdersPartitionsOfScala213Ascending) {
  EXPECT_EQ(Order(OffsetsToJson(Partitions("t", 5), ScalaVersion::k213)), "0,1,2,3,4");
  EXPECT_EQ(Order(OffsetsToJson(Partitions("t", 30), ScalaVersion::k213)).substr(0, 12),
            "0,1,2,3,4,5,");
}

TEST(OffsetJson, EveryOrderHasEachPartitionOnce) {
  for (int n = 0; n < 200; n += 7) {
    for (ScalaVersion scala : {ScalaVersion::k212, ScalaVersion::k213}) {
      const OffsetMap offsets = Partitions("topic", n);
      const Result<OffsetMap> back = OffsetsFromJson(OffsetsToJson(offsets, scala));
      ASSERT_TRUE(back.ok());
      EXPECT_EQ(*back, offsets);
    }
  }
}

TEST(OffsetJson, TopicsAreOrderedByTheHashOfTheirNames) {
  // "b" hashes to 98 and "a" to 97; 98 % 16 = 2, 97 % 16 = 1; "p" (112) falls into slot 0.
  const OffsetMap offsets = {{{"a", PartitionId{0}}, Offset{1}},
                             {{"b", PartitionId{0}}, Offset{2}},
                             {{"p", PartitionId{0}}, Offset{3}}};
  EXPECT_EQ(OffsetsToJson(offsets, ScalaVersion::k213), R"({"p":{"0":3},"a":{"0":1},"b":{"0":2}})");
}

TEST(OffsetJson, HashesTextAsJavaDoes) {
  EXPECT_EQ(JavaStringHash("hello"), 99162322);
  EXPECT_EQ(JavaStringHash("zzzzzzzz"), -1910022912) << "it wraps as an int does";
  EXPECT_EQ(JavaStringHash(""), 0);
}

TEST(OffsetJson, ReadsAnyOrderAndSpaces) {
  const auto offsets = OffsetsFromJson(R"( { "t" : { "1" : 5, "0":7 } } )");
  ASSERT_TRUE(offsets.ok());
  EXPECT_EQ(offsets->at({"t", PartitionId{0}}), Offset{7});
  EXPECT_EQ(offsets->at({"t", PartitionId{1}}), Offset{5});
}

TEST(OffsetJson, RefusesWhatIsNoOffsets) {
  for (const char* bad : {"", "-", "[]", "{\"t\":3}", "{\"t\":{\"x\":1}}", "{\"t\":{\"0\":\"1\"}}",
                          "{\"t\":{\"0\":-1}}", "{\"t\":{\"-1\":1}}", "{\"t\":{\"0\":1.5}}",
                          "{\"t\":{\"0\":1}", "{\"t\":{\"0\":1}} x"}) {
    EXPECT_FALSE(OffsetsFromJson(bad).ok()) << bad;
  }
}

TEST(OffsetJson, TellsTheScalaVersionsApart) {
  EXPECT_EQ(DetectScala(R"({"t":{"2":1,"1":2,"0":3}})"), ScalaVersion::k212);
  EXPECT_EQ(DetectScala(R"({"t":{"0":3,"1":2,"2":1}})"), ScalaVersion::k213);
  EXPECT_EQ(DetectScala(R"({"t":{"0":3}})"), std::nullopt) << "one partition looks the same";
  EXPECT_EQ(DetectScala(R"({"t": {"2":1,"1":2,"0":3}})"), std::nullopt) << "neither writes spaces";
}

}  // namespace
}  // namespace sluice::checkpoint
