// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/manual_clock.h"

namespace sluice::cli {
namespace {

using produce::DeliveryResult;
using produce::PollReport;
using produce::PollResult;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<produce::FeedOptions> Feeds() {
  std::vector<produce::FeedOptions> feeds(2);
  feeds[0].name = "a";
  feeds[1].name = "b";
  return feeds;
}

struct Watched {
  ManualClock clock{1'700'000'000'000};
  std::vector<std::string> lines;
  monitor::Log log{{.json = true, .query = ""}, clock, [this](std::string_view line) {
                     lines.emplace_back(line);
                   }};
  monitor::ProducerMetrics metrics{{"a", "b"}, MetricLabels(), 1'700'000'000'000};
  ProduceWatch watch{Feeds(), metrics, log, clock};

  void Poll(size_t feed, PollResult result, int64_t messages = 0) {
    PollReport report;
    report.feed = feed;
    report.result = result;
    report.counts.messages = messages;
    report.counts.bytes = messages * 100;
    report.counts.faults.good = messages;
    watch.OnPoll(report);
  }
  std::string text() const { return metrics.Text({}, clock.NowMs()); }
};

TEST(ProduceWatch, TellsMetricsOfPolls) {
  Watched watched;
  watched.Poll(1, PollResult::kPublished, 5);
  watched.Poll(1, PollResult::kTimeout);
  const std::string text = watched.text();
  EXPECT_THAT(text, HasSubstr("polls_total{result=\"published\",source=\"b\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("polls_total{result=\"timeout\",source=\"b\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("messages_total{source=\"b\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("entities_total{result=\"sent\",source=\"b\"} 5\n"));
  EXPECT_EQ(watched.watch.totals().polls, 2);
  EXPECT_EQ(watched.watch.totals().failed, 1);
}

TEST(ProduceWatch, IsReadyWhenKafkaAndAFeedAre) {
  Watched watched;
  EXPECT_THAT(watched.watch.ready().checks[0].detail, HasSubstr("Kafka has not answered yet"));
  EXPECT_FALSE(watched.watch.started().ok);
  watched.watch.OnKafka(Status::Ok());
  EXPECT_TRUE(watched.watch.started().ok);
  EXPECT_THAT(watched.watch.ready().checks[1].detail, HasSubstr("no feed is well"));
  watched.Poll(0, PollResult::kPublished);
  EXPECT_TRUE(watched.watch.ready().ok);
  EXPECT_THAT(watched.text(), HasSubstr("sluice_producer_kafka_up 1\n"));
  watched.watch.OnKafka(Status::Retry("KAFKA_UNREACHABLE", "no Kafka broker answers at b:1"));
  EXPECT_FALSE(watched.watch.ready().ok);
  EXPECT_THAT(watched.text(), HasSubstr("sluice_producer_kafka_up 0\n"));
  EXPECT_THAT(watched.lines.back(),
              AllOf(HasSubstr("\"event\":\"kafka\""), HasSubstr("\"level\":\"warn\""),
                    HasSubstr("KAFKA_UNREACHABLE")));
}

TEST(ProduceWatch, IsAliveUnlessEveryFeedIsOverdueWhileKafkaIsWell) {
  constexpr seconds kStall{300};
  Watched watched;
  const auto alive = [&] { return watched.watch.alive(kStall).ok; };
  watched.clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(alive()) << "Kafka was not there yet";
  watched.watch.OnKafka(Status::Ok());
  watched.Poll(0, PollResult::kPublished);
  watched.Poll(1, PollResult::kPublished);
  watched.clock.Advance(std::chrono::hours(1));
  EXPECT_FALSE(alive());
  watched.watch.OnDelivery({0, DeliveryResult::kDelivered, 10, ""});
  EXPECT_TRUE(alive()) << "a record was acknowledged";
  watched.clock.Advance(std::chrono::hours(1));
  EXPECT_FALSE(alive());
  watched.watch.OnKafka(Status::Retry("KAFKA_UNREACHABLE", "no Kafka broker answers at b:1"));
  watched.clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(alive()) << "an outage of Kafka is no reason to restart it";
}

TEST(ProduceWatch, LostRecordsAreOneLineInTenSeconds) {
  Watched watched;
  for (int i = 0; i < 100; ++i)
    watched.watch.OnDelivery({0, DeliveryResult::kTooLarge, 5000, "Message size too large"});
  watched.watch.OnDelivery({0, DeliveryResult::kDelivered, 10, ""});
  EXPECT_EQ(watched.lines.size(), 1u);
  watched.clock.Advance(seconds(11));
  watched.watch.OnDelivery({0, DeliveryResult::kTooLarge, 5000, "Message size too large"});
  ASSERT_EQ(watched.lines.size(), 2u);
  EXPECT_THAT(watched.lines[1],
              AllOf(HasSubstr("a: Kafka did not take 100 records"), HasSubstr("\"source\":\"a\""),
                    HasSubstr("\"result\":\"too_large\"")));
  EXPECT_THAT(watched.text(),
              HasSubstr("deliveries_total{result=\"too_large\",source=\"a\"} 101\n"));
  EXPECT_EQ(watched.watch.totals().lost, 101);
  EXPECT_EQ(watched.watch.totals().delivered, 1);
}

TEST(ProduceWatch, AMinuteIsOneLine) {
  Watched watched;
  watched.Poll(0, PollResult::kPublished, 2000);
  watched.Poll(1, PollResult::kTimeout);
  watched.lines.clear();
  watched.watch.TellMinute();
  EXPECT_THAT(watched.lines,
              ElementsAre(AllOf(HasSubstr("\"event\":\"minute\""),
                                HasSubstr("2 polls: 1 published, 1 failed; 2,000 messages"))));
  watched.lines.clear();
  watched.watch.TellMinute();
  EXPECT_THAT(watched.lines, ElementsAre(HasSubstr("0 polls")));
}

TEST(ProduceWatch, WarningsGoToTheLog) {
  Watched watched;
  watched.watch.OnWarning("RECORD_TOO_LARGE", "a: Kafka took no record of 5000 bytes");
  EXPECT_THAT(watched.lines, ElementsAre(AllOf(HasSubstr("\"event\":\"warning\""),
                                               HasSubstr("\"code\":\"RECORD_TOO_LARGE\""))));
}

TEST(ProduceWatch, LabelsFollowTheirEnumerations) {
  const monitor::ProducerLabels labels = MetricLabels();
  EXPECT_EQ(labels.poll_results.size(), produce::kPollResults);
  EXPECT_EQ(labels.poll_results[static_cast<size_t>(PollResult::kNotSent)], "not_sent");
  EXPECT_EQ(labels.bodies[static_cast<size_t>(gtfs::BodyKind::kHtml)], "html");
  EXPECT_EQ(labels.delivery_results[static_cast<size_t>(DeliveryResult::kFailed)], "failed");
}

}  // namespace
}  // namespace sluice::cli
