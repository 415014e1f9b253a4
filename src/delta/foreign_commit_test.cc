// SPDX-License-Identifier: Apache-2.0
#include "delta/foreign_commit.h"

#include <gtest/gtest.h>

namespace sluice::delta {
namespace {

TEST(ForeignCommitTest, TellsWhoAndWhat) {
  const auto commit = ParseForeignCommit(
      "{\"commitInfo\":{\"operation\":\"WRITE\",\"engineInfo\":\"Spark\",\"txnId\":\"t\"}}\n"
      "{\"txn\":{\"appId\":\"other\",\"version\":9}}\n"
      "{ \"txn\" : { \"appId\" : \"q\", \"version\" : 7 } }\n"
      "{\"add\":this is not even read}\n",
      "q");
  ASSERT_TRUE(commit.ok()) << commit.status().ToString();
  EXPECT_EQ(commit->txn_id, "t");
  EXPECT_EQ(commit->engine_info, "Spark");
  EXPECT_EQ(commit->operation, "WRITE");
  EXPECT_EQ(commit->batch, BatchId{7});
  EXPECT_FALSE(commit->changes_metadata);
  EXPECT_FALSE(commit->changes_protocol);
}

TEST(ForeignCommitTest, SeesMetadataAndProtocol) {
  EXPECT_TRUE(ParseForeignCommit("{\"metaData\":{}}", "q")->changes_metadata);
  EXPECT_TRUE(ParseForeignCommit("{\"protocol\":{}}\n", "q")->changes_protocol);
}

TEST(ForeignCommitTest, ACommitWithoutInfoIsFine) {
  const auto commit = ParseForeignCommit("\n{\"remove\":{}}\n", "q");
  ASSERT_TRUE(commit.ok());
  EXPECT_EQ(commit->txn_id, "");
  EXPECT_EQ(commit->batch, std::nullopt);
}

TEST(ForeignCommitTest, OddTopicIdsAreNone) {
  for (const char* parameters : {R"({"topicIds":"{\"t\":"})", R"({"topicIds":{"t":"x"}})", R"("t")",
                                 R"({"topicIds":"[\"t\"]"})", R"({"topicIds":"{\"t\":7}"})"}) {
    const std::string line =
        std::string("{\"commitInfo\":{\"operationParameters\":") + parameters + "}}";
    const auto commit = ParseForeignCommit(line, "q");
    ASSERT_TRUE(commit.ok()) << line;
    EXPECT_TRUE(commit->origin.topic_ids.empty()) << line;
  }
}

TEST(ForeignCommitTest, BrokenLinesAreErrors) {
  for (const char* text :
       {"{\"txn\":", "{\"txn\":{\"version\":1}}", "{\"txn\":{\"appId\":\"q\"}}"}) {
    EXPECT_EQ(ParseForeignCommit(text, "q").status().code(), "TABLE_LOG.UNREADABLE") << text;
  }
}

}  // namespace
}  // namespace sluice::delta
