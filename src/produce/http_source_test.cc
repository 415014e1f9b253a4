// SPDX-License-Identifier: Apache-2.0
#include "produce/http_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <mutex>

#include "http/server.h"

namespace sluice::produce {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string HeaderOf(const std::vector<http::Header>& headers, const std::string& name) {
  for (const http::Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return "(none)";
}

TEST(UrlWithQuery, AddsEncodedParameters) {
  const std::vector<NamedValue> query = {{"acl:consumerKey", "a b&c/ü", true}, {"f", "pb", false}};
  EXPECT_EQ(UrlWithQuery("https://h/f", query),
            "https://h/f?acl%3AconsumerKey=a%20b%26c%2F%C3%BC&f=pb");
  EXPECT_EQ(UrlWithQuery("https://h/f?x=1#part", {{"k", "v", false}}), "https://h/f?x=1&k=v");
  EXPECT_EQ(UrlWithQuery("https://h/f?", {{"k", "v", false}}), "https://h/f?k=v");
  EXPECT_EQ(UrlWithQuery("https://h/f", {}), "https://h/f");
}

TEST(RequestFor, KeepsKeysWhereTheClientKeepsThem) {
  FeedOptions options;
  options.url = "https://h/k0-in-url/f";
  options.secrets = {"k0-in-url"};
  options.headers = {{"x-api-key", "k1", true}, {"X-Agency", "a", false}};
  options.query = {{"token", "k2-secret", true}, {"f", "pb", false}};
  const http::Request request = RequestFor(options, {"\"v1\"", "Tue, 14 Nov 2023 22:13:20 GMT"});
  EXPECT_EQ(HeaderOf(request.secret_headers, "x-api-key"), "k1");
  EXPECT_EQ(HeaderOf(request.headers, "x-api-key"), "(none)");
  EXPECT_EQ(HeaderOf(request.headers, "X-Agency"), "a");
  EXPECT_EQ(HeaderOf(request.headers, "If-None-Match"), "\"v1\"");
  EXPECT_EQ(HeaderOf(request.headers, "If-Modified-Since"), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_THAT(HeaderOf(request.headers, "User-Agent"), StartsWith("sluice/"));
  EXPECT_THAT(HeaderOf(request.headers, "Accept"), StartsWith("application/x-protobuf"));
  EXPECT_THAT(request.secrets, ::testing::ElementsAre("k0-in-url", "k2-secret"));
  EXPECT_FALSE(request.allow_files);
}

TEST(RequestFor, TheUsersAcceptAndAgentComeFirst) {
  FeedOptions options;
  options.url = "file:///tmp/feed.pb";
  options.headers = {{"ACCEPT", "a/b", false}, {"user-agent", "mine", false}};
  const http::Request request = RequestFor(options, {});
  EXPECT_EQ(request.headers.size(), 2u);
  EXPECT_TRUE(request.allow_files);
}

TEST(WithoutKeys, HidesThemAsTheyAreAndEncoded) {
  FeedOptions options;
  options.headers = {{"x", "abc/def+1", true}};
  EXPECT_EQ(WithoutKeys("key abc/def+1, abc%2Fdef%2B1", options), "key ***, ***");
  options.headers = {{"Authorization", "Bearer abcdef", true}};
  EXPECT_EQ(WithoutKeys("Bearer abcdef; key abcdef", options), "***; key ***");
}

// A server of this test, and one feed that asks it.
class HttpSourceTest : public ::testing::Test {
 protected:
  HttpSourceTest() {
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = http::Server::Start(options, [this](const http::ServerRequest& request) {
      const std::scoped_lock lock(mutex_);
      asked_ = request;
      return response_;
    });
    EXPECT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(server).value();
    auto client = http::Client::Start();
    EXPECT_TRUE(client.ok()) << client.status().ToString();
    client_ = std::move(client).value();
    options_.url = "http://" + server_->address() + "/feed.pb";
  }

  Fetched Ask(const Validators& validators = {}) {
    auto source = MakeHttpSource(options_, *client_, SystemClock());
    std::promise<Fetched> promise;
    source->Fetch(validators, [&](Fetched fetched) { promise.set_value(std::move(fetched)); });
    return promise.get_future().get();
  }

  std::mutex mutex_;
  http::ServerRequest asked_;      // GUARDED_BY(mutex_)
  http::ServerResponse response_;  // GUARDED_BY(mutex_)
  FeedOptions options_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(HttpSourceTest, BringsBodyAndValidators) {
  response_ = {.headers = {{"ETag", "\"v1\""}, {"Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT"}},
               .body = "feed"};
  const Fetched fetched = Ask();
  EXPECT_EQ(fetched.kind, Fetched::Kind::kAnswer);
  EXPECT_EQ(fetched.status, 200);
  EXPECT_EQ(fetched.body, "feed");
  EXPECT_EQ(fetched.validators.etag, "\"v1\"");
  EXPECT_EQ(fetched.validators.last_modified, "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(fetched.wire_bytes, 4);
  EXPECT_GT(fetched.at_ms, 1'700'000'000'000);
  EXPECT_FALSE(fetched.asked_with_validators);
}

TEST_F(HttpSourceTest, SendsValidatorsAndTakes304) {
  response_.status = 304;
  const Fetched fetched = Ask({"\"v1\"", ""});
  EXPECT_EQ(fetched.status, 304);
  EXPECT_TRUE(fetched.asked_with_validators);
  EXPECT_EQ(*asked_.FindHeader("if-none-match"), "\"v1\"");
}

TEST_F(HttpSourceTest, AnErrorTellsWhatTheServerSaidButNoKey) {
  options_.headers = {{"x-api-key", "hunter2-and-more", true}};
  options_.query = {{"token", "k2/secret", true}};
  response_ = {.status = 403,
               .headers = {{"Retry-After", "120"}},
               .body = "{\"error\": \"key hunter2-and-more or k2/secret is not valid\"}"};
  const Fetched fetched = Ask();
  EXPECT_EQ(fetched.status, 403);
  EXPECT_EQ(fetched.retry_after, std::chrono::seconds(120));
  EXPECT_THAT(fetched.message, AllOf(StartsWith("HTTP 403 from http://127.0.0.1:"),
                                     HasSubstr("/feed.pb"), HasSubstr("JSON")));
  EXPECT_THAT(fetched.message, AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("k2/secret")),
                                     Not(HasSubstr("token"))));
  EXPECT_EQ(*asked_.FindHeader("x-api-key"), "hunter2-and-more");
  EXPECT_EQ(*asked_.FindQuery("token"), "k2/secret");
}

TEST_F(HttpSourceTest, NobodyThereIsAConnectFailure) {
  const std::string url = options_.url;
  server_.reset();
  options_.query = {{"token", "k2-secret", true}};
  const Fetched fetched = Ask();
  EXPECT_EQ(fetched.kind, Fetched::Kind::kFailure);
  EXPECT_EQ(fetched.failure, PollResult::kConnect);
  EXPECT_THAT(fetched.message, AllOf(HasSubstr(url), Not(HasSubstr("k2-secret"))));
}

TEST_F(HttpSourceTest, ASlowServerIsATimeout) {
  response_.delay = std::chrono::milliseconds::max();
  options_.timeout = std::chrono::milliseconds(100);
  const Fetched fetched = Ask();
  EXPECT_EQ(fetched.failure, PollResult::kTimeout);
  EXPECT_GE(fetched.duration, options_.timeout);
}

TEST_F(HttpSourceTest, ABodyTooLargeIsGivenUp) {
  response_.body = std::string(100'000, 'x');
  options_.max_wire_bytes = 5'000;
  EXPECT_EQ(Ask().failure, PollResult::kTooLarge);
}

TEST_F(HttpSourceTest, ASourceThatIsGoneHearsNothing) {
  response_.delay = std::chrono::milliseconds(50);
  bool called = false;
  {
    auto source = MakeHttpSource(options_, *client_, SystemClock());
    source->Fetch({}, [&](const Fetched&) { called = true; });
  }
  client_.reset();  // waits for all that is under way
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace sluice::produce
