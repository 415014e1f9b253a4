// SPDX-License-Identifier: Apache-2.0
#include "monitor/producer_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace sluice::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNowMs = 1'700'000'000'000;

const ProducerLabels kLabels = {{"published", "unchanged", "timeout"},
                                {"older", "frozen"},
                                {"malformed", "invalid_utf8"},
                                {"html", "json"},
                                {"delivered", "failed"}};

TEST(ProducerMetrics, EverySeriesIsThereWithZeroFromTheFirstScrape) {
  const std::string text = ProducerMetrics({"a", "b"}, kLabels, kNowMs).Text({}, kNowMs);
  for (const char* series : {
           "sluice_producer_polls_total{result=\"timeout\",source=\"b\"} 0\n",
           "sluice_producer_feed_faults_total{fault=\"frozen\",source=\"a\"} 0\n",
           "sluice_producer_bad_bodies_total{kind=\"html\",source=\"a\"} 0\n",
           "sluice_producer_entities_total{result=\"dropped\",source=\"a\"} 0\n",
           "sluice_producer_entity_faults_total{fault=\"malformed\",source=\"a\"} 0\n",
           "sluice_producer_deliveries_total{result=\"failed\",source=\"a\"} 0\n",
           "sluice_producer_wire_bytes_total{source=\"a\"} 0\n",
           "sluice_producer_messages_total{source=\"a\"} 0\n",
           "sluice_producer_missed_ticks_total{source=\"a\"} 0\n",
           "sluice_producer_header_age_seconds{source=\"a\"} 0\n",
           "sluice_producer_last_good_poll_age_seconds{source=\"a\"} 0\n",
           "sluice_producer_feed_up{source=\"a\"} 0\n",
           "sluice_producer_queue_bytes 0\n",
           "sluice_producer_kafka_up 0\n",
           "sluice_producer_feeds 2\n",
           "sluice_producer_log_messages_total{level=\"error\"} 0\n",
       }) {
    EXPECT_THAT(text, HasSubstr(series));
  }
}

TEST(ProducerMetrics, CountsPollsByEverythingThatIsSaidOfThem) {
  ProducerMetrics metrics({"a", "b"}, kLabels, kNowMs);
  PollNumbers poll;
  poll.result = 0;
  poll.good = true;
  poll.at_ms = kNowMs;
  poll.header_seconds = 1'699'999'990;
  poll.wire_bytes = 100;
  poll.body_bytes = 400;
  poll.messages = 3;
  poll.message_bytes = 900;
  poll.entities_good = 7;
  poll.entities_repaired = 2;
  poll.entities_dropped = 1;
  poll.entity_faults = {1, 2};
  poll.fetch_seconds = 0.2;
  metrics.PollDone(1, poll);
  PollNumbers slow;
  slow.result = 2;
  slow.feed_faults = {0, 1};
  slow.frozen = true;
  slow.bad_body = 1;
  slow.missed_ticks = 4;
  metrics.PollDone(1, slow);
  metrics.Delivered(1, 0);
  metrics.Delivered(1, 0);
  metrics.Delivered(1, 1);
  const std::string text = metrics.Text({5, 600, 1000, 1.5}, kNowMs + 20'000);
  for (const char* series : {
           "polls_total{result=\"published\",source=\"b\"} 1\n",
           "polls_total{result=\"timeout\",source=\"b\"} 1\n",
           "polls_total{result=\"published\",source=\"a\"} 0\n",
           "feed_faults_total{fault=\"older\",source=\"b\"} 1\n",
           "bad_bodies_total{kind=\"json\",source=\"b\"} 1\n",
           "entities_total{result=\"sent\",source=\"b\"} 7\n",
           "entities_total{result=\"repaired\",source=\"b\"} 2\n",
           "entities_total{result=\"dropped\",source=\"b\"} 1\n",
           "entity_faults_total{fault=\"invalid_utf8\",source=\"b\"} 2\n",
           "deliveries_total{result=\"delivered\",source=\"b\"} 2\n",
           "deliveries_total{result=\"failed\",source=\"b\"} 1\n",
           "wire_bytes_total{source=\"b\"} 100\n",
           "body_bytes_total{source=\"b\"} 400\n",
           "messages_total{source=\"b\"} 3\n",
           "message_bytes_total{source=\"b\"} 900\n",
           "missed_ticks_total{source=\"b\"} 4\n",
           "header_timestamp_seconds{source=\"b\"} 1699999990\n",
           "header_age_seconds{source=\"b\"} 30\n",
           "last_good_poll_age_seconds{source=\"b\"} 20\n",
           "last_good_poll_age_seconds{source=\"a\"} 20\n",  // since the start
           "feed_up{source=\"b\"} 0\n",
           "feed_frozen{source=\"b\"} 1\n",
           "queue_records 5\n",
           "queue_bytes 600\n",
           "queue_limit_bytes 1000\n",
           "queue_wait_seconds_total 1.5\n",
           "fetch_seconds_count 2\n",
       }) {
    EXPECT_THAT(text, HasSubstr(std::string("\nsluice_producer_") + series));
  }
}

TEST(ProducerMetrics, AHeaderAheadOfUsHasANegativeAge) {
  ProducerMetrics metrics({"a"}, kLabels, kNowMs);
  PollNumbers poll;
  poll.header_seconds = 1'700'003'600;
  metrics.PollDone(0, poll);
  EXPECT_THAT(metrics.Text({}, kNowMs), HasSubstr("header_age_seconds{source=\"a\"} -3600\n"));
}

TEST(ProducerMetrics, AHundredSourcesAreAnswered) {
  std::vector<std::string> sources;
  for (int i = 0; i < 100; ++i) sources.push_back("feed-" + std::to_string(i));
  const std::string text = ProducerMetrics(sources, kLabels, kNowMs).Text({}, kNowMs);
  std::istringstream lines(text);
  int series = 0;
  for (std::string line; std::getline(lines, line);)
    series += line.starts_with("sluice_producer_polls_total{");
  EXPECT_EQ(series, 300);
}

TEST(ProducerMetrics, KafkaAndLog) {
  ProducerMetrics metrics({"a"}, kLabels, kNowMs);
  metrics.SetKafka(true);
  metrics.LogLine("warn");
  metrics.LogLine("no such level");
  const std::string text = metrics.Text({}, kNowMs);
  EXPECT_THAT(text, HasSubstr("sluice_producer_kafka_up 1\n"));
  EXPECT_THAT(text, HasSubstr("log_messages_total{level=\"warn\"} 1\n"));
}

}  // namespace
}  // namespace sluice::monitor
