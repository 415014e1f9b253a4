// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ClientEventsTest, AnOutageIsToldOnceWithAddressAndReason) {
  ClientEvents events("b1:9092");
  events.OnLog(3, "FAIL",
               "[thrd:b1:9092/bootstrap]: b1:9092/bootstrap: Connect to ipv4#10.0.0.1:9092 failed: "
               "Connection refused");
  EXPECT_THAT(events.TakeWarnings(), IsEmpty());
  EXPECT_EQ(events.UnreachableFor().count(), 0);
  events.OnError(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  EXPECT_GT(events.UnreachableFor().count(), 0);
  const auto warnings = events.TakeWarnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "KAFKA_UNREACHABLE");
  EXPECT_THAT(warnings[0].message,
              HasSubstr("at b1:9092 (kafka.bootstrap.servers): b1:9092/bootstrap: Connect to "
                        "ipv4#10.0.0.1:9092 failed"));
  events.OnError(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  EXPECT_THAT(events.TakeWarnings(), IsEmpty());

  events.OnAnswer();
  EXPECT_EQ(events.UnreachableFor().count(), 0);
  events.OnError(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  EXPECT_EQ(events.TakeWarnings().size(), 1U);
}

TEST(ClientEventsTest, RefusalsStop) {
  ClientEvents events("b1:9092");
  EXPECT_FALSE(events.Refusal());
  events.OnError(RD_KAFKA_RESP_ERR__SSL, "b1:9092: SSL handshake failed: connection reset");
  EXPECT_FALSE(events.Refusal());  // may be a broker that restarts
  events.OnError(
      RD_KAFKA_RESP_ERR__SSL,
      "b1:9092: SSL handshake failed: certificate verify failed: unable to get local issuer");
  EXPECT_EQ(events.Refusal()->code(), "KAFKA_TLS_FAILED");
  events.OnError(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                 "b1:9092: SASL authentication error: Authentication failed");
  EXPECT_EQ(events.Refusal()->code(), "KAFKA_AUTHENTICATION_FAILED");
  EXPECT_TRUE(events.Refusal()->Is(ErrorKind::kStop));
}

TEST(ClientEventsTest, OtherLogLinesAreKeptOnceAndFew) {
  ClientEvents events("b1:9092");
  events.OnLog(4, "SOMETHING", "[thrd:main]: odd");
  events.OnLog(4, "SOMETHING", "[thrd:main]: odd");
  events.OnLog(6, "INFO", "[thrd:main]: dull");
  for (int i = 0; i < 100; ++i) events.OnLog(4, "FLOOD", std::to_string(i));
  const auto warnings = events.TakeWarnings();
  EXPECT_EQ(warnings.size(), 32U);
  EXPECT_EQ(warnings[0].message, "Kafka client (SOMETHING): odd");
}

TEST(KafkaErrorTest, KindSaysWhatToDoNext) {
  const struct {
    int error;
    ErrorKind kind;
    const char* code;
  } kCases[] = {
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::kRetry, "KAFKA_NOT_AUTHORIZED"},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::kStop, "KAFKA_NOT_AUTHORIZED"},
      {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ErrorKind::kStop,
       "KAFKA_AUTHENTICATION_FAILED"},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorKind::kRetry, "KAFKA_TOPIC_MISSING"},
      {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorKind::kStop, "KAFKA_TOPIC_INVALID"},
      {RD_KAFKA_RESP_ERR__BAD_MSG, ErrorKind::kRetry, "KAFKA_CORRUPT_RECORD"},
      {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ErrorKind::kStop, "KAFKA_BROKER_TOO_OLD"},
      {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ErrorKind::kRetry, "KAFKA_ERROR"},
      {RD_KAFKA_RESP_ERR_UNKNOWN, ErrorKind::kRetry, "KAFKA_ERROR"},
  };
  for (const auto& c : kCases) {
    const Status status = KafkaError(c.error, "t-0 at offset 5", "");
    EXPECT_EQ(status.kind(), c.kind) << status.ToString();
    EXPECT_EQ(status.code(), c.code);
    EXPECT_THAT(status.message(), HasSubstr("t-0 at offset 5"));
  }
}

}  // namespace
}  // namespace sluice::kafka
