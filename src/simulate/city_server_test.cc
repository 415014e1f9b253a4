// SPDX-License-Identifier: Apache-2.0
#include "simulate/city_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "core/testing/manual_clock.h"
#include "gtfs/feed_builder.h"
#include "http/client.h"
#include "http/testing/fetch.h"

namespace sluice::simulate {
namespace {

using http::FailureKind;
using http::Request;
using http::Response;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr int64_t kMorning = 1767225600 + 8 * 3600;

class CityServerTest : public testing::Test {
 protected:
  CityServerTest() { options_.city = city_; }

  void Start() {
    auto started = CityServer::Start(options_, clock_);
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    server_ = *std::move(started);
  }
  Request Of(const std::string& path) const {
    Request request;
    request.url = "http://" + server_->address() + path;
    request.max_redirects = 3;
    return request;
  }
  Response Get(const std::string& path, std::vector<http::Header> headers = {}) {
    Request request = Of(path);
    request.headers = std::move(headers);
    return http::testing::ResponseOf(http::testing::FetchNow(*client_, std::move(request)));
  }
  http::Failure Fail(const std::string& path) {
    Request request = Of(path);
    request.total_timeout = milliseconds(500);
    return http::testing::FailureOf(http::testing::FetchNow(*client_, std::move(request)));
  }
  std::string Honest(int64_t at) const { return gtfs::FeedBytes(gtfs::City(city_).VehiclesAt(at)); }
  // Once all that was begun is done with.
  Json Counts() {
    for (int i = 0; i < 500; ++i) {
      Json counts = Json::parse(server_->served().CountsJson());
      if (counts["totals"]["under_way"] == 0) return counts;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return Json::parse(server_->served().CountsJson());
  }

  gtfs::CityOptions city_{.seed = 1, .vehicles = 30};
  ManualClock clock_{kMorning * 1000};
  CityServerOptions options_;
  std::unique_ptr<CityServer> server_;
  std::unique_ptr<http::Client> client_ = http::testing::StartClient();
};

TEST_F(CityServerTest, ServesTheCityOfTheMoment) {
  Start();
  const Response feed = Get("/vehicle_positions.pb");
  EXPECT_EQ(feed.status, 200);
  EXPECT_EQ(feed.content_type, "application/x-protobuf");
  EXPECT_EQ(feed.body, Honest(kMorning));
  EXPECT_EQ(feed.last_modified, "Thu, 01 Jan 2026 08:00:00 GMT");
  EXPECT_EQ(Get("/trip_updates.pb").body,
            gtfs::FeedBytes(gtfs::City(city_).TripUpdatesAt(kMorning)));
  const Json alerts = Json::parse(Get("/alerts.json").body);
  EXPECT_EQ(alerts["header"]["timestamp"], std::to_string(kMorning));
  clock_.Advance(seconds(30));
  EXPECT_EQ(Get("/vehicle_positions.pb").body, Honest(kMorning + 30));
}

TEST_F(CityServerTest, GzipIsTheSameFeedInFewerBytes) {
  Start();
  const Response plain = Get("/vehicle_positions.pb", {{"Accept-Encoding", "identity"}});
  const Response small = Get("/vehicle_positions.pb", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(small.body, plain.body);
  EXPECT_EQ(small.etag, plain.etag);
  EXPECT_EQ(small.content_encoding, "gzip");
  EXPECT_LT(small.wire_bytes, plain.wire_bytes * 2 / 3);
}

TEST_F(CityServerTest, NotModifiedUntilThereIsANewFeed) {
  options_.refresh_seconds = 10;
  Start();
  const Response first = Get("/vehicle_positions.pb");
  clock_.Advance(seconds(9));
  const Response same = Get("/vehicle_positions.pb", {{"If-None-Match", first.etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.etag, first.etag);
  EXPECT_EQ(Get("/vehicle_positions.pb", {{"If-Modified-Since", first.last_modified}}).status, 304);
  clock_.Advance(seconds(1));
  EXPECT_EQ(Get("/vehicle_positions.pb", {{"If-None-Match", first.etag}}).status, 200);
  EXPECT_EQ(Get("/vehicle_positions.pb", {{"If-Modified-Since", first.last_modified}}).status, 200);
  const Response lie =
      Get("/vehicle_positions.pb?fault=lying-304", {{"If-None-Match", first.etag}});
  EXPECT_EQ(lie.status, 304);
  EXPECT_EQ(Get("/vehicle_positions.pb?fault=lying-304").status, 200);
}

TEST_F(CityServerTest, FurtherCitiesHaveSeedsOfTheirOwn) {
  options_.feeds = 2;
  Start();
  city_.seed = 2;
  EXPECT_EQ(Get("/f01/vehicle_positions.pb").body, Honest(kMorning));
  city_.seed = 3;
  EXPECT_EQ(Get("/f02/vehicle_positions.pb").body, Honest(kMorning));
  EXPECT_EQ(Get("/f03/vehicle_positions.pb").status, 404);
  EXPECT_EQ(Get("/f01/").status, 404);
  EXPECT_EQ(Get("/nothing").status, 404);
}

TEST_F(CityServerTest, TimeMayRunFasterAndStartElsewhere) {
  options_.start_ms = 1700000000000;
  options_.speed = 60;
  Start();
  clock_.Advance(seconds(10));
  EXPECT_EQ(Get("/vehicle_positions.pb").body, Honest(1700000000 + 600));
}

TEST_F(CityServerTest, TheScheduleCountsInTheCitysTime) {
  options_.speed = 60;
  options_.faults = *FaultSchedule::Parse("10m-12m: 500; 20m-30m: frozen");
  Start();
  EXPECT_EQ(Get("/vehicle_positions.pb").status, 200);
  clock_.Advance(seconds(10));
  EXPECT_EQ(Get("/vehicle_positions.pb").status, 500);
  EXPECT_EQ(Get("/vehicle_positions.pb?fault=none").status, 200);
  clock_.Advance(seconds(15));
  // As it was when the fault began.
  EXPECT_EQ(Get("/vehicle_positions.pb").body, Honest(kMorning + 1200));
  clock_.Advance(seconds(4));
  EXPECT_EQ(Get("/vehicle_positions.pb").body, Honest(kMorning + 1200));
  clock_.Advance(seconds(1));
  EXPECT_EQ(Get("/vehicle_positions.pb").body, Honest(kMorning + 1800));
}

TEST_F(CityServerTest, StatusesAndPages) {
  Start();
  const Response limited = Get("/alerts.pb?fault=429:30s");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.retry_after, "30");
  EXPECT_EQ(Get("/alerts.pb", {{"X-Fault", "503"}}).status, 503);
  const Response page = Get("/alerts.pb?fault=html");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html");
  EXPECT_THAT(page.body, HasSubstr("<h1>"));
  EXPECT_EQ(Get("/alerts.pb?fault=empty").body, "");
  EXPECT_EQ(Get("/vehicle_positions.pb?fault=cut:100").body, Honest(kMorning).substr(0, 100));
  EXPECT_EQ(Get("/alerts.pb?fault=melted").status, 400);
  EXPECT_EQ(Get("/alerts.json?fault=bad-utf8").status, 400);
  EXPECT_EQ(Get("/alerts.json?fault=old-header").status, 200);
}

TEST_F(CityServerTest, RedirectsLeadToTheFeed) {
  Start();
  const Response led = Get("/vehicle_positions.pb?fault=redirect:3");
  EXPECT_EQ(led.status, 200);
  EXPECT_EQ(led.redirects, 3);
  EXPECT_EQ(led.body, Honest(kMorning));
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=redirect:4").kind, FailureKind::kTooManyRedirects);
}

TEST_F(CityServerTest, AnswersThatDoNotCome) {
  Start();
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=hung").kind, FailureKind::kTimeout);
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=stalled").kind, FailureKind::kTimeout);
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=reset").kind, FailureKind::kConnect);
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=truncated:1000").kind, FailureKind::kTruncated);
  EXPECT_EQ(Fail("/vehicle_positions.pb?fault=gzip-bomb:2MB").kind, FailureKind::kRatio);
  // None of them holds up the next.
  EXPECT_EQ(Get("/vehicle_positions.pb").status, 200);
}

TEST_F(CityServerTest, AKeyIsAskedForAndNeverShown) {
  options_.api_key = "planted-key-1";
  Start();
  EXPECT_EQ(Get("/alerts.pb").status, 401);
  EXPECT_EQ(Get("/alerts.pb?key=wrong").status, 401);
  EXPECT_EQ(Get("/alerts.pb?key=planted-key-1").status, 200);
  EXPECT_EQ(Get("/alerts.pb", {{"X-Api-Key", "planted-key-1"}}).status, 200);
  for (const char* page : {"/", "/served.json", "/served.jsonl"})
    EXPECT_EQ(Get(page).body.find("planted-key-1"), std::string::npos);
}

TEST_F(CityServerTest, WhatWasServedIsCounted) {
  Start();
  const int64_t entities =
      static_cast<int64_t>(gtfs::City(city_).VehiclesAt(kMorning).vehicles.size());
  const std::string etag = Get("/vehicle_positions.pb").etag;
  Get("/vehicle_positions.pb");
  Get("/vehicle_positions.pb", {{"If-None-Match", etag}});
  Get("/vehicle_positions.pb?fault=500");
  Get("/vehicle_positions.pb?fault=bad-utf8");
  Fail("/vehicle_positions.pb?fault=truncated");
  Fail("/vehicle_positions.pb?fault=hung");
  std::map<std::string, Json> found;
  const Json all = Counts();
  for (const Json& counts : all["answers"])
    found[counts["fault"].get<std::string>() + " " + counts["status"].dump()] = counts;
  EXPECT_EQ(found.size(), 6u);
  EXPECT_EQ(found["none 200"]["completed"], 2);
  EXPECT_EQ(found["none 200"]["entities"], 2 * entities);
  EXPECT_EQ(found["none 304"]["completed"], 1);
  EXPECT_EQ(found["none 304"]["entities"], 0);
  EXPECT_EQ(found["500 500"]["completed"], 1);
  EXPECT_EQ(found["bad-utf8 200"]["faulty"], 2);
  EXPECT_EQ(found["bad-utf8 200"]["entities"], entities + 2);
  EXPECT_EQ(found["truncated 200"]["cut_off"], 1);
  EXPECT_EQ(found["hung 0"]["cut_off"], 1);
  EXPECT_EQ(server_->served().feeds(), 3);
}

TEST_F(CityServerTest, TheFirstPageListsFeedsAndFaults) {
  options_.feeds = 1;
  Start();
  const std::string page = Get("/").body;
  EXPECT_THAT(page, HasSubstr("/f01/trip_updates.pb"));
  EXPECT_THAT(page, HasSubstr("gzip-bomb:SIZE"));
}

TEST_F(CityServerTest, ATakenAddressIsNamed) {
  Start();
  options_.listen = server_->address();
  const auto second = CityServer::Start(options_, clock_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr(server_->address()));
}

}  // namespace
}  // namespace sluice::simulate
