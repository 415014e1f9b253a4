// SPDX-License-Identifier: Apache-2.0
#include "produce/replay_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/testing/manual_clock.h"

namespace sluice::produce {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class ReplaySourceTest : public ::testing::Test {
 protected:
  ReplaySourceTest()
      : directory_(fs::path(::testing::TempDir()) /
                   (std::string("replay-") +
                    ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    options_.replay = directory_.string();
    options_.interval = seconds(30);
  }
  ~ReplaySourceTest() override { fs::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
  }
  std::unique_ptr<FeedSource> Open(double speed = 1, bool loop = false) {
    auto source = MakeReplaySource(options_, {speed, loop}, clock_);
    EXPECT_TRUE(source.ok()) << source.status().ToString();
    return std::move(source).value();
  }
  static Fetched Ask(FeedSource& source) {
    Fetched answer;
    source.Fetch({}, [&](Fetched fetched) { answer = std::move(fetched); });
    return answer;
  }

  fs::path directory_;
  FeedOptions options_;
  ManualClock clock_{1'700'000'000'000};
};

TEST(CaptureTime, ReadsTheStamp) {
  EXPECT_EQ(CaptureTime("mbta-trip-20171218-184613.pb"), 1513622773'000);
  EXPECT_EQ(CaptureTime("notafeed-text-20241008.pb"), 1728345600'000);
  EXPECT_EQ(CaptureTime("20171218-184613.pb"), 1513622773'000);
  EXPECT_EQ(CaptureTime("feed.pb"), std::nullopt);
  EXPECT_EQ(CaptureTime("feed-123456.pb"), std::nullopt);
  EXPECT_EQ(CaptureTime("feed-20240230-000000.pb"), std::nullopt);
}

TEST_F(ReplaySourceTest, GoesByTheStampsNotByTheNames) {
  Write("b-20240101-000000.pb", "one");
  Write("a-20240101-000020.pb", "two");
  Write("c.pb", "three");
  Write("readme.txt", "not a capture");
  auto source = Open();
  const Fetched one = Ask(*source);
  EXPECT_EQ(one.body, "one");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.recorded_at_ms, 1704067200'000);
  EXPECT_EQ(one.at_ms, 1'700'000'000'000);
  EXPECT_TRUE(one.begins_anew);
  EXPECT_EQ(one.next_in, seconds(20));
  const Fetched two = Ask(*source);
  EXPECT_EQ(two.body, "two");
  EXPECT_FALSE(two.begins_anew);
  EXPECT_EQ(two.next_in, seconds(30));  // the interval: the next one has no stamp
  EXPECT_EQ(Ask(*source).recorded_at_ms, std::nullopt);
  EXPECT_EQ(Ask(*source).kind, Fetched::Kind::kOver);
  EXPECT_EQ(Ask(*source).kind, Fetched::Kind::kOver);
}

TEST_F(ReplaySourceTest, SpeedShortensThePauses) {
  Write("a-20240101-000000.pb", "one");
  Write("a-20240101-000020.pb", "two");
  EXPECT_EQ(Ask(*Open(10)).next_in, seconds(2));
}

TEST_F(ReplaySourceTest, LongPausesAreCutAndEqualStampsMoveOn) {
  Write("a-20240101-000000.pb", "one");
  Write("a-20250101-000000.pb", "two");
  Write("b-20250101-000000.pb", "three");
  auto source = Open();
  EXPECT_EQ(Ask(*source).next_in, seconds(300));
  EXPECT_EQ(Ask(*source).next_in, milliseconds(1));
}

TEST_F(ReplaySourceTest, LoopsForEver) {
  Write("a-20240101-000000.pb", "one");
  Write("a-20240101-000020.pb", "two");
  auto source = Open(1, true);
  for (int i = 0; i < 5; ++i) {
    const Fetched first = Ask(*source);
    EXPECT_EQ(first.body, "one");
    EXPECT_TRUE(first.begins_anew);
    EXPECT_EQ(Ask(*source).body, "two");
  }
}

TEST_F(ReplaySourceTest, AStemChoosesAmongTheFilesOfADirectory) {
  Write("city-bus-20240101-000000.pb", "bus");
  Write("city-bus-alert-20240101-000000.pb", "alert");
  Write("tram-20240101-000000.pb", "tram");
  for (const char* stem : {"tram", "city-bus"}) {
    options_.replay = (directory_ / stem).string();
    auto source = Open();
    EXPECT_EQ(Ask(*source).body, stem == std::string("tram") ? "tram" : "bus");
    EXPECT_EQ(Ask(*source).kind, Fetched::Kind::kOver);
  }
}

TEST_F(ReplaySourceTest, NothingToReplayIsSaidAtOnce) {
  const auto source = MakeReplaySource(options_, {}, clock_);
  ASSERT_TRUE(source.status().Is(ErrorKind::kExit));
  EXPECT_THAT(source.status().message(), HasSubstr("there is no file *.pb in"));
  options_.replay = "/nonexistent/captures/tram";
  EXPECT_THAT(MakeReplaySource(options_, {}, clock_).status().message(),
              HasSubstr("no file tram-*.pb in /nonexistent/captures (No such file or directory)"));
}

TEST_F(ReplaySourceTest, AFileTooLargeIsAFailureAndTheNextGoesOn) {
  Write("a-20240101-000000.pb", std::string(2000, 'x'));
  Write("a-20240101-000020.pb", "two");
  options_.max_body_bytes = 1000;
  auto source = Open();
  const Fetched large = Ask(*source);
  EXPECT_EQ(large.kind, Fetched::Kind::kFailure);
  EXPECT_EQ(large.failure, PollResult::kTooLarge);
  EXPECT_EQ(large.next_in, seconds(20));
  EXPECT_EQ(Ask(*source).body, "two");
}

TEST_F(ReplaySourceTest, AnEmptyFileIsAnEmptyBody) {
  Write("a-20240101-000000.pb", "");
  const Fetched fetched = Ask(*Open());
  EXPECT_EQ(fetched.kind, Fetched::Kind::kAnswer);
  EXPECT_EQ(fetched.body, "");
}

}  // namespace
}  // namespace sluice::produce
