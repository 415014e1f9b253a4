// SPDX-License-Identifier: Apache-2.0
//
// Where the client lets itself be sent, and what it takes along.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client.h"
#include "http/testing/fetch.h"
#include "http/testing/raw_server.h"

namespace sluice::http {
namespace {

using ::testing::ElementsAre;
using testing::FailureOf;
using testing::FetchNow;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawConnection;
using testing::RawServer;
using testing::ResponseOf;
using testing::StartClient;
using ::testing::StartsWith;

constexpr std::string_view kFeed = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfeed";

std::string RedirectTo(std::string_view location, int status = 302) {
  return fmt::format("HTTP/1.1 {} Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", status,
                     location);
}

std::string PathOf(const RawConnection& connection) {
  const size_t begin = connection.head().find(' ') + 1;
  return connection.head().substr(begin, connection.head().find(' ', begin) - begin);
}

// A request with every kind of secret in it.
Request SecretRequest(const std::string& base) {
  Request request;
  request.url =
      "http://SECRETUSER:SECRETWORD@" + base.substr(7) + "/start?apikey=SECRETKEY&agency=a";
  request.headers = {{"Authorization", "Bearer SECRETTOKEN"}, {"X-Plain", "plain"}};
  request.secret_headers = {{"x-api-key", "SECRETHEADER"}};
  request.secrets = {"SECRETPATH"};
  return request;
}

TEST(Redirect, IsFollowedWithinItsOriginWithTheSecrets) {
  RawServer server([](RawConnection& c) {
    c.Send(PathOf(c).starts_with("/start") ? RedirectTo("/moved here/vp.pb") : std::string(kFeed));
  });
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, SecretRequest(server.url())));
  EXPECT_EQ(response.body, "feed");
  EXPECT_EQ(response.redirects, 1);
  EXPECT_EQ(response.redacted_url, server.url() + "/moved%20here/vp.pb");
  EXPECT_FALSE(response.secrets_withheld);
  const auto heads = server.heads();
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_THAT(heads[1], StartsWith("GET /moved%20here/vp.pb HTTP/1.1\r\n"));
  EXPECT_THAT(heads[1], HasSubstr("Authorization: Bearer SECRETTOKEN\r\n"));
  EXPECT_THAT(heads[1], HasSubstr("x-api-key: SECRETHEADER\r\n"));
  EXPECT_THAT(heads[1], HasSubstr("X-Plain: plain\r\n"));
}

TEST(Redirect, TheUserGoesAlongWithinItsOrigin) {
  RawServer server([](RawConnection& c) {
    c.Send(PathOf(c) == "/start" ? RedirectTo("vp.pb") : std::string(kFeed));
  });
  const auto client = StartClient();
  EXPECT_EQ(
      ResponseOf(FetchNow(*client, "http://me:pw@" + server.url().substr(7) + "/start")).status,
      200);
  EXPECT_THAT(server.heads().at(1), HasSubstr("Authorization: Basic bWU6cHc=\r\n"));
}

TEST(Redirect, ElsewhereGetsNoSecret) {
  RawServer other([](RawConnection& c) { c.Send(kFeed); });
  RawServer server([&](RawConnection& c) { c.Send(RedirectTo(other.url() + "/vp.pb?agency=a")); });
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, SecretRequest(server.url())));
  EXPECT_EQ(response.body, "feed");
  EXPECT_TRUE(response.secrets_withheld);
  const auto heads = other.heads();
  ASSERT_EQ(heads.size(), 1u);
  EXPECT_THAT(heads[0], Not(HasSubstr("SECRET")));
  EXPECT_THAT(heads[0], Not(HasSubstr("uthorization")));
  EXPECT_THAT(heads[0], HasSubstr("X-Plain: plain\r\n"));
}

TEST(Redirect, BackFromElsewhereGetsNoSecret) {
  std::string home;
  RawServer other([&](RawConnection& c) { c.Send(RedirectTo(home + "/back")); });
  RawServer server([&](RawConnection& c) {
    c.Send(PathOf(c) == "/back" ? std::string(kFeed) : RedirectTo(other.url() + "/x"));
  });
  home = server.url();
  const auto client = StartClient();
  EXPECT_EQ(ResponseOf(FetchNow(*client, SecretRequest(server.url()))).redirects, 2);
  EXPECT_THAT(server.heads().at(1), Not(HasSubstr("SECRET")));
}

TEST(Redirect, ThatWouldCarryAKeyElsewhereIsNotFollowed) {
  for (const char* leak : {"/vp.pb?apikey=SECRETKEY", "/x/SECRETKEY", "/vp.pb?u=%53ECRETKEY",
                           "/SECRETPATH/vp.pb", "/login?next=%2Fvp%3Fapikey%3DSECRETKEY",
                           "/SECRETTOKEN", "/?x=SECRETHEADER", "/SECRETWORD"}) {
    RawServer other([](RawConnection& c) { c.Send(kFeed); });
    RawServer server([&](RawConnection& c) { c.Send(RedirectTo(other.url() + leak)); });
    const auto client = StartClient();
    const Failure failure = FailureOf(FetchNow(*client, SecretRequest(server.url())));
    EXPECT_EQ(failure.kind, FailureKind::kBadUrl) << leak;
    EXPECT_THAT(failure.message, HasSubstr("would carry a key of this address to " + other.url()));
    EXPECT_THAT(failure.message, Not(HasSubstr("SECRET")));
    EXPECT_THAT(other.heads(), ElementsAre()) << leak;
  }
}

TEST(Redirect, UserAndPasswordOfALocationAreNotTaken) {
  RawServer other([](RawConnection& c) { c.Send(kFeed); });
  RawServer server([&](RawConnection& c) {
    c.Send(RedirectTo("http://evil:pw@" + other.url().substr(7) + "/"));
  });
  const auto client = StartClient();
  EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed");
  EXPECT_THAT(other.heads().at(0), Not(HasSubstr("uthorization")));
}

TEST(Redirect, ToAFileOrAnotherSchemeIsNotFollowed) {
  for (const char* location :
       {"file:///etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x",
        "dict://127.0.0.1/x", "javascript:alert(1)"}) {
    const RawServer server([&](RawConnection& c) { c.Send(RedirectTo(location)); });
    const auto client = StartClient();
    Request request;
    request.url = server.url();
    request.allow_files = true;
    const Failure failure = FailureOf(FetchNow(*client, request));
    EXPECT_EQ(failure.kind, FailureKind::kBadUrl) << location << failure.message;
  }
}

TEST(Redirect, LoopsEndAfterThree) {
  RawServer server([](RawConnection& c) { c.Send(RedirectTo("/start")); });
  const auto client = StartClient();
  const Failure failure = FailureOf(FetchNow(*client, SecretRequest(server.url())));
  EXPECT_EQ(failure.kind, FailureKind::kTooManyRedirects);
  EXPECT_THAT(failure.message, HasSubstr("/start: more than 3 redirects"));
  EXPECT_THAT(failure.message, Not(HasSubstr("SECRET")));
  EXPECT_EQ(server.heads().size(), 4u);
}

TEST(Redirect, TheTimeIsThatOfAllTogether) {
  const RawServer server([](RawConnection& c) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    c.Send(RedirectTo("/again"));
  });
  const auto client = StartClient();
  Request request;
  request.url = server.url();
  request.max_redirects = 100;
  request.total_timeout = std::chrono::milliseconds(400);
  EXPECT_EQ(FailureOf(FetchNow(*client, request)).kind, FailureKind::kTimeout);
}

TEST(Redirect, EveryKindButThoseWithoutALocation) {
  for (const int status : {301, 302, 303, 307, 308}) {
    const RawServer server([&](RawConnection& c) {
      c.Send(PathOf(c) == "/" ? RedirectTo("/x", status) : std::string(kFeed));
    });
    const auto client = StartClient();
    EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed") << status;
  }
  const RawServer bare([](RawConnection& c) { c.Send("HTTP/1.1 302 Found\r\n\r\n"); });
  const auto client = StartClient();
  EXPECT_EQ(ResponseOf(FetchNow(*client, bare.url())).status, 302);
}

TEST(Redirect, ABodyWithoutEndDoesNotKeepItFromBeingFollowed) {
  const std::string piece(10000, 'x');
  const RawServer server([&](RawConnection& c) {
    if (PathOf(c) == "/x") {
      c.Send(kFeed);
      return;
    }
    c.Send("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n");
    while (c.Send(piece)) {
    }
  });
  const auto client = StartClient();
  EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed");
}

TEST(Redirect, APostIsSentOnceAndToOnePlace) {
  RawServer server([](RawConnection& c) {
    c.Send(PathOf(c) == "/start" ? RedirectTo("/elsewhere", 307) : std::string(kFeed));
  });
  const auto client = StartClient();
  Request request;
  request.post = R"({"text": "hello"})";
  request.headers = {{"Content-Type", "application/json"}};
  request.url = server.url() + "/direct";
  EXPECT_EQ(ResponseOf(FetchNow(*client, request)).body, "feed");
  request.url = server.url() + "/start";
  EXPECT_EQ(FailureOf(FetchNow(*client, request)).kind, FailureKind::kTooManyRedirects);
  const auto heads = server.heads();
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_THAT(heads[0], StartsWith("POST /direct HTTP/1.1"));
  EXPECT_THAT(heads[0], HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(heads[0], HasSubstr("Content-Length: 17"));
}

}  // namespace
}  // namespace sluice::http
