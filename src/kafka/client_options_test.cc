// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/testing/source_dir.h"
#include "kafka/client_option_table.h"
#include "kafka/source.h"

namespace sluice::kafka {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TranslatedOptions Translate(JavaOptions options, Client::Role role = Client::Role::kConsumer) {
  options.try_emplace("bootstrap.servers", "b:9092");
  TranslatedOptions translated = TranslateOptions(options, role);
  std::erase_if(translated.settings,
                [](const auto& setting) { return setting.first == "bootstrap.servers"; });
  return translated;
}

std::string Problem(const JavaOptions& options) {
  const TranslatedOptions translated = Translate(options);
  return translated.problems.size() == 1 ? translated.problems[0].second : "";
}

TEST(TranslateOptionsTest, SameAndRenamed) {
  EXPECT_THAT(Translate({{"fetch.min.bytes", "10"},
                         {"fetch.max.wait.ms", "20"},
                         {"max.partition.fetch.bytes", "30"}})
                  .settings,
              UnorderedElementsAre(Pair("fetch.min.bytes", "10"), Pair("fetch.wait.max.ms", "20"),
                                   Pair("fetch.message.max.bytes", "30")));
}

TEST(TranslateOptionsTest, NamesInAnyCase) {
  EXPECT_THAT(Translate({{"Fetch.Min.Bytes", "10"}}).settings,
              ElementsAre(Pair("fetch.min.bytes", "10")));
}

TEST(TranslateOptionsTest, PlainLoginBecomesUserAndPassword) {
  const auto translated =
      Translate({{"security.protocol", "SASL_SSL"},
                 {"sasl.mechanism", "plain"},
                 {"sasl.jaas.config",
                  "org.apache.kafka.common.security.plain.PlainLoginModule required "
                  "username=\"me\" password=\"a \\\"b\\\" c;\";"}});
  EXPECT_THAT(translated.problems, IsEmpty());
  EXPECT_THAT(
      translated.settings,
      UnorderedElementsAre(Pair("security.protocol", "sasl_ssl"), Pair("sasl.mechanism", "PLAIN"),
                           Pair("sasl.username", "me"), Pair("sasl.password", "a \"b\" c;")));
}

TEST(TranslateOptionsTest, OtherLoginModules) {
  EXPECT_THAT(Translate({{"sasl.jaas.config", "x.OAuthBearerLoginModule required clientId='i' ;"}})
                  .problems,
              ::testing::Not(IsEmpty()));
  EXPECT_THAT(
      Translate(
          {{"sasl.jaas.config",
            "x.OAuthBearerLoginModule required clientId=\"i\" clientSecret=\"s\" scope=\"c\";"}})
          .settings,
      UnorderedElementsAre(Pair("sasl.oauthbearer.client.id", "i"),
                           Pair("sasl.oauthbearer.client.secret", "s"),
                           Pair("sasl.oauthbearer.scope", "c")));
  EXPECT_THAT(Translate({{"sasl.jaas.config",
                          "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true "
                          "keyTab=\"/k\" principal=\"p@R\";"}})
                  .settings,
              UnorderedElementsAre(Pair("sasl.kerberos.keytab", "/k"),
                                   Pair("sasl.kerberos.principal", "p@R")));
  EXPECT_THAT(
      Problem({{"sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required;"}}),
      HasSubstr("IAMLoginModule is not known here"));
  EXPECT_THAT(Problem({{"sasl.jaas.config", "x.PlainLoginModule required username=\"u\";"}}),
              HasSubstr("needs password="));
}

TEST(TranslateOptionsTest, BrokenLoginIsExplainedWithoutItsSecrets) {
  const std::string problem = Problem(
      {{"sasl.jaas.config", "x.PlainLoginModule required username=\"u\" password=\"secret"}});
  EXPECT_THAT(problem, HasSubstr("expected a value, its quotes closed"));
  EXPECT_THAT(problem, ::testing::Not(HasSubstr("secret")));
}

TEST(TranslateOptionsTest, Keystores) {
  EXPECT_THAT(
      Translate({{"ssl.keystore.location", "/a.p12"}, {"ssl.keystore.password", "x"}}).settings,
      UnorderedElementsAre(Pair("ssl.keystore.location", "/a.p12"),
                           Pair("ssl.keystore.password", "x")));
  EXPECT_THAT(
      Translate({{"ssl.keystore.location", "/a"}, {"ssl.keystore.type", "pem"}}).settings,
      UnorderedElementsAre(Pair("ssl.certificate.location", "/a"), Pair("ssl.key.location", "/a")));
  EXPECT_THAT(Problem({{"ssl.keystore.location", "/a.jks"}}), HasSubstr("keytool -importkeystore"));
  EXPECT_THAT(
      Translate({{"ssl.truststore.location", "/ca.pem"}, {"ssl.truststore.type", "PEM"}}).settings,
      ElementsAre(Pair("ssl.ca.location", "/ca.pem")));
  EXPECT_THAT(Problem({{"ssl.truststore.location", "/ca.jks"}}), HasSubstr("must be a PEM file"));
  EXPECT_THAT(Translate({{"ssl.endpoint.identification.algorithm", ""}}).settings,
              ElementsAre(Pair("ssl.endpoint.identification.algorithm", "none")));
}

TEST(TranslateOptionsTest, WhatSparkRefuses) {
  for (const char* option : {"auto.offset.reset", "key.deserializer", "value.deserializer",
                             "enable.auto.commit", "interceptor.classes"}) {
    EXPECT_THAT(Problem({{option, "x"}}), HasSubstr("refused by Spark too")) << option;
  }
}

TEST(TranslateOptionsTest, UnknownNamesTheNearest) {
  EXPECT_EQ(Problem({{"isolation.levle", "x"}}), "is unknown; did you mean kafka.isolation.level?");
  EXPECT_EQ(Problem({{"colour.of.the.sky", "blue"}}),
            "is no option of Kafka's client that is known here");
}

TEST(TranslateOptionsTest, BadValuesAreNamedByTheirJavaName) {
  const auto problems =
      Translate({{"fetch.max.wait.ms", "soon"}, {"isolation.level", "serializable"}}).problems;
  EXPECT_THAT(problems,
              UnorderedElementsAre(Pair("fetch.max.wait.ms", HasSubstr("fetch.wait.max.ms")),
                                   Pair("isolation.level", HasSubstr("read_committed"))));
}

TEST(TranslateOptionsTest, MeaninglessOnesWarn) {
  const auto translated = Translate({{"group.id", "g"}, {"max.poll.records", "500"}});
  EXPECT_THAT(translated.settings, IsEmpty());
  EXPECT_THAT(translated.warnings,
              ElementsAre(Pair("group.id", HasSubstr("has no effect: ")),
                          Pair("max.poll.records", HasSubstr("has no effect: "))));
}

TEST(TranslateOptionsTest, IsolationAndTimeouts) {
  const auto translated =
      Translate({{"isolation.level", "READ_COMMITTED"}, {"default.api.timeout.ms", "2500"}});
  EXPECT_TRUE(translated.read_committed);
  EXPECT_EQ(translated.api_timeout, std::chrono::milliseconds(2500));
  EXPECT_FALSE(Translate({}).read_committed);
}

TEST(TranslateOptionsTest, BootstrapServersIsRequired) {
  EXPECT_THAT(CheckClientOptions({}).problems,
              ElementsAre(Pair("bootstrap.servers", HasSubstr("is required"))));
}

TEST(CheckClientOptionsTest, TellsProblemsAndWhatHasNoEffect) {
  const ClientOptionNotes notes = CheckClientOptions(
      {{"bootstrap.servers", "b:1"}, {"group.id", "mine"}, {"fetch.min.bytes", "many"}});
  EXPECT_THAT(notes.problems, ElementsAre(Pair("fetch.min.bytes", HasSubstr("fetch.min.bytes"))));
  EXPECT_THAT(notes.warnings, ElementsAre(Pair("group.id", HasSubstr("has no effect"))));
}

// No row may be a promise that the code does not keep.
TEST(OptionTableTest, EachRowDoesWhatItSays) {
  EXPECT_TRUE(std::is_sorted(OptionTable().begin(), OptionTable().end(),
                             [](const auto& a, const auto& b) { return a.java < b.java; }));
  for (const OptionRow& row : OptionTable()) {
    SCOPED_TRACE(row.java);
    const auto role =
        row.use == OptionUse::kProducer ? Client::Role::kProducer : Client::Role::kConsumer;
    const TranslatedOptions translated = TranslateOptions(
        {{"bootstrap.servers", "b:1"}, {std::string(row.java), "no such value"}}, role);
    switch (row.fate) {
      case OptionFate::kRefused: EXPECT_EQ(translated.problems.size(), 1U); break;
      case OptionFate::kNoEffect: EXPECT_EQ(translated.warnings.size(), 1U); break;
      default:
        // It is set (settings hold bootstrap.servers too), or the value was found wrong.
        EXPECT_TRUE(translated.settings.size() > 1 || !translated.problems.empty() ||
                    row.java == "bootstrap.servers");
        for (const auto& [option, problem] : translated.problems) {
          EXPECT_EQ(problem.find("No such configuration property"), std::string::npos) << problem;
        }
    }
  }
}

TEST(OptionTableTest, DocumentationShowsTheTable) {
  std::ifstream file(SourceDir() / "docs/kafka-options.md");
  std::stringstream text;
  text << file.rdbuf();
  // To renew it: kafka_options_table prints the table.
  EXPECT_THAT(text.str(), HasSubstr(OptionTableAsMarkdown()));
}

TEST(TranslateOptionsTest, JaasOptionsThatDoNothingAreProblems) {
  EXPECT_EQ(Problem({{"sasl.jaas.config",
                      "x.ScramLoginModule required username=\"u\" "
                      "password=\"p\" tokenauth=\"true\";"}}),
            "ScramLoginModule: tokenauth has no meaning here; remove it");
  EXPECT_EQ(Problem({{"sasl.jaas.config",
                      "x.Krb5LoginModule required useKeyTab=true "
                      "storeKey=true keyTab=\"/k\" principal=\"p\";"}}),
            "");
}

}  // namespace
}  // namespace sluice::kafka
