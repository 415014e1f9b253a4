// SPDX-License-Identifier: Apache-2.0
//
// The source on the in-process broker: what it answers, and which records come out. What that broker
// cannot do (transactions, compaction, recreated topics) is tested on a real one: tests/integration.
#include "kafka/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "kafka/client.h"
#include "kafka/range_reader.h"
#include "kafka/testing/kafka_fixture.h"

namespace sluice::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::stop_token kNever;
constexpr int16_t kFetch = 1;  // Kafka's number of that request

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
  // Records of one byte and one header of that value.
  void SendWithHeader(const std::string& topic, int records, const std::string& value) {
    auto client = Client::Open(Client::Role::kProducer,
                               {{"bootstrap.servers", kafka_.broker->bootstrap_servers()}});
    ASSERT_TRUE(client.ok());
    rd_kafka_t* rk = (*client)->handle();
    for (int i = 0; i < records; ++i) {
      ASSERT_EQ(
          rd_kafka_producev(
              rk, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(const_cast<char*>("v"), 1),
              RD_KAFKA_V_HEADER("h", value.data(), static_cast<ssize_t>(value.size())),
              RD_KAFKA_V_END),
          RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    ASSERT_EQ(rd_kafka_flush(rk, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  // To whoever describes the topic.
  void Hide(const std::string& topic, bool hidden) {
    rd_kafka_mock_topic_set_error(
        kafka_.broker->cluster(), topic.c_str(),
        hidden ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  // The next answers of the brokers to questions for offsets.
  void OffsetsAreUnknown(int times) {
    constexpr int16_t kListOffsets = 2;
    const std::vector<rd_kafka_resp_err_t> errors(static_cast<size_t>(times),
                                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    rd_kafka_mock_push_request_errors_array(kafka_.broker->cluster(), kListOffsets, errors.size(),
                                            errors.data());
  }
  // Returns when that fetch has been sent.
  void NextFetchIsNotAnswered() {
    rd_kafka_mock_cluster_t* cluster = kafka_.broker->cluster();
    constexpr int kBroker = 1;
    constexpr int kDelayMs = 3600 * 1000;
    rd_kafka_mock_broker_push_request_error_rtts(cluster, kBroker, kFetch, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, kDelayMs);
    rd_kafka_mock_start_request_tracking(cluster);
    bool sent = false;
    while (!sent) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      size_t count = 0;
      rd_kafka_mock_request_t** requests = rd_kafka_mock_get_requests(cluster, &count);
      sent = std::any_of(requests, requests + count, [](rd_kafka_mock_request_t* request) {
        return rd_kafka_mock_request_api_key(request) == kFetch;
      });
      rd_kafka_mock_request_destroy_array(requests, count);
    }
    rd_kafka_mock_stop_request_tracking(cluster);
  }
  // As a lane does: what may heal is tried again.
  static ReadOutcome ReadPatiently(RangeReader& reader, const std::vector<OffsetRange>& ranges) {
    ReadOutcome got = ReadRanges(reader, ranges);
    for (int tries = 0; tries < 20 && got.status.Is(ErrorKind::kRetry); ++tries)
      got = ReadRanges(reader, ranges);
    return got;
  }
  SourceOptions LossAllowed(const std::string& topic) {
    SourceOptions options = kafka_.Options(topic);
    options.fail_on_data_loss = false;
    return options;
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

TEST_F(SourceTest, KeysCountAmongTheBytesOfABatch) {
  Create("t", 1);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(kafka_.producer->Send("t", 0, std::string(1000, 'k'), "v").ok());
  }
  ASSERT_TRUE(kafka_.producer->Flush(std::chrono::seconds(30)).ok());
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  ReadLimits limits;
  limits.max_bytes = 10010;  // ten records
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 0, 40)}, limits);
  EXPECT_EQ(got.offsets.at(Tp("t", 0)), Numbers(0, 40));
  EXPECT_GE(got.batches, 4);
}

TEST_F(SourceTest, HeadersCountWhereTheyAreWanted) {
  Create("t", 1);
  SendWithHeader("t", 40, std::string(1000, 'h'));
  for (const bool wanted : {false, true}) {
    SourceOptions options = kafka_.Options("t");
    options.include_headers = wanted;
    auto source = kafka_.Open(options);
    auto reader = source->NewReader();
    ASSERT_TRUE(reader->Start({Range("t", 0, 0, 40)}).ok());
    ReadLimits limits;
    limits.max_bytes = 12000;
    while (!reader->done()) {
      const auto batch = reader->Read(limits, kNever);
      ASSERT_TRUE(batch.ok());
      EXPECT_EQ(batch->headers.size(), wanted ? batch->records.size() : 0);
      EXPECT_LE(batch->records.size(), wanted ? 11U : 40U);
    }
  }
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

// A broker that has just started may not list all topics yet; of a pattern nobody else would miss one.
TEST_F(SourceTest, APartitionThatWasReadAndIsNotListedIsAskedForAgainThenBelievedGone) {
  Create("t-1", 1);
  kafka_.Send("t-1", 0, 0, 10);
  SourceOptions options = kafka_.Options("t-1");
  options.subscription = SubscribePattern{"t-.*"};
  auto source = kafka_.Open(options);
  const OffsetMap committed = {{Tp("t-1", 0), Offset{10}}, {Tp("t-2", 0), Offset{5}}};
  const auto latest = source->LatestOffsets(committed, kNever);
  ASSERT_TRUE(latest.ok()) << latest.status().ToString();
  EXPECT_EQ(kafka_.clock.sleeps, 3);
  EXPECT_EQ(source->CompleteStart(committed, *latest, kNever).status().code(),
            "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
}

// What the cluster lists and its leader does not know (yet) is neither deleted nor new.
TEST_F(SourceTest, ListedPartitionThatItsLeaderDoesNotKnowIsWaitedFor) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 10);
  auto source = kafka_.Open(LossAllowed("t"));
  const OffsetMap committed = {{Tp("t", 0), Offset{5}}};
  OffsetsAreUnknown(4);  // a question and its three repetitions
  const Status status = source->LatestOffsets(committed, kNever).status();
  ASSERT_TRUE(status.Is(ErrorKind::kRetry)) << status.ToString();
  EXPECT_EQ(status.code(), "KAFKA_TOPIC_MISSING");
  EXPECT_THAT(status.message(), HasSubstr("Kafka lists t-0"));
  EXPECT_EQ(kafka_.clock.sleeps, 3);
  OffsetsAreUnknown(2);
  const auto latest = source->LatestOffsets(committed, kNever);
  ASSERT_TRUE(latest.ok()) << latest.status().ToString();
  EXPECT_THAT(*latest, ElementsAre(Pair(Tp("t", 0), Offset{10})));
  EXPECT_THAT(source->TakeWarnings(), IsEmpty());
}

TEST_F(SourceTest, NewPartitionThatItsLeaderDoesNotKnowIsWaitedFor) {
  Create("t", 2);
  kafka_.Send("t", 1, 0, 10);
  auto source = kafka_.Open(LossAllowed("t"));
  const OffsetMap start = {{Tp("t", 0), Offset{0}}};
  const auto end = source->LatestOffsets(start, kNever);
  ASSERT_TRUE(end.ok());
  OffsetsAreUnknown(4);
  const Status status = source->CompleteStart(start, *end, kNever).status();
  ASSERT_TRUE(status.Is(ErrorKind::kRetry)) << status.ToString();
  OffsetsAreUnknown(2);
  const auto complete = source->CompleteStart(start, *end, kNever);
  ASSERT_TRUE(complete.ok()) << complete.status().ToString();
  EXPECT_EQ(complete->at(Tp("t", 1)), Offset{0});
  EXPECT_THAT(source->TakeWarnings(), IsEmpty());
}

// Metadata may lag behind for longer than it is asked again: the topic that comes back is the same.
TEST_F(SourceTest, TopicThatWasAwayGoesOnWhereItWasLeft) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 10);
  auto source = kafka_.Open(LossAllowed("t"));
  const auto committed = source->LatestOffsets({}, kNever);
  ASSERT_TRUE(committed.ok());
  Hide("t", true);
  const auto gone = source->LatestOffsets(*committed, kNever);
  ASSERT_TRUE(gone.ok()) << gone.status().ToString();
  EXPECT_THAT(*gone, IsEmpty());
  for (int time = 0; time < 2; ++time) {
    EXPECT_THAT(source->CompleteStart(*committed, *gone, kNever).value(), IsEmpty());
  }
  EXPECT_EQ(source->TakeWarnings().at(0).code, "KAFKA_DATA_LOSS.PARTITIONS_DELETED");
  EXPECT_EQ(source->LatestOffsets(*gone, kNever).status().code(), "KAFKA_TOPIC_MISSING");

  Hide("t", false);
  kafka_.Send("t", 0, 10, 15);
  const auto end = source->LatestOffsets(*gone, kNever);
  ASSERT_TRUE(end.ok()) << end.status().ToString();
  EXPECT_THAT(source->EarliestOffsets({Tp("t", 0)}, kNever).value(),
              ElementsAre(Pair(Tp("t", 0), Offset{10})))
      << "rate limits begin there, too";
  for (int time = 0; time < 2; ++time) {
    EXPECT_THAT(source->CompleteStart(*gone, *end, kNever).value(),
                ElementsAre(Pair(Tp("t", 0), Offset{10})));
  }
  auto reader = source->NewReader();
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 10, 15)}).offsets.at(Tp("t", 0)), Numbers(10, 15));
  EXPECT_THAT(source->TakeWarnings(), IsEmpty());
}

// The queues are cut anew while records of before are still in use.
TEST_F(SourceTest, PartitionsAddedWhileReadingLoseNothing) {
  Create("one", 1);
  Create("many", 20);
  kafka_.Send("one", 0, 0, 100);
  for (int p = 0; p < 20; ++p) kafka_.Send("many", p, 0, 10);
  SourceOptions options = kafka_.Options("one");
  options.subscription = SubscribePattern{"one|many"};
  auto source = kafka_.Open(options);
  auto lane = source->NewReader();
  ASSERT_TRUE(lane->Start({Range("one", 0, 0, 50)}).ok());
  ReadLimits few;
  few.max_records = 10;
  std::vector<RecordBatch> kept;
  kept.push_back(std::move(lane->Read(few, kNever)).value());
  ASSERT_TRUE(source->LatestOffsets({}, kNever).ok());  // 21 partitions
  auto other = source->NewReader();
  EXPECT_EQ(ReadRanges(*other, {Range("many", 3, 0, 10)}).offsets.at(Tp("many", 3)),
            Numbers(0, 10));
  while (!lane->done()) kept.push_back(std::move(lane->Read(few, kNever)).value());
  EXPECT_EQ(ReadRanges(*lane, {Range("one", 0, 50, 100)}).offsets.at(Tp("one", 0)),
            Numbers(50, 100));
  int64_t next = 0;
  for (const RecordBatch& batch : kept) {
    for (const Record& record : batch.records) {
      EXPECT_EQ(record.offset, next);
      EXPECT_EQ(record.value_view(), "v" + std::to_string(next++));
    }
  }
  EXPECT_EQ(next, 50);
}

// A broker that was told to have refused us and now sends records has not.
TEST_F(SourceTest, RecordsThatArriveEndARefusal) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 10);
  ClientSettings settings = {{"bootstrap.servers", kafka_.broker->bootstrap_servers()},
                             {"enable.partition.eof", "true"}};
  auto lookup = std::move(Client::Open(Client::Role::kConsumer, settings)).value();
  auto parts = std::make_shared<SourceParts>(kafka_.Options("t"), settings, lookup, false,
                                             std::chrono::seconds(10));
  KafkaRangeReader reader(parts);
  ASSERT_TRUE(reader.Start({Range("t", 0, 0, 10)}).ok());
  ClientEvents& events = parts->pool.client()->events();
  events.OnError(RD_KAFKA_RESP_ERR__AUTHENTICATION, "not yet known here");
  ASSERT_TRUE(events.Refusal().has_value());
  EXPECT_EQ(ReadAll(reader).offsets.at(Tp("t", 0)), Numbers(0, 10));
  EXPECT_FALSE(events.Refusal().has_value());
}

// After an outage, too, a question has its own time to be answered, and not only the first moment.
TEST_F(SourceTest, SlowAnswerAfterAnOutageIsWaitedFor) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 10);
  auto source = kafka_.Open(kafka_.Options("t"));
  ASSERT_TRUE(source->LatestOffsets({}, kNever).ok());
  rd_kafka_mock_cluster_t* cluster = kafka_.broker->cluster();
  for (const int broker : {0, 1}) rd_kafka_mock_broker_set_down(cluster, broker);
  EXPECT_EQ(source->LatestOffsets({}, kNever).status().code(), "KAFKA_UNREACHABLE");
  for (const int broker : {0, 1}) {
    rd_kafka_mock_broker_set_rtt(cluster, broker, 300);
    rd_kafka_mock_broker_set_up(cluster, broker);
  }
  Result<OffsetMap> latest = Status::Cancelled();
  for (int tries = 0; tries < 5 && !latest.ok(); ++tries)
    latest = source->LatestOffsets({}, kNever);
  ASSERT_TRUE(latest.ok()) << latest.status().ToString();
  EXPECT_EQ(latest->at(Tp("t", 0)), Offset{10});
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

TEST_F(SourceTest, UnauthorisedTopicIsWaitedFor) {
  Create("t", 1);
  auto source = kafka_.Open(kafka_.Options("t"));
  rd_kafka_mock_topic_set_error(kafka_.broker->cluster(), "t",
                                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto start = source->StartingOffsets(kNever);
  EXPECT_EQ(start.status().code(), "KAFKA_NOT_AUTHORIZED");
  EXPECT_TRUE(start.status().Is(ErrorKind::kRetry));
  EXPECT_THAT(start.status().message(), HasSubstr("topic 't'"));
}

TEST_F(SourceTest, TransientErrorsOfFetchAreOvercome) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 50);
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

// The leader says that there is no such offset, and also that there is: it is not asked in a circle.
TEST_F(SourceTest, ALeaderThatContradictsItselfIsAskedAgainAfterAPause) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 50);
  constexpr int kErrors = 5;
  const std::vector<rd_kafka_resp_err_t> errors(kErrors, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
  rd_kafka_mock_push_request_errors_array(kafka_.broker->cluster(), kFetch, errors.size(),
                                          errors.data());
  auto source = kafka_.Open(kafka_.Options("t"));
  auto reader = source->NewReader();
  const auto asked = std::chrono::steady_clock::now();
  const ReadOutcome got = ReadRanges(*reader, {Range("t", 0, 0, 50)});
  ASSERT_TRUE(got.status.ok()) << got.status.ToString();
  EXPECT_EQ(got.offsets.at(Tp("t", 0)), Numbers(0, 50));
  EXPECT_GE(std::chrono::steady_clock::now() - asked, kErrors * std::chrono::milliseconds(100));
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

TEST_F(SourceTest, AFetchThatIsNeverAnsweredIsSentAgainOnANewConnection) {
  Create("t", 1);
  kafka_.Send("t", 0, 0, 5);
  SourceOptions options = kafka_.Options("t");
  options.poll_timeout = std::chrono::milliseconds(5000);
  auto source = kafka_.Open(options);
  auto reader = source->NewReader();
  ASSERT_TRUE(ReadPatiently(*reader, {Range("t", 0, 0, 5)}).status.ok());
  NextFetchIsNotAnswered();
  kafka_.Send("t", 0, 5, 9);
  EXPECT_EQ(ReadRanges(*reader, {Range("t", 0, 5, 9)}).status.code(), "KAFKA_TIMEOUT");
  const ReadOutcome got = ReadPatiently(*reader, {Range("t", 0, 5, 9)});
  ASSERT_TRUE(got.status.ok()) << got.status.ToString();
  EXPECT_EQ(got.offsets.at(Tp("t", 0)), Numbers(5, 9));
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
      HasSubstr("kafka.sesion.timeout.ms: is unknown; did you mean kafka.session.timeout.ms?"));
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

// The in-process broker forgets the epochs of records that it has deleted: to the client that looks as if
// the new leader's log did not have what was read.
TEST_F(SourceTest, ALogThatWasCutBackUnderAReaderIsDataLossThoughTheOffsetIsThere) {
  for (const bool fail : {true, false}) {
    SCOPED_TRACE(fail);
    const std::string topic = fail ? "stops" : "goes-on";
    Create(topic, 1);
    kafka_.Send(topic, 0, 0, 10);
    auto source = kafka_.Open(fail ? kafka_.Options(topic) : LossAllowed(topic));
    auto reader = source->NewReader();
    ASSERT_TRUE(ReadRanges(*reader, {Range(topic, 0, 0, 10)}).status.ok());
    DeleteRecordsBefore(topic, 0, 10);
    for (const int32_t leader : {0, 1})  // an election, whoever it was before
      rd_kafka_mock_partition_set_leader(kafka_.broker->cluster(), topic.c_str(), 0, leader);
    kafka_.Send(topic, 0, 10, 20);
    const ReadOutcome got = ReadPatiently(*reader, {Range(topic, 0, 10, 20)});
    if (fail) {
      EXPECT_EQ(got.status.ToString().substr(0, 40), "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED");
      EXPECT_THAT(got.status.ToString(), HasSubstr("stops-0 was cut back below offset 10"));
    } else {
      ASSERT_TRUE(got.status.ok()) << got.status.ToString();
      EXPECT_EQ(got.offsets.at(Tp(topic, 0)), Numbers(10, 20));
      EXPECT_EQ(source->TakeWarnings().at(0).code, "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED");
    }
  }
}

}  // namespace
}  // namespace sluice::kafka
