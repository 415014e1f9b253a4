// SPDX-License-Identifier: Apache-2.0
#include "doctor/topic_check.h"

#include <gtest/gtest.h>

#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

// Three partitions of dev_topic with ten records each, read a moment ago.
ClusterLook Healthy() {
  ClusterLook look;
  look.broker.servers = "b:9092";
  look.broker.bootstrap = look.broker.advertised = {Listener{.address = "b:9092"}};
  look.subscription = "Subscribe[dev_topic]";
  look.known_topics = {"dev_topic", "other"};
  for (int i = 0; i < 3; ++i) {
    const TopicPartition partition{"dev_topic", PartitionId{i}};
    look.partitions.insert(partition);
    look.ranges[partition] = {Offset{5}, Offset{15}};
  }
  look.allowed = {{"READ", "DESCRIBE"}};
  look.oldest = RecordSeen{kNow - 7'200'000, 100};
  look.newest = RecordSeen{kNow - 3000, 200};
  return look;
}

ClusterLook Missing(const std::string& topic, std::vector<std::string> known) {
  ClusterLook look = Healthy();
  look.partitions.clear();
  look.ranges.clear();
  look.missing_topics = {topic};
  look.known_topics = std::move(known);
  return look;
}

ClusterLook NoBroker() {
  ClusterLook look = Healthy();
  look.broker.answered = Status::Retry("KAFKA_UNREACHABLE", "no");
  look.broker.bootstrap[0].trouble = "connection refused";
  return look;
}

const Status kDenied = Status::Stop(
    "KAFKA_NOT_AUTHORIZED", "topic 'dev_topic': denied (X). Grant this user READ on the topic.");

TEST(TopicCheck, TellsPartitionsRecordsAndTimes) {
  EXPECT_THAT(
      CheckTopic(Healthy(), kNow),
      IsOk(
          "dev_topic: 3 partitions, 30 records, oldest 2 h, newest 3 s old; newest has 200 bytes"));
}

TEST(TopicCheck, AMissingTopicComesWithItsNearest) {
  EXPECT_THAT(CheckTopic(Missing("dev_topc", {"other", "dev_topic"}), kNow),
              Fails("dev_topc is not there; near it is dev_topic", "correct source.subscribe"));
  EXPECT_THAT(CheckTopic(Missing("zzz", {"alpha", "beta"}), kNow),
              Fails("zzz is not there; there are alpha, beta", "--create --topic zzz"));
  EXPECT_THAT(CheckTopic(Missing("zzz", {}), kNow), Fails("no topic at all", "create"));
}

TEST(TopicCheck, APatternThatMatchesNothingIsAWarning) {
  ClusterLook look = Missing("", {"alpha"});
  look.missing_topics.clear();
  look.subscription = "SubscribePattern[x.*]";
  EXPECT_THAT(CheckTopic(look, kNow),
              Warns("nothing matches SubscribePattern[x.*]", "subscribePattern"));
}

TEST(TopicCheck, AMissingPartitionOfAssignIsNamed) {
  ClusterLook look = Healthy();
  look.missing_partitions.insert({"dev_topic", PartitionId{7}});
  EXPECT_THAT(CheckTopic(look, kNow), Fails("dev_topic-7", "source.assign"));
}

TEST(TopicCheck, AnEmptyTopicIsAWarning) {
  ClusterLook look = Healthy();
  look.oldest = look.newest = std::nullopt;
  for (auto& [partition, range] : look.ranges) range = {Offset{0}, Offset{0}};
  EXPECT_THAT(CheckTopic(look, kNow), Warns("has never held a record", "producer"));
  for (auto& [partition, range] : look.ranges) range = {Offset{9}, Offset{9}};
  EXPECT_THAT(CheckTopic(look, kNow), Warns("have all been deleted", "producer"));
}

TEST(TopicCheck, IsSkippedWithoutABroker) {
  EXPECT_THAT(CheckTopic(NoBroker(), kNow), SkippedFor("because no broker can be asked"));
  EXPECT_THAT(CheckReadRights(NoBroker()), SkippedFor("because no broker"));
  EXPECT_THAT(CheckClock(NoBroker(), kNow), SkippedFor("because no broker"));
}

TEST(TopicCheck, ATopicThatMayNotBeDescribed) {
  ClusterLook look = Healthy();
  look.partitions.clear();
  look.described = kDenied;
  EXPECT_THAT(CheckTopic(look, kNow), Fails("denied", "DESCRIBE"));
  EXPECT_THAT(CheckReadRights(look), SkippedFor("cannot be described"));
}

TEST(RightsCheck, EachRightIsNamed) {
  EXPECT_THAT(CheckReadRights(Healthy()), IsOk("describe, list offsets, read: all done"));
  ClusterLook look = Healthy();
  look.listed = kDenied;
  EXPECT_THAT(CheckReadRights(look), Fails("no right to list its offsets", "READ"));
  look = Healthy();
  look.read = kDenied;
  EXPECT_THAT(CheckReadRights(look), Fails("no right to read it", "READ"));
  look = Healthy();
  look.allowed = {{"DESCRIBE"}};
  EXPECT_THAT(CheckReadRights(look), Fails("may describe the topic, but not read it", "READ"));
  look = Healthy();
  look.read = Status::Retry("KAFKA_ERROR", "time is up");
  EXPECT_THAT(CheckReadRights(look), Warns("no record could be read: time is up", "broker's log"));
  look = Healthy();
  look.oldest = std::nullopt;
  EXPECT_THAT(CheckReadRights(look), IsOk("read: allowed"));
  look.allowed.reset();
  EXPECT_THAT(CheckReadRights(look), IsOk("nothing is there to read"));
}

TEST(ClockCheck, ARecordFromTheFutureIsAWarning) {
  EXPECT_THAT(CheckClock(Healthy(), kNow), IsOk("newest record is 3 s old"));
  ClusterLook look = Healthy();
  look.newest->timestamp_ms = kNow + 65'000;
  EXPECT_THAT(CheckClock(look, kNow), Warns("65 s in the future", "synchronise the clocks"));
  look.newest->timestamp_ms = kNow + 1000;  // clocks are never quite the same
  EXPECT_THAT(CheckClock(look, kNow), IsOk("0 s old"));
  look.newest->timestamp_ms = -1;
  EXPECT_THAT(CheckClock(look, kNow), SkippedFor("no record with a time"));
}

TEST(SinkTopicCheck, AMissingTopicIsMadeIfThatIsWanted) {
  produce::KafkaOptions kafka;
  kafka.topic = "gone";
  EXPECT_THAT(CheckSinkTopic(Missing("gone", {"other"}), kafka),
              Fails("gone is not there", "sink.partitions"));
  kafka.create = produce::TopicCreation{4, 1};
  EXPECT_THAT(CheckSinkTopic(Missing("gone", {"other"}), kafka),
              IsOk("makes it with 4 partitions"));
  EXPECT_THAT(CheckWriteRights(Missing("gone", {"other"}), kafka), SkippedFor("not there yet"));
}

TEST(SinkTopicCheck, OtherPartitionsThanAskedForAreAWarning) {
  produce::KafkaOptions kafka;
  kafka.create = produce::TopicCreation{4, 1};
  EXPECT_THAT(CheckSinkTopic(Healthy(), kafka),
              Warns("3 partitions, not the 4", "sink.partitions"));
}

TEST(WriteRightsCheck, WriteIsAsked) {
  ClusterLook look = Healthy();
  EXPECT_THAT(CheckWriteRights(look, {}), Fails("not write to it", "WRITE"));
  look.allowed = {{"WRITE", "DESCRIBE"}};
  EXPECT_THAT(CheckWriteRights(look, {}), IsOk("write: allowed"));
  look.allowed.reset();
  EXPECT_THAT(CheckWriteRights(look, {}), SkippedFor("does not tell"));
}

}  // namespace
}  // namespace sluice::doctor
