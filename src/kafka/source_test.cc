// SPDX-License-Identifier: Apache-2.0
//
// The source on the in-process broker: what it answers, and which records come out. What that broker
// cannot do (transactions, compaction, recreated topics) is tested on a real one: tests/integration.
#include "kafka/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <numeric>
#include <thread>

#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::stop_token kNever;

std::vector<int64_t> Numbers(int64_t first, int64_t last) {
  std::vector<int64_t> numbers(static_cast<size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

TopicPartition Tp(const std::string& topic, int partition) {
  return {topic, PartitionId{partition}};
}

class SourceTest : public ::testing::Test {
 protected:
  void Create(const std::string& topic, int partitions) {
    ASSERT_TRUE(kafka_.broker->CreateTopic(topic, partitions).ok());
  }
  void DeleteRecordsBefore(const std::string& topic, int partition, int64_t offset) {
    ASSERT_EQ(rd_kafka_mock_partition_delete_records(kafka_.broker->cluster(), topic.c_str(),
                                                     partition, offset),
              RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  KafkaFixture kafka_;
};

TEST_F(SourceTest, ReadsExactlyTheRangesOfEveryPartition) {
  Create("t", 2);
  kafka_.Send("t", 0, 0, 100);
  kafka_.Send("t", 1, 0, 50);
  auto source = kafka_.Open(kafka_.Options("t"));
  EXPECT_EQ(source->description(), "KafkaV2[Subscribe[t]]");

  const auto start = source->StartingOffsets(kNever);
  ASSERT_TRUE(start.ok()) << start.status().ToString();
  EXPECT_THAT(*start, ElementsAre(Pair(Tp("t", 0), Offset{0}), Pair(Tp("t", 1), Offset{0})));
  const auto end = source->LatestOffsets(*start, kNever);
  ASSERT_TRUE(end.ok()) << end.status().ToString();
  EXPECT_THAT(*end, ElementsAre(Pair(Tp("t", 0), Offset{100}), Pair(Tp("t", 1), Offset{50})));

  auto reader = source->NewReader();
  EXPECT_TRUE(reader->done());
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 10, 60), Range("t", 1, 0, 50)});
  ASSERT_TRUE(got.status.ok()) << got.status.ToString();
  EXPECT_EQ(got.offsets.at(Tp("t", 0)), Numbers(10, 60));
  EXPECT_EQ(got.offsets.at(Tp("t", 1)), Numbers(0, 50));
}

TEST_F(SourceTest, NextRangeGoesOnAndAnEarlierOneStartsAgain) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 300);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  for (int start = 0; start < 300; start += 100) {
    EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, start, start + 100)}).offsets.at(Tp("t", 0)),
              Numbers(start, start + 100));
  }
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 50, 70)}).offsets.at(Tp("t", 0)), Numbers(50, 70));
  // Another lane goes on where this one stopped.
  auto other = source->NewReader();
  EXPECT_EQ(ReadRanges(*other, {Range("t", 0, 70, 90)}).offsets.at(Tp("t", 0)), Numbers(70, 90));
}

TEST_F(SourceTest, GivenUpRangeIsReadAgainFromItsStart) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 100);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ASSERT_TRUE(reader->Start({Range("t", 0, 0, 100)}).ok());
  ReadLimits few;
  few.max_records = 7;
  const auto batch = reader->Read(few, kNever);
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->records.size(), 7U);
  EXPECT_FALSE(reader->done());
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 0, 100)}).offsets.at(Tp("t", 0)), Numbers(0, 100));
}

TEST_F(SourceTest, BatchesKeepTheirLimits) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 100);  // values of 2 and 3 bytes
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ReadLimits limits;
  limits.max_records = 30;
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 0, 100)}, limits).batches, 4);

  limits = {};
  limits.max_bytes = 10;
  ASSERT_TRUE(reader->Start({Range("t", 0, 0, 100)}).ok());
  size_t records = 0;
  while (!reader->done()) {
    const auto batch = reader->Read(limits, kNever);
    ASSERT_TRUE(batch.ok());
    EXPECT_LE(batch->value_bytes, 10U);
    records += batch->records.size();
  }
  EXPECT_EQ(records, 100U);

  limits.max_bytes = 1;  // a larger record still comes, alone
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 0, 5)}, limits).batches, 5);
}

TEST_F(SourceTest, RecordAboveTheLimitStopsTheRead) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 3);
  ASSERT_TRUE(kafka_.producer->Send("t", 0, "big", std::string(2000, 'x')).ok());
  ASSERT_TRUE(kafka_.producer->Flush(std::chrono::seconds(10)).ok());
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ReadLimits limits;
  limits.max_record_bytes = 1000;
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 0, 4)}, limits);
  EXPECT_EQ(got.status.code(), "RECORD_TOO_LARGE");
  EXPECT_TRUE(got.status.Is(ErrorKind::kStop));
  EXPECT_THAT(got.status.message(), HasSubstr("t-0 at offset 3 has 2000 bytes"));
}

TEST_F(SourceTest, StopTokenEndsTheWaiting) {
  Create("t", 1);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ASSERT_TRUE(reader->Start({Range("t", 0, 0, 10)}).ok());
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  Status status;
  while (status.ok()) status = reader->Read({}, stop.get_token()).status();
  EXPECT_TRUE(status.Is(ErrorKind::kCancelled));
}

TEST_F(SourceTest, BatchOutlivesReaderAndSource) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 5);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ASSERT_TRUE(reader->Start({Range("t", 0, 0, 5)}).ok());
  RecordBatch kept;
  while (!reader->done()) kept = std::move(reader->Read({}, kNever)).value();
  reader.reset();
  source.reset();
  ASSERT_FALSE(kept.records.empty());
  EXPECT_EQ(kept.records.back().value_view(), "v4");
  EXPECT_EQ(kept.records.back().key_view(), "k4");
}

TEST_F(SourceTest, TwoLanesMayNotReadOnePartition) {
  Create("t", 1);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto first = source->NewReader();
  auto second = source->NewReader();
  ASSERT_TRUE(first->Start({Range("t", 0, 0, 10)}).ok());
  const Status status = second->Start({Range("t", 0, 10, 20)});
  EXPECT_TRUE(status.Is(ErrorKind::kStop));
  EXPECT_THAT(status.message(), HasSubstr("two lanes read t-0"));
}

TEST_F(SourceTest, LanesReadSideBySide) {
  constexpr int kPartitions = 6;
  Create("t", kPartitions);
  for (int p = 0; p < kPartitions; ++p) kafka_.Send("t", p, 0, 500);
  auto source = kafka_.Open(kafka_.Options("t"));
  std::vector<ReadOutcome> outcomes(3);
  {
    std::vector<std::jthread> lanes;
    for (int lane = 0; lane < 3; ++lane) {
      lanes.emplace_back([&, lane] {
        auto reader = source->NewReader();
        for (int start = 0; start < 500; start += 125) {
          ReadOutcome got = ReadRanges(*reader, {Range("t", 2 * lane, start, start + 125),
                                                 Range("t", 2 * lane + 1, start, start + 125)});
          for (auto& [partition, offsets] : got.offsets) {
            auto& all = outcomes[static_cast<size_t>(lane)].offsets[partition];
            all.insert(all.end(), offsets.begin(), offsets.end());
          }
        }
      });
    }
  }
  for (int p = 0; p < kPartitions; ++p) {
    EXPECT_EQ(outcomes[static_cast<size_t>(p / 2)].offsets.at(Tp("t", p)), Numbers(0, 500));
  }
}

TEST_F(SourceTest, RetentionGapStopsWithTheExactRange) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 100);
  DeleteRecordsBefore("t", 0, 40);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 10, 100)});
  EXPECT_EQ(got.status.code(), "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE");
  EXPECT_THAT(got.status.message(),
              HasSubstr("[10, 40) for topic partition t-0; Kafka holds [40, 100)"));
  EXPECT_THAT(got.offsets, IsEmpty());
}

TEST_F(SourceTest, RetentionGapIsCountedWhenLossIsAllowed) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 100);
  DeleteRecordsBefore("t", 0, 40);
  SourceOptions options = kafka_.Options("t");
  options.fail_on_data_loss = false;
  auto source = kafka_.Open(options);
  auto reader = source->NewReader();
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 10, 100)}).offsets.at(Tp("t", 0)), Numbers(40, 100));
  const auto warnings = source->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].records_lost, 30);
  EXPECT_THAT(warnings[0].message, HasSubstr("[10, 40)"));
}

TEST_F(SourceTest, LowerLatestOffsetIsAskedForAgainThenBelieved) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 10);
  auto source = kafka_.Open(kafka_.Options("t"));
  const OffsetMap committed = {{Tp("t", 0), Offset{15}}};
  const auto latest = source->LatestOffsets(committed, kNever);
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ(latest->at(Tp("t", 0)), Offset{10});
  EXPECT_EQ(kafka_.clock.sleeps, 3);
  const auto start = source->CompleteStart(committed, *latest, kNever);
  EXPECT_EQ(start.status().code(), "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED");
  EXPECT_THAT(start.status().message(), HasSubstr("t-0 offset was changed from 15 to 10"));
}

TEST_F(SourceTest, MissingTopicIsWaitedFor) {
  auto source = kafka_.Open(kafka_.Options("later"));
  // The in-process broker makes topics that are asked for, unless told otherwise.
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "later",
                                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto missing = source->StartingOffsets(kNever);
  EXPECT_EQ(missing.status().code(), "KAFKA_TOPIC_MISSING");
  EXPECT_TRUE(missing.status().Is(ErrorKind::kRetry));
  EXPECT_THAT(missing.status().message(), HasSubstr("topic 'later' does not exist"));
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "later", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(source->StartingOffsets(kNever).ok());
}

TEST_F(SourceTest, UnauthorisedTopicStops) {
  Create("t", 1);
  auto source = kafka_.Open(kafka_.Options("t"));
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "t",
                                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto start = source->StartingOffsets(kNever);
  EXPECT_EQ(start.status().code(), "KAFKA_NOT_AUTHORIZED");
  EXPECT_TRUE(start.status().Is(ErrorKind::kStop));
  EXPECT_THAT(start.status().message(), HasSubstr("topic 't'"));
}

TEST_F(SourceTest, TransientErrorsOfFetchAreOvercome) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 50);
  constexpr int16_t kFetch = 1;
  rd_kafka_mock_push_request_errors(
      kafka_.broker->cluster(), kFetch, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
      RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH);
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 0, 50)});
  ASSERT_TRUE(got.status.ok()) << got.status.ToString();
  EXPECT_EQ(got.offsets.at(Tp("t", 0)), Numbers(0, 50));
}

TEST_F(SourceTest, NoRecordWithinThePollTimeoutIsSparksError) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 5);
  SourceOptions options = kafka_.Options("t");
  options.poll_timeout = std::chrono::milliseconds(300);
  auto source = kafka_.Open(options);
  auto reader = source->NewReader();
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 0, 6)});
  EXPECT_EQ(got.status.code(), "KAFKA_TIMEOUT");
  EXPECT_TRUE(got.status.Is(ErrorKind::kRetry));
  EXPECT_THAT(got.status.message(),
              HasSubstr("Cannot fetch record for offset 5 of t-0 in 300 milliseconds"));
  kafka_.Send("t", 0, 5, 6);
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 0, 6)}).offsets.at(Tp("t", 0)), Numbers(0, 6));
}

TEST(SourceOpenTest, ReportsAllBadOptionsAtOnce) {
  SourceOptions options;
  options.subscription = Subscribe{{"t"}};
  options.client = {{"bootstrap.servers", "localhost:1"},
                    {"sesion.timeout.ms", "1"},
                    {"fetch.min.bytes", "many"}};
  const auto source = OpenKafkaSource(options, SystemClock());
  ASSERT_TRUE(source.status().Is(ErrorKind::kExit));
  EXPECT_THAT(
      source.status().message(),
      HasSubstr("kafka.sesion.timeout.ms is unknown; did you mean kafka.session.timeout.ms?"));
  EXPECT_THAT(source.status().message(), HasSubstr("kafka.fetch.min.bytes"));
}

TEST(SourceOpenTest, TakesOptionsWithoutEffect) {
  SourceOptions options;
  options.subscription = Subscribe{{"t"}};
  options.client = {{"bootstrap.servers", "localhost:1"}, {"group.id", "mine"}};
  const auto source = OpenKafkaSource(options, SystemClock());
  ASSERT_TRUE(source.ok());
  EXPECT_THAT((*source)->TakeWarnings(), IsEmpty());
}

}  // namespace
}  // namespace sluice::kafka
