// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> MistakesOf(const std::string& limit) {
  std::vector<std::string> texts;
  const auto report = config::ParseProducerConfig(
      "producer.yaml",
      "sink: {kafka.bootstrap.servers: 'b:9092', topic: t, kafka.max.request.size: " + limit +
          "}\nfeeds:\n  - {name: city, url: 'http://h/', maxBytes: 2000}\n",
      {}, AllProducerChecks());
  for (const auto& mistake : report.mistakes) texts.push_back(mistake.ToString());
  return texts;
}

TEST(ProduceChecks, AMessageHasRoomWithinTheLimitOfTheClient) {
  EXPECT_THAT(MistakesOf("10000"), ::testing::IsEmpty());
  EXPECT_THAT(MistakesOf("1000"), ElementsAre(HasSubstr("feeds.city.maxBytes: 2000 bytes")));
}

// What is no number limits nothing.
TEST(ProduceChecks, ALimitThatIsWrongIsToldAlone) {
  EXPECT_THAT(MistakesOf("abc"),
              ElementsAre(HasSubstr("producer.yaml:1: sink.kafka.max.request.size: ")));
}

}  // namespace
}  // namespace sluice::cli
