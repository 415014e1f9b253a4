// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/testing/source_dir.h"
#include "kafka/client_option_table.h"
#include "kafka/client_option_values.h"
#include "kafka/consumer_settings.h"
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

// Of a login with these options; or what is wrong with it.
std::string Password(const std::string& options) {
  const TranslatedOptions translated = Translate(
      {{"sasl.jaas.config", "x.PlainLoginModule required username=\"u\" " + options + ";"}});
  if (!translated.problems.empty()) return translated.problems[0].second;
  for (const auto& [name, value] : translated.settings) {
    if (name == "sasl.password") return value;
  }
  return "(none)";
}

TEST(TranslateOptionsTest, OfARepeatedOptionOfALoginTheLastCountsAsInJava) {
  EXPECT_EQ(Password(R"(password="old" password="new")"), "new");
  EXPECT_EQ(Password(R"(password=old password=new)"), "new");
}

TEST(TranslateOptionsTest, EscapesInALoginAreThoseOfJava) {
  EXPECT_EQ(Password(R"(password="a\tb\nc\rd\\e\"f\gh")"), "a\tb\nc\rd\\e\"fgh");
  EXPECT_EQ(Password(R"(password="\a\b\f\v")"), "\a\b\f\v");
  EXPECT_EQ(Password(R"(password="\101\60!\3779\777\18")"),
            "A0!\xc3\xbf"
            "9?7\x01"
            "8");
  EXPECT_THAT(Password(R"(password="a\0b")"), HasSubstr("expected a value without \\0"));
}

TEST(TranslateOptionsTest, AControlFlagIsOneOfJavas) {
  const auto problems = [](const std::string& flag) {
    return Translate({{"sasl.jaas.config",
                       "x.PlainLoginModule " + flag + " username=\"u\" password=\"p\";"}})
        .problems;
  };
  for (const char* flag : {"required", "Requisite", "SUFFICIENT", "optional"})
    EXPECT_THAT(problems(flag), IsEmpty()) << flag;
  const char* expected = "expected required, requisite, sufficient or optional at character ";
  for (const char* flag : {"requird", ""}) {
    EXPECT_THAT(problems(flag), ElementsAre(Pair("sasl.jaas.config", HasSubstr(expected)))) << flag;
  }
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

TEST(TranslateOptionsTest, NumbersHaveNoUnits) {
  EXPECT_EQ(Problem({{"max.partition.fetch.bytes", "50m"}}),
            "expected a whole number of bytes from 1 to 1000000000, such as 52428800, found '50m'");
  EXPECT_EQ(Problem({{"fetch.max.wait.ms", "1s"}}),
            "expected a whole number of milliseconds from 0 to 300000, such as 1000, found '1s'");
  for (const char* value :
       {"50 MB", "1.5", "0x100000", "", "-5", "5e3", "99999999999999999999", "+-5", "ten"})
    EXPECT_THAT(Problem({{"fetch.max.bytes", value}}), HasSubstr("expected a whole")) << value;
  EXPECT_THAT(Translate({{"fetch.max.bytes", "+01000000"}}).settings,
              ElementsAre(Pair("fetch.max.bytes", "1000000")))
      << "to librdkafka a leading 0 is octal";
}

TEST(TranslateOptionsTest, OneMistakeAnOption) {
  for (const char* option : {"metadata.max.age.ms", "request.timeout.ms"})
    EXPECT_THAT(Problem({{option, "10 seconds"}}), HasSubstr("found '10 seconds'")) << option;
  EXPECT_EQ(
      Translate({{"request.timeout.ms", "10 seconds"}}, Client::Role::kProducer).problems.size(),
      1U);
}

TEST(TranslateOptionsTest, WordsAreListedInJavasSpelling) {
  EXPECT_EQ(Problem({{"security.protocol", "bla"}}),
            "expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, found 'bla'");
  EXPECT_EQ(Problem({{"isolation.level", "serializable"}}),
            "expected one of read_uncommitted, read_committed, found 'serializable'");
  EXPECT_EQ(Problem({{"check.crcs", "yes"}}), "expected true or false, found 'yes'");
  EXPECT_EQ(Problem({{"sasl.mechanism", "FOO"}, {"security.protocol", "SASL_SSL"}}),
            "expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI, OAUTHBEARER, found "
            "'FOO'");
  EXPECT_EQ(Problem({{"ssl.endpoint.identification.algorithm", "ldap"}}),
            "expected https, or '' for none, found 'ldap'");
}

TEST(TranslateOptionsTest, BootstrapServersAreHostsWithPorts) {
  const auto servers = [](const char* value) {
    const auto translated =
        TranslateOptions({{"bootstrap.servers", value}}, Client::Role::kConsumer);
    return translated.problems.empty() ? translated.settings.at(0).second
                                       : translated.problems[0].second;
  };
  EXPECT_EQ(servers("a:1, b_2.x-y:65535 ,,[::1]:9092,"), "a:1,b_2.x-y:65535,[::1]:9092");
  EXPECT_EQ(servers("localhost"),
            "expected host:port of one or several brokers, separated by commas, found "
            "'localhost': the port is missing");
  EXPECT_THAT(servers("a:1,b:99999"), HasSubstr("found 'b:99999': the port is from 1 to 65535"));
  EXPECT_THAT(servers("b:0"), HasSubstr("the port is from 1 to 65535"));
  EXPECT_THAT(servers("b:"), HasSubstr("the port is from 1 to 65535"));
  EXPECT_THAT(servers("http://b:1"), HasSubstr("found 'http://b:1': write it without http://"));
  EXPECT_EQ(servers("PLAINTEXT://b:1, sasl_ssl://c:2"), "b:1,c:2");
  EXPECT_EQ(servers(" b:1,\n\tc:2\n"), "b:1,c:2");
  EXPECT_THAT(servers("::1:9092"), HasSubstr("in brackets, such as [::1]:9092"));
  EXPECT_THAT(servers("[::1]"), HasSubstr("the port is missing"));
  EXPECT_THAT(servers("a:1 b:2"), HasSubstr("in brackets"));
  EXPECT_THAT(servers("b/x:1"), HasSubstr("'b/x' is no name of a host"));
  EXPECT_THAT(servers(" , "), HasSubstr("found ','"));
}

TEST(TranslateOptionsTest, ALogInNeedsMechanismAndCredentials) {
  EXPECT_THAT(Translate({{"security.protocol", "sasl_ssl"}}).lacking,
              ElementsAre(Pair("security.protocol",
                               HasSubstr("SASL_SSL needs kafka.sasl.mechanism (PLAIN, "))));
  const auto login = [](JavaOptions options) {
    options["security.protocol"] = "SASL_PLAINTEXT";
    const TranslatedOptions translated = Translate(options);
    EXPECT_THAT(translated.problems, IsEmpty());
    return translated.lacking.empty() ? "" : translated.lacking.front().second;
  };
  EXPECT_EQ(login({{"sasl.mechanism", "plain"}}),
            "PLAIN needs a user and a password: kafka.sasl.jaas.config with PlainLoginModule "
            "(username, password)");
  EXPECT_THAT(login({{"sasl.mechanism", "SCRAM-SHA-256"}, {"sasl.username", "u"}}),
              HasSubstr("with ScramLoginModule"));
  EXPECT_THAT(login({{"sasl.mechanism", "GSSAPI"}}), HasSubstr("GSSAPI needs a keytab"));
  const JavaOptions by_token{
      {"sasl.mechanism", "OAUTHBEARER"},
      {"sasl.jaas.config", "x.OAuthBearerLoginModule required clientId=\"i\" clientSecret=\"s\";"}};
  EXPECT_EQ(login(by_token), "OAUTHBEARER needs kafka.sasl.oauthbearer.token.endpoint.url");
  EXPECT_EQ(
      login({{"sasl.mechanism", "SCRAM-SHA-256"}, {"sasl.username", "u"}, {"sasl.password", "p"}}),
      "");
  EXPECT_EQ(login({{"sasl.kerberos.keytab", "/k"}}), "") << "GSSAPI by default, as in Java";
  EXPECT_EQ(login({{"sasl.kerberos.min.time.before.relogin", "0"}}), "");
}

TEST(TranslateOptionsTest, TheFirstBackoffIsNotTheLongest) {
  EXPECT_THAT(Translate({{"reconnect.backoff.ms", "2000"}}).settings,
              Contains(Pair("reconnect.backoff.max.ms", "2000")));
  EXPECT_THAT(Translate({{"reconnect.backoff.max.ms", "10"}}).settings,
              Contains(Pair("reconnect.backoff.ms", "10")));
  EXPECT_EQ(Problem({{"reconnect.backoff.ms", "20"}, {"reconnect.backoff.max.ms", "10"}}),
            "20 is more than reconnect.backoff.max.ms, 10");
}

TEST(TranslateOptionsTest, WhiteSpaceAroundAValueIsNotOfIt) {
  const TranslatedOptions translated =
      Translate({{"fetch.min.bytes", "1\n"}, {"check.crcs", " TRUE\t"}, {"sasl.password", " p "}});
  EXPECT_THAT(translated.problems, IsEmpty());
  EXPECT_THAT(translated.settings,
              UnorderedElementsAre(Pair("fetch.min.bytes", "1"), Pair("check.crcs", "true"),
                                   Pair("sasl.password", " p ")));
}

// Only a start looks at files: a configuration may be checked on another machine.
TEST(ProblemsAsStatusTest, FilesOfTlsAreNamed) {
  JavaOptions options{{"security.protocol", "SSL"}, {"ssl.truststore.location", "/nope.pem"}};
  const TranslatedOptions translated = Translate(options);
  EXPECT_THAT(translated.problems, IsEmpty());
  EXPECT_EQ(ProblemsAsStatus(translated).message(),
            "kafka.ssl.truststore.location: /nope.pem cannot be read: No such file or directory");
  options["security.protocol"] = "PLAINTEXT";
  EXPECT_TRUE(ProblemsAsStatus(Translate(options)).ok()) << "nobody reads it";
}

TEST(ClientTest, AFileThatIsNoCertificateIsNamed) {
  const std::string file = (SourceDir() / "LICENSE").string();
  EXPECT_THAT(Client::Open(Client::Role::kConsumer,
                           {{"security.protocol", "ssl"}, {"ssl.ca.location", file}})
                  .status()
                  .message(),
              HasSubstr("the file is " + file));
}

// What this program takes librdkafka takes too, at both ends of each range.
TEST(ValueTableTest, RangesAreThoseOfLibrdkafka) {
  for (const ValueRow& row : ValueTable()) {
    if (row.most == 0) continue;
    SCOPED_TRACE(row.java);
    const std::string name(row.java);
    const auto role = FindOption(row.java)->use == OptionUse::kProducer ? Client::Role::kProducer
                                                                        : Client::Role::kConsumer;
    for (const int64_t value : {row.least, row.most}) {
      JavaOptions options{{name, std::to_string(value)}};
      if (name == "reconnect.backoff.ms") options["reconnect.backoff.max.ms"] = "3600000";
      if (name == "reconnect.backoff.max.ms") options["reconnect.backoff.ms"] = "0";
      const TranslatedOptions translated = Translate(options, role);
      EXPECT_THAT(translated.problems, IsEmpty());
      ClientSettings settings = translated.settings;
      if (role == Client::Role::kConsumer) settings = ConsumerSettings(settings);
      const auto client = Client::Open(role, settings);
      EXPECT_TRUE(client.ok()) << value << ": " << client.status().message();
    }
    for (const int64_t value : {row.least - 1, row.most + 1})
      EXPECT_EQ(Translate({{name, std::to_string(value)}}, role).problems.size(), 1U) << value;
  }
}

TEST(ValueTableTest, EveryNumberThatIsPassedOnIsInIt) {
  for (const OptionRow& row : OptionTable()) {
    if (row.fate == OptionFate::kNoEffect || row.fate == OptionFate::kRefused) continue;
    if (!row.java.ends_with(".ms") && !row.java.ends_with(".bytes")) continue;
    EXPECT_FALSE(CheckedValue(row.java, "5 x").ok()) << row.java;
  }
  for (const ValueRow& row : ValueTable()) EXPECT_NE(FindOption(row.java), nullptr) << row.java;
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
  EXPECT_THAT(notes.problems, ElementsAre(Pair("fetch.min.bytes", HasSubstr("found 'many'"))));
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
