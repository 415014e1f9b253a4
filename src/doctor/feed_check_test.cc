// SPDX-License-Identifier: Apache-2.0
#include "doctor/feed_check.h"

#include <gtest/gtest.h>

#include "doctor/testing/finding_matchers.h"
#include "http/testing/fetch.h"

namespace sluice::doctor {
namespace {

constexpr const char* kKey = "planted-key-4711";

produce::FeedOptions Feed(const std::string& url = "https://f.example/v.pb") {
  produce::FeedOptions feed;
  feed.name = "city";
  feed.url = url;
  feed.query = {{"key", kKey, true}};
  return feed;
}

FeedLook Answered(int status, const std::string& body = "") {
  FeedLook look;
  look.name = "feed city";
  look.address = "https://f.example/v.pb";
  http::Response response;
  response.status = status;
  response.body = body;
  look.outcome = std::move(response);
  return look;
}

FeedLook Reported(gtfs::Verdict verdict, int64_t entities, int64_t age) {
  FeedLook look = Answered(200);
  look.report.emplace();
  look.report->verdict = verdict;
  look.report->entities = entities;
  look.report->header_age = age;
  return look;
}

FeedLook Failed(http::FailureKind kind) {
  FeedLook look = Answered(0);
  look.outcome = http::Failure{kind, "https://f.example/v.pb: it failed"};
  return look;
}

TEST(FeedCheck, AFeedOfNowIsOk) {
  EXPECT_THAT(CheckFeed(Reported(gtfs::Verdict::kGood, 42, 7), Feed()),
              IsOk("42 entities, 7 s old"));
}

TEST(FeedCheck, OldFutureAndEmptyFeedsAreWarnings) {
  EXPECT_THAT(CheckFeed(Reported(gtfs::Verdict::kGood, 42, 700), Feed()),
              Warns("frozen", "operator"));
  EXPECT_THAT(CheckFeed(Reported(gtfs::Verdict::kGood, 42, -70), Feed()),
              Warns("70 s in the future", "clock"));
  FeedLook look = Reported(gtfs::Verdict::kGood, 42, 0);
  look.report->header_age = INT64_MIN / 2;  // as gtfs/feed_report.h bounds it
  EXPECT_THAT(CheckFeed(look, Feed()), Warns("s in the future", "clock"));
  EXPECT_THAT(CheckFeed(Reported(gtfs::Verdict::kUsable, 0, 7), Feed()),
              Warns("0 entities", "operator"));
}

TEST(FeedCheck, EachStatusHasItsRemedy) {
  EXPECT_THAT(CheckFeed(Answered(403), Feed()), Fails("HTTP 403", "check its key"));
  EXPECT_THAT(CheckFeed(Answered(404), Feed()), Fails("HTTP 404", "correct url"));
  EXPECT_THAT(CheckFeed(Answered(429), Feed()), Warns("HTTP 429", "interval"));
  EXPECT_THAT(CheckFeed(Answered(503), Feed()), Fails("HTTP 503", "wait"));
  EXPECT_THAT(CheckFeed(Answered(302), Feed()), Fails("HTTP 302", "correct url"));
}

TEST(FeedCheck, EachFailureHasItsRemedy) {
  EXPECT_THAT(CheckFeed(Failed(http::FailureKind::kConnect), Feed()),
              Fails("it failed", "name service"));
  EXPECT_THAT(CheckFeed(Failed(http::FailureKind::kTimeout), Feed()),
              Fails("it failed", "timeout"));
  EXPECT_THAT(CheckFeed(Failed(http::FailureKind::kTls), Feed()),
              Fails("it failed", "certificate"));
  EXPECT_THAT(CheckFeed(Failed(http::FailureKind::kTooLarge), Feed()), Fails("it failed", "raise"));
  EXPECT_THAT(CheckFeed(Failed(http::FailureKind::kBadAnswer), Feed()),
              Fails("it failed", "correct url"));
}

TEST(FeedCheck, APageInPlaceOfAFeedIsNamedWithoutTheKey) {
  const auto server = http::testing::StartServer([](const http::ServerRequest& request) {
    const bool has_key = !request.query.empty();
    return http::ServerResponse{
        .content_type = "text/plain",
        .body = has_key ? std::string("your key ") + kKey + " is unknown" : "?"};
  });
  const std::vector<produce::FeedOptions> feeds = {Feed(http::testing::UrlOf(*server, "/v.pb"))};
  const auto looks = LookAtFeeds(feeds, std::chrono::seconds(5));
  ASSERT_EQ(looks.size(), 1u);
  const Finding finding = CheckFeed(looks[0], feeds[0]);
  EXPECT_THAT(finding, Fails("your key", "sluice feed inspect"));
  EXPECT_EQ(finding.seen.find(kKey), std::string::npos) << finding.seen;
}

TEST(FeedCheck, ReplaysNeedTheirDirectory) {
  produce::FeedOptions feed;
  feed.name = "old";
  feed.replay = "/no/such/place/feed";
  const std::vector<produce::FeedOptions> feeds = {feed};
  EXPECT_THAT(CheckFeed(LookAtFeeds(feeds, std::chrono::seconds(1))[0], feed),
              Fails("/no/such/place/feed: there is no such directory", "replay"));
}

TEST(FeedCheck, ADeadServerDoesNotHoldUpTheOthers) {
  const std::vector<produce::FeedOptions> feeds = {Feed("http://127.0.0.1:1/a"),
                                                   Feed("http://127.0.0.1:1/b")};
  for (const FeedLook& look : LookAtFeeds(feeds, std::chrono::seconds(2)))
    EXPECT_THAT(CheckFeed(look, feeds[0]), Fails("127.0.0.1:1", "check the address"));
}

TEST(FeedsCheck, ManyFeedsAreSummedUp) {
  const std::vector<produce::FeedOptions> feeds(20, Feed());
  std::vector<FeedLook> looks(20, Reported(gtfs::Verdict::kGood, 1, 1));
  EXPECT_EQ(CheckFeeds(looks, feeds).size(), 1u);
  EXPECT_THAT(CheckFeeds(looks, feeds)[0], IsOk("20 feeds are well"));
  looks[3] = Answered(404);
  ASSERT_EQ(CheckFeeds(looks, feeds).size(), 2u);
  EXPECT_THAT(CheckFeeds(looks, feeds)[1], Fails("HTTP 404", "url"));
  looks.assign(20, Answered(404));
  EXPECT_EQ(CheckFeeds(looks, feeds).size(), 6u);
  EXPECT_THAT(CheckFeeds(looks, feeds).back(), Fails("15 further feeds", "run this again"));
}

TEST(MessageSizes, TheLargestIsComparedWithTheTopic) {
  FeedLook look = Reported(gtfs::Verdict::kGood, 1, 1);
  look.report->modes[0].largest = 500'000;
  EXPECT_THAT(CheckMessageSizes({look}, {Feed()}, 1'048'588, 1'048'576), IsOk("500 KB (city)"));
  EXPECT_THAT(CheckMessageSizes({look}, {Feed()}, 400'000, 1'048'576),
              Warns("500 KB", "max.message.bytes"));
  EXPECT_THAT(CheckMessageSizes({look}, {Feed()}, -1, 1'048'576), IsOk("limit is not known"));
  EXPECT_THAT(CheckMessageSizes({Answered(404)}, {Feed()}, 400'000, 1'048'576),
              IsOk("the client takes"));
}

}  // namespace
}  // namespace sluice::doctor
