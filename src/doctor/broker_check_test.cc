// SPDX-License-Identifier: Apache-2.0
#include "doctor/broker_check.h"

#include <gtest/gtest.h>

#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

const Status kUnreachable = Status::Retry(
    "KAFKA_UNREACHABLE", "no Kafka broker answers at b:9092. Nothing was lost; it is tried again.");

Listener Speaking(Speaks speaks, std::vector<std::string> mechanisms = {}) {
  Listener listener;
  listener.address = "b:9092";
  listener.speaks = speaks;
  listener.mechanisms = std::move(mechanisms);
  return listener;
}

Listener Dead(const std::string& address, const std::string& trouble) {
  Listener listener;
  listener.address = address;
  listener.trouble = trouble;
  listener.refused = trouble == "connection refused";
  listener.unknown_name = trouble == "the name is not known";
  return listener;
}

BrokerLook Unanswered(const std::string& protocol, Listener listener, Status why = kUnreachable) {
  BrokerLook look;
  look.servers = "b:9092";
  look.protocol = protocol;
  look.mechanism = "SCRAM-SHA-256";
  look.answered = std::move(why);
  look.bootstrap = {std::move(listener)};
  return look;
}

TEST(BrokerCheck, ABrokerThatAnswersIsOk) {
  BrokerLook look;
  look.servers = "b:9092";
  look.bootstrap = {Speaking(Speaks::kUnknown)};
  look.advertised = {Speaking(Speaks::kUnknown), Speaking(Speaks::kUnknown)};
  EXPECT_THAT(CheckBroker(look), IsOk("b:9092 answers over PLAINTEXT; 2 brokers"));
}

TEST(BrokerCheck, WhyThereIsNoConnectionDecidesTheRemedy) {
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Dead("b:9092", "connection refused"))),
              Fails("b:9092: connection refused", "start the broker, or correct host and port"));
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Dead("b:9092", "the name is not known"))),
              Fails("the name is not known", "correct the host"));
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Dead("b:9092", "no answer to a connection"))),
              Fails("no answer", "firewall"));
}

TEST(BrokerCheck, TlsAgainstPlaintextIsNamedBothWays) {
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Speaking(Speaks::kTls))),
              Fails("b:9092 wants TLS, but kafka.security.protocol is PLAINTEXT", "SSL"));
  EXPECT_THAT(CheckBroker(Unanswered("SASL_PLAINTEXT", Speaking(Speaks::kTls))),
              Fails("wants TLS", "kafka.security.protocol: SASL_SSL"));
  EXPECT_THAT(CheckBroker(Unanswered("SSL", Speaking(Speaks::kKafka))),
              Fails("speaks plain Kafka without TLS", "kafka.security.protocol: PLAINTEXT"));
  EXPECT_THAT(CheckBroker(Unanswered("SASL_SSL", Speaking(Speaks::kKafkaSasl, {"PLAIN"}))),
              Fails("without TLS, but kafka.security.protocol is SASL_SSL", "SASL_PLAINTEXT"));
}

TEST(BrokerCheck, ALogInThatIsMissingOrTooMuchIsNamed) {
  EXPECT_THAT(
      CheckBroker(Unanswered("PLAINTEXT", Speaking(Speaks::kKafkaSasl, {"PLAIN", "GSSAPI"}))),
      Fails("wants a log-in (SASL: PLAIN, GSSAPI)", "SASL_PLAINTEXT"));
  EXPECT_THAT(CheckBroker(Unanswered("SASL_PLAINTEXT", Speaking(Speaks::kKafka))),
              Fails("takes no log-in", "PLAINTEXT"));
  EXPECT_THAT(CheckBroker(Unanswered("SASL_PLAINTEXT", Speaking(Speaks::kKafkaSasl, {"PLAIN"}))),
              Fails("offers SASL PLAIN, not SCRAM-SHA-256", "kafka.sasl.mechanism"));
}

TEST(BrokerCheck, RefusedCredentialsAndCertificatesAreNamed) {
  const Status refused = Status::Stop("KAFKA_AUTHENTICATION_FAILED",
                                      "Kafka at b:9092 refused the credentials: bad password. "
                                      "Nothing was read or written. Check x.");
  EXPECT_THAT(CheckBroker(Unanswered("SASL_PLAINTEXT",
                                     Speaking(Speaks::kKafkaSasl, {"SCRAM-SHA-256"}), refused)),
              IsFinding(Severity::kFail, "refused the credentials: bad password", "jaas"));
  const Status tls = Status::Stop("KAFKA_TLS_FAILED", "TLS with Kafka at b:9092 failed: expired");
  EXPECT_THAT(CheckBroker(Unanswered("SSL", Speaking(Speaks::kTls), tls)),
              Fails("expired", "truststore"));
}

TEST(BrokerCheck, WhatIsNoKafkaIsNamed) {
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Speaking(Speaks::kHttp))),
              Fails("answers in HTTP", "broker's own port"));
  EXPECT_THAT(CheckBroker(Unanswered("PLAINTEXT", Speaking(Speaks::kNothing))),
              Fails("takes connections, but answers neither", "stopped"));
}

TEST(BrokerCheck, AnAdvertisedAddressThatCannotBeReachedIsTheTrouble) {
  BrokerLook look;
  look.servers = "b:9092";
  look.bootstrap = {Speaking(Speaks::kUnknown)};
  look.advertised = {Dead("kafka:29092", "the name is not known")};
  EXPECT_THAT(CheckBroker(look), Fails("sends its clients to kafka:29092", "advertised.listeners"));
  look.advertised.push_back(Speaking(Speaks::kUnknown));
  EXPECT_THAT(CheckBroker(look), Warns("2 brokers, of which kafka:29092", "start it"));
}

TEST(BrokerCheck, AnAddressThatTheClientLearnedIsToldFromABootstrapServer) {
  const std::string before = "no Kafka broker answers at b:9092 (kafka.bootstrap.servers): ";
  EXPECT_EQ(LearnedAddress(before + "kafka:29092/1: Connect to ipv4#1.2.3.4:29092 failed: refused"),
            "kafka:29092");
  EXPECT_EQ(LearnedAddress(before + "ssl://[::1]:9093/12: Failed to resolve"), "[::1]:9093");
  EXPECT_EQ(LearnedAddress(before + "b:9092/bootstrap: Connect to ipv4#1.2.3.4:9092 failed"),
            std::nullopt);
}

TEST(BrokerCheck, ADeadBootstrapServerBesideALivingOneIsAWarning) {
  BrokerLook look;
  look.servers = "b:9092,c:9092";
  look.bootstrap = {Speaking(Speaks::kUnknown), Dead("c:9092", "connection refused")};
  look.advertised = {Speaking(Speaks::kUnknown)};
  EXPECT_THAT(CheckBroker(look), Warns("c:9092: connection refused", "bootstrap.servers"));
}

TEST(BrokerCheck, OptionsAreReadInAnyCase) {
  const BrokerLook look = LookOf({{"bootstrap.servers", "a:1,b:2"},
                                  {"Security.Protocol", "sasl_ssl"},
                                  {"sasl.mechanism", "PLAIN"}});
  EXPECT_EQ(look.servers, "a:1,b:2");
  EXPECT_EQ(look.protocol, "SASL_SSL");
  EXPECT_EQ(look.mechanism, "PLAIN");
}

}  // namespace
}  // namespace sluice::doctor
