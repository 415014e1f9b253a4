// SPDX-License-Identifier: Apache-2.0
#include "monitor/source_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace sluice::monitor {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNowMs = 1'700'000'000'000;

TopicPartition Part(int number, const std::string& topic = "t") {
  return {topic, PartitionId{number}};
}

class SourceSeriesTest : public ::testing::Test {
 protected:
  void Look(int second, OffsetMap latest) {
    series_.Looked(seconds(second), {{"t", true}}, latest);
  }
  PartitionState First(int second) const {
    return series_.Partitions(seconds(second), kNowMs + second * 1000).at(0);
  }
  static std::string Text(const SourceSeries& series, int second = 0) {
    std::vector<prometheus::MetricFamily> families;
    series.AppendTo(families, seconds(second), kNowMs);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
  }

  SourceSeries series_{"q", {"t"}, 256};
};

TEST_F(SourceSeriesTest, ATopicIsNotAvailableBeforeKafkaHasSaidSo) {
  const char* sample = "source_topic_available{query=\"q\",topic=\"t\"} ";
  EXPECT_THAT(Text(series_), HasSubstr(std::string(sample) + "0\n"));
  Look(1, {{Part(0), Offset{5}}});
  EXPECT_THAT(Text(series_), HasSubstr(std::string(sample) + "1\n"));
  series_.Looked(seconds(2), {{"t", false}}, {});
  EXPECT_THAT(Text(series_), HasSubstr(std::string(sample) + "0\n"));
}

TEST_F(SourceSeriesTest, PartitionsAreThereAtZeroOnceTheTopicIsKnown) {
  Look(1, {{Part(0), Offset{5}}, {Part(1), Offset{0}}});
  for (const char* name : {"source_lag_records", "source_lag_seconds", "source_committed_offset",
                           "source_skipped_offsets_total"}) {
    EXPECT_THAT(Text(series_), HasSubstr(std::string("spark_streaming_") + name +
                                         "{partition=\"1\",query=\"q\",topic=\"t\"} 0\n"));
  }
  EXPECT_THAT(Text(series_),
              HasSubstr("source_latest_offset{partition=\"0\",query=\"q\",topic=\"t\"} 5\n"));
}

TEST_F(SourceSeriesTest, WhereTheQueryBeginsIsNoLagUntilItIsKnown) {
  Look(1, {{Part(0), Offset{1000}}});
  EXPECT_EQ(First(5).lag_records, 0);
  series_.Committed({{Part(0), Offset{400}}});
  EXPECT_EQ(First(5).lag_records, 600);
}

TEST_F(SourceSeriesTest, LagIsTheAgeOfTheOldestRecordThatIsNotCommitted) {
  series_.Committed({{Part(0), Offset{100}}});
  Look(10, {{Part(0), Offset{100}}});
  EXPECT_EQ(First(12).lag_seconds, 0) << "caught up";
  Look(12, {{Part(0), Offset{101}}});
  Look(14, {{Part(0), Offset{900}}});
  // Record 100 came by second 12; nothing is committed since, and no batch runs.
  EXPECT_DOUBLE_EQ(First(14).lag_seconds, 2);
  EXPECT_DOUBLE_EQ(First(74).lag_seconds, 62);
  EXPECT_EQ(First(74).lag_records, 800);
  series_.Committed({{Part(0), Offset{900}}});
  EXPECT_EQ(First(75).lag_seconds, 0);
}

TEST_F(SourceSeriesTest, AnIdleHourIsNoLag) {
  series_.Committed({{Part(0), Offset{100}}});
  for (int s = 0; s < 3600; s += 2) Look(s, {{Part(0), Offset{100}}});
  Look(3600, {{Part(0), Offset{200}}});
  EXPECT_LE(First(3600).lag_seconds, 2);
}

TEST_F(SourceSeriesTest, ABacklogFromBeforeTheStartIsAsOldAsWhatIsCommittedLast) {
  series_.Committed({{Part(0), Offset{0}}});
  Look(0, {{Part(0), Offset{1000}}});
  EXPECT_DOUBLE_EQ(First(30).lag_seconds, 30) << "at least as long as it is known";
  series_.Committed({{Part(0), Offset{500}}});
  series_.NewestRecord(Part(0), kNowMs - 7'200'000);
  EXPECT_DOUBLE_EQ(First(30).lag_seconds, 7230);
}

TEST_F(SourceSeriesTest, ANewPartitionIsBehindFromItsBeginning) {
  series_.Committed({{Part(0), Offset{10}}});
  Look(1, {{Part(0), Offset{10}}, {Part(1), Offset{7}}});
  EXPECT_EQ(series_.Partitions(seconds(1), kNowMs).at(1).lag_records, 7);
}

TEST_F(SourceSeriesTest, APartitionThatIsGoneFromTheQueryIsGone) {
  Look(1, {{Part(0), Offset{10}}, {Part(1), Offset{10}}});
  series_.Committed({{Part(0), Offset{5}}, {Part(1), Offset{5}}});
  series_.Committed({{Part(0), Offset{6}}});
  EXPECT_EQ(series_.Partitions(seconds(1), kNowMs).size(), 1U);
}

TEST_F(SourceSeriesTest, LostRecordsAreOfTheirPartition) {
  series_.Skipped(Part(3), 30);
  series_.Skipped(Part(3), 5);
  EXPECT_THAT(
      Text(series_),
      HasSubstr("source_skipped_offsets_total{partition=\"3\",query=\"q\",topic=\"t\"} 35\n"));
}

TEST_F(SourceSeriesTest, APatternIsAvailableWhenATopicMatches) {
  SourceSeries pattern("q", {"fleet-.*"}, 256);
  EXPECT_THAT(Text(pattern),
              HasSubstr("source_topic_available{query=\"q\",topic=\"fleet-.*\"} 0\n"));
  pattern.Looked(seconds(1), {{"fleet-a", true}}, {});
  EXPECT_THAT(Text(pattern),
              HasSubstr("source_topic_available{query=\"q\",topic=\"fleet-.*\"} 1\n"));
  EXPECT_THAT(Text(pattern),
              HasSubstr("source_topic_available{query=\"q\",topic=\"fleet-a\"} 1\n"));
}

TEST_F(SourceSeriesTest, BeyondTheCapPartitionsAreSummedByTopic) {
  SourceSeries capped("q", {"a", "b"}, 4);
  OffsetMap latest, committed;
  for (int p = 0; p < 3; ++p) {
    for (const char* topic : {"a", "b"}) {
      latest[Part(p, topic)] = Offset{10 * (p + 1)};
      committed[Part(p, topic)] = Offset{10};
    }
  }
  capped.Committed(committed);
  capped.Looked(seconds(0), {{"a", true}, {"b", true}}, latest);
  capped.Skipped(Part(0, "a"), 2);
  EXPECT_TRUE(capped.summed());
  const std::string text = Text(capped, 9);
  EXPECT_THAT(text, Not(HasSubstr("partition=\"0\"")));
  EXPECT_THAT(text,
              HasSubstr("source_latest_offset{partition=\"all\",query=\"q\",topic=\"a\"} 60\n"));
  EXPECT_THAT(text,
              HasSubstr("source_lag_records{partition=\"all\",query=\"q\",topic=\"b\"} 30\n"));
  EXPECT_THAT(text, HasSubstr("source_lag_seconds{partition=\"all\",query=\"q\",topic=\"b\"} 9\n"));
  EXPECT_THAT(
      text,
      HasSubstr("source_skipped_offsets_total{partition=\"all\",query=\"q\",topic=\"a\"} 2\n"));
  EXPECT_EQ(capped.Partitions(seconds(9), kNowMs).size(), 6U) << "for the page all are there";
}

TEST_F(SourceSeriesTest, BeyondTheCapTopicsAreOthers) {
  SourceSeries capped("q", {"a"}, 2);
  for (const char* topic : {"a", "b", "c", "d"}) capped.Input(topic, {1, 10});
  EXPECT_THAT(Text(capped), HasSubstr("input_records_total{query=\"q\",topic=\"other\"} 2\n"));
  EXPECT_THAT(Text(capped), Not(HasSubstr("topic=\"d\"")));
}

TEST_F(SourceSeriesTest, APatternOfAThousandTopicsStaysWithinTheCap) {
  SourceSeries capped("q", {"fleet-.*"}, 4);
  std::map<std::string, bool> topics;
  OffsetMap latest;
  for (int t = 0; t < 1000; ++t) {
    topics["fleet-" + std::to_string(t)] = true;
    latest[Part(0, "fleet-" + std::to_string(t))] = Offset{1};
  }
  capped.Looked(seconds(0), topics, latest);
  capped.Committed(latest);
  for (const auto& [topic, available] : topics) capped.Input(topic, {1, 10});
  const std::string text = Text(capped);
  EXPECT_LT(std::ranges::count(text, '\n'), 80);
  EXPECT_THAT(
      text, HasSubstr("source_latest_offset{partition=\"all\",query=\"q\",topic=\"other\"} 996\n"));
}

TEST_F(SourceSeriesTest, ATopicThatIsMissingIsNamedOnceKafkaHasSaidSo) {
  EXPECT_TRUE(series_.missing().empty()) << "not asked yet";
  series_.Looked(seconds(1), {{"t", false}}, {});
  EXPECT_EQ(series_.missing(), std::vector<std::string>{"t"});
  series_.Committed({{Part(0), Offset{5}}});
  EXPECT_TRUE(series_.missing().empty()) << "it was read a moment ago";
}

TEST_F(SourceSeriesTest, AnotherSetOfPartitionsIsARebalance) {
  const auto rebalances = [&](const char* count) {
    EXPECT_THAT(Text(series_),
                HasSubstr(std::string("source_rebalances_total{query=\"q\"} ") + count + "\n"));
  };
  rebalances("0");
  series_.Committed({{Part(0), Offset{5}}});
  series_.Committed({{Part(0), Offset{6}}});
  Look(1, {{Part(0), Offset{6}}, {Part(1), Offset{0}}});
  rebalances("0");
  series_.Committed({{Part(0), Offset{6}}, {Part(1), Offset{0}}});
  rebalances("1");
  series_.Committed({{Part(1), Offset{1}}});
  rebalances("2");
}

TEST_F(SourceSeriesTest, ATopicsNameIsEscaped) {
  SourceSeries odd("q", {"a\"b\\c"}, 4);
  EXPECT_THAT(Text(odd), HasSubstr("topic=\"a\\\"b\\\\c\"} 0\n"));
}

}  // namespace
}  // namespace sluice::monitor
