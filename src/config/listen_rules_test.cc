// SPDX-License-Identifier: Apache-2.0
#include "config/listen_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/job_config.h"

namespace sluice::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(ListenRules, LoopbackIsKnownByItsFiguresAndOneName) {
  for (const char* own :
       {"127.0.0.1:4040", "127.1.2.3:0", "localhost:1", "LocalHost:1", "[::1]:4040"})
    EXPECT_TRUE(IsLoopback(own)) << own;
  for (const char* others :
       {"0.0.0.0:4040", "[::]:4040", "10.0.0.1:1", "sluice:4040", "127.0.0.1.example.org:1",
        "localhost.example.org:1", ":4040", "[::ffff:10.0.0.1]:1"})
    EXPECT_FALSE(IsLoopback(others)) << others;
}

std::vector<std::string> Texts(const std::vector<Mistake>& mistakes) {
  std::vector<std::string> texts;
  for (const Mistake& mistake : mistakes) texts.push_back(mistake.ToString());
  return texts;
}

ConfigReport Load(const std::string& monitor,
                  const std::map<std::string, std::string>& environment = {}) {
  return ParseJobConfig("job.yaml",
                        "source: {kafka.bootstrap.servers: 'b:9092', subscribe: t}\n"
                        "sink: {path: /data/t, checkpointLocation: /data/c}\n"
                        "monitor:\n" +
                            monitor,
                        environment);
}

TEST(ListenRules, BeyondThisMachineATokenIsNeeded) {
  EXPECT_THAT(Texts(Load("  listen: 0.0.0.0:4040\n").mistakes),
              ElementsAre(AllOf(HasSubstr("job.yaml:4: monitor.listen: beyond this machine"),
                                HasSubstr("monitor.token: ${SLUICE_MONITOR_TOKEN}"),
                                HasSubstr("monitor.allowAnonymous: true"))));
  EXPECT_THAT(Texts(Load("  listen: 0.0.0.0:4040\n  enabled: false\n").mistakes), IsEmpty());
  EXPECT_THAT(Texts(Load("  listen: 0.0.0.0:4040\n  allowAnonymous: true\n").mistakes), IsEmpty());
  EXPECT_THAT(Texts(Load("  listen: 0.0.0.0:4040\n  tokenFile: /run/token\n").mistakes), IsEmpty());
  // As a container's configuration may have it: without the variable it is a mistake, not an open door.
  const std::string optional = "  listen: 0.0.0.0:4040\n  token: ${MONITOR_TOKEN:-}\n";
  EXPECT_THAT(Texts(Load(optional).mistakes), ElementsAre(HasSubstr("beyond this machine")));
  EXPECT_THAT(Texts(Load("  listen: 0.0.0.0:4040\n  token: ${MONITOR_TOKEN}\n").mistakes),
              ElementsAre(HasSubstr("variable MONITOR_TOKEN is not defined")));
  const ConfigReport given = Load(optional, {{"MONITOR_TOKEN", "0123456789abcdef"}});
  EXPECT_THAT(Texts(given.mistakes), IsEmpty());
  EXPECT_EQ(given.config->monitor.token, "0123456789abcdef");
}

TEST(ListenRules, TheTokenIsNeverShown) {
  const ConfigReport report =
      Load("  token: ${MONITOR_AUTH}\n", {{"MONITOR_AUTH", "0123456789abcdef"}});
  ASSERT_TRUE(report.config);
  for (const EffectiveValue& value : report.effective) {
    EXPECT_THAT(value.value, Not(HasSubstr("0123456789abcdef"))) << value.key;
    EXPECT_TRUE(value.key != "monitor.token" || value.value == "****");
  }
}

TEST(ListenRules, ATokenIsNotWrittenIntoTheFile) {
  const auto mistakes = Texts(Load("  token: 0123456789abcdef\n").mistakes);
  EXPECT_THAT(mistakes,
              ElementsAre(AllOf(HasSubstr("job.yaml:4: monitor.token: a secret must not stand"),
                                Not(HasSubstr("0123456789abcdef")))));
}

TEST(ListenRules, ATokenThatWillNotDoIsAMistakeThatDoesNotSayIt) {
  for (const char* token :
       {"hunter2", "hunter2 with spaces in it", "hunter2\xc3\xa9hunter2hunter2"}) {
    const auto mistakes = Texts(Load("  token: ${T}\n", {{"T", token}}).mistakes);
    EXPECT_THAT(mistakes, ElementsAre(AllOf(HasSubstr("monitor.token: expected 16 to 1024"),
                                            Not(HasSubstr("hunter2")))))
        << token;
  }
}

TEST(ListenRules, TokenAndFileContradict) {
  EXPECT_THAT(
      Texts(Load("  token: ${T}\n  tokenFile: /run/token\n", {{"T", "0123456789abcdef"}}).mistakes),
      ElementsAre(HasSubstr("job.yaml:5: monitor.tokenFile: contradicts token in line 4")));
  EXPECT_THAT(Texts(Load("  tokenFile: /run/token\n  allowAnonymous: true\n").warnings),
              ElementsAre(HasSubstr("monitor.allowAnonymous: has no effect")));
}

}  // namespace
}  // namespace sluice::config
