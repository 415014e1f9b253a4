// SPDX-License-Identifier: Apache-2.0
//
// The client against our own server: what a well-behaved one does.
#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "http/gzip.h"
#include "http/server.h"
#include "http/testing/fetch.h"
#include "http/testing/raw_server.h"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using testing::FailureOf;
using testing::FetchNow;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ResponseOf;
using testing::StartClient;
using testing::StartServer;
using testing::UrlOf;

ServerResponse Feed(const ServerRequest& request) {
  ServerResponse response;
  response.content_type = "application/x-protobuf";
  response.headers = {{"ETag", "\"abc\""}, {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  const std::string* known = request.FindHeader("if-none-match");
  if (known && *known == "\"abc\"") {
    response.status = 304;
    return response;
  }
  response.body = std::string(1000, 'f');
  const std::string* codings = request.FindHeader("accept-encoding");
  if (codings && AcceptsGzip(*codings)) {
    response.body = Gzip(response.body);
    response.headers.push_back({"Content-Encoding", "gzip"});
  }
  return response;
}

TEST(Client, FetchesAndUnpacks) {
  const auto server = StartServer(Feed);
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, UrlOf(*server, "/vp.pb?key=SECRET")));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, std::string(1000, 'f'));
  EXPECT_EQ(response.content_type, "application/x-protobuf");
  EXPECT_EQ(response.content_encoding, "gzip");
  EXPECT_EQ(response.etag, "\"abc\"");
  EXPECT_EQ(response.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_THAT(response.date, HasSubstr("GMT"));
  EXPECT_EQ(response.wire_bytes, static_cast<int64_t>(Gzip(std::string(1000, 'f')).size()));
  EXPECT_EQ(response.redacted_url, UrlOf(*server, "/vp.pb"));
  EXPECT_EQ(response.redirects, 0);
  EXPECT_FALSE(response.secrets_withheld);
}

TEST(Client, ShowsNoKeyThatStandsInThePath) {
  const auto server = StartServer(Feed);
  const auto client = StartClient();
  Request request;
  request.url = UrlOf(*server, "/SECR%2DET/vp.pb");
  request.secrets = {"SECR-ET"};
  EXPECT_EQ(ResponseOf(FetchNow(*client, request)).redacted_url, UrlOf(*server, "/***/vp.pb"));
  request.max_wire_bytes = 1;
  EXPECT_EQ(
      FailureOf(FetchNow(*client, request)).message,
      UrlOf(*server, "/***/vp.pb") + ": its Content-Length is 29, more than the 1 bytes allowed");
}

TEST(Client, IsTold304) {
  const auto server = StartServer(Feed);
  const auto client = StartClient();
  Request request;
  request.url = UrlOf(*server);
  request.headers = {{"If-None-Match", "\"abc\""}};
  const Response response = ResponseOf(FetchNow(*client, request));
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.etag, "\"abc\"");
}

TEST(Client, SendsWhatItIsAskedToSend) {
  std::mutex mutex;
  ServerRequest seen;
  const auto server = StartServer([&](const ServerRequest& request) {
    const std::scoped_lock lock(mutex);
    seen = request;
    return ServerResponse{};
  });
  const auto client = StartClient();
  Request request;
  request.url = "http://us%40er:p%20w@" + server->address() + "/a%20b?x=1";
  request.headers = {{"X-Empty", ""}, {"Accept", "application/x-protobuf"}};
  request.secret_headers = {{"x-api-key", "SECRET"}};
  EXPECT_EQ(ResponseOf(FetchNow(*client, request)).status, 200);
  EXPECT_EQ(seen.path, "/a b");
  EXPECT_EQ(*seen.FindQuery("x"), "1");
  EXPECT_EQ(*seen.FindHeader("x-empty"), "");
  EXPECT_EQ(*seen.FindHeader("accept"), "application/x-protobuf");
  EXPECT_EQ(*seen.FindHeader("x-api-key"), "SECRET");
  EXPECT_EQ(*seen.FindHeader("user-agent"), "sluice/0.1.0");
  EXPECT_EQ(*seen.FindHeader("accept-encoding"), "gzip, br");
  EXPECT_EQ(*seen.FindHeader("authorization"), "Basic dXNAZXI6cCB3");  // us@er:p w
}

TEST(Client, RefusesHeadersThatWouldBeTwo) {
  const auto client = StartClient();
  Request request;
  request.url = "http://127.0.0.1:1/";
  request.secret_headers = {{"x-api-key", "SECRET\r\nHost: evil"}};
  EXPECT_EQ(FailureOf(FetchNow(*client, request)).kind, FailureKind::kBadRequest);
  EXPECT_EQ(FailureOf(FetchNow(*client, request)).message,
            "http://127.0.0.1:1/: the value of header x-api-key holds a line break or a control "
            "character");
  request.secret_headers = {{"x api", "key"}};
  EXPECT_EQ(FailureOf(FetchNow(*client, request)).kind, FailureKind::kBadRequest);
}

TEST(Client, ErrorPagesAreAnswers) {
  const auto server = StartServer([](const ServerRequest&) {
    ServerResponse response;
    response.status = 429;
    response.headers = {{"Retry-After", "30"}, {"Content-Encoding", "gzip"}};
    response.body = "not gzip at all";
    return response;
  });
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, UrlOf(*server)));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.retry_after, "30");
}

TEST(Client, KeepsTheBeginningOfALargeErrorPage) {
  const auto server = StartServer([](const ServerRequest&) {
    return ServerResponse{.status = 500, .body = std::string(10 << 20, 'e')};
  });
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, UrlOf(*server)));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, std::string(64 << 10, 'e'));
}

TEST(Client, AnErrorThatNeverEndsIsStillThatError) {
  const auto server = StartServer([](const ServerRequest&) {
    ServerResponse response;
    response.status = 503;
    response.stream = [](uint64_t, std::span<char>) { return BodyStep::Wait(milliseconds(50)); };
    return response;
  });
  const auto client = StartClient();
  Request request;
  request.url = UrlOf(*server);
  request.total_timeout = milliseconds(300);
  EXPECT_EQ(ResponseOf(FetchNow(*client, request)).status, 503);
}

TEST(Client, UsesItsConnectionsAgain) {
  std::atomic<int> connections{0};
  const testing::RawServer server([&](testing::RawConnection& c) {
    ++connections;
    do {
      c.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfeed");
    } while (c.ReadHead());
  });
  const auto client = StartClient();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed");
  EXPECT_EQ(connections, 1);
}

TEST(Client, AConnectionThatWasClosedMeanwhileIsOpenedAnew) {
  const testing::RawServer server([&](testing::RawConnection& c) {
    // Promises to stay and does not.
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfeed");
  });
  const auto client = StartClient();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ResponseOf(FetchNow(*client, server.url())).body, "feed");
}

TEST(Client, SlowFeedsDoNotDelayOthers) {
  ServerOptions options;
  options.max_connections = options.max_connections_per_address = 200;
  const auto server = StartServer(
      [](const ServerRequest& request) {
        ServerResponse response;
        if (request.path == "/hung") response.delay = milliseconds::max();
        return response;
      },
      options);
  const auto client = StartClient();
  std::atomic<int> ended{0};
  for (int i = 0; i < 90; ++i) {
    Request request;
    request.url = UrlOf(*server, "/hung");
    client->Fetch(request, [&](const Outcome&) { ++ended; });
  }
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ResponseOf(FetchNow(*client, UrlOf(*server))).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(ended, 0);
}

TEST(Client, TimeRunsWhileATransferWaitsForItsTurn) {
  const auto server = StartServer([](const ServerRequest&) {
    ServerResponse response;
    response.delay = milliseconds::max();
    return response;
  });
  ClientOptions options;
  options.max_host_connections = 1;
  const auto client = StartClient(options);
  Request patient;
  patient.url = UrlOf(*server);
  client->Fetch(patient, [](const Outcome&) {});
  Request request = patient;
  request.total_timeout = milliseconds(200);
  const Failure failure = FailureOf(FetchNow(*client, request));
  EXPECT_EQ(failure.kind, FailureKind::kTimeout);
  EXPECT_THAT(failure.message, HasSubstr("no connection within "));
  EXPECT_GE(failure.duration, milliseconds(200));
}

// The processor's time of this process.
milliseconds CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         milliseconds((usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
}

TEST(Client, WaitingCostsNothing) {
  const auto server = StartServer([](const ServerRequest& request) {
    ServerResponse response;
    response.delay = request.path == "/late" ? milliseconds(600) : milliseconds::max();
    return response;
  });
  const auto client = StartClient();
  Request request;
  request.url = UrlOf(*server, "/hung");
  for (int i = 0; i < 20; ++i) client->Fetch(request, [](const Outcome&) {});
  const milliseconds before = CpuTime();
  EXPECT_EQ(ResponseOf(FetchNow(*client, UrlOf(*server, "/late"))).status, 200);
  EXPECT_LT(CpuTime() - before, milliseconds(300));
}

class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~EnvironmentVariable() { unsetenv(name_); }

 private:
  const char* const name_;
};

TEST(Client, UsesTheProxyOfTheEnvironmentButNotForLoopback) {
  testing::RawServer proxy([](testing::RawConnection& c) {
    c.Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
  });
  const auto server =
      StartServer([](const ServerRequest&) { return ServerResponse{.body = "own"}; });
  const EnvironmentVariable variable("http_proxy", proxy.url());
  const auto client = StartClient();
  EXPECT_EQ(ResponseOf(FetchNow(*client, UrlOf(*server))).body, "own");
  EXPECT_EQ(ResponseOf(FetchNow(*client, "http://feeds.example/vp.pb")).body, "proxy");
  EXPECT_THAT(proxy.heads().at(0),
              ::testing::StartsWith("GET http://feeds.example/vp.pb HTTP/1.1"));
}

TEST(Client, CancelsExactlyOnce) {
  const auto server = StartServer([](const ServerRequest&) {
    ServerResponse response;
    response.delay = milliseconds::max();
    return response;
  });
  const auto client = StartClient();
  std::promise<Outcome> promise;
  std::atomic<int> calls{0};
  Request request;
  request.url = UrlOf(*server, "/vp.pb?key=SECRET");
  const Client::RequestId id = client->Fetch(request, [&](Outcome outcome) {
    if (++calls == 1) promise.set_value(std::move(outcome));
  });
  client->Cancel(id);
  client->Cancel(id);
  client->Cancel(id + 1000);
  const Failure failure = FailureOf(promise.get_future().get());
  EXPECT_EQ(failure.kind, FailureKind::kCancelled);
  EXPECT_EQ(failure.message, UrlOf(*server, "/vp.pb") + ": cancelled");
  EXPECT_EQ(ResponseOf(FetchNow(*client, "http://127.0.0.1:1/")).status, 0);
  EXPECT_EQ(calls, 1);
}

TEST(Client, ItsEndCancelsAllThatIsUnderWay) {
  const auto server = StartServer([](const ServerRequest&) {
    ServerResponse response;
    response.delay = milliseconds::max();
    return response;
  });
  constexpr int kFetches = 20;
  std::array<std::atomic<int>, kFetches> calls{};
  std::atomic<int> cancelled{0};
  {
    const auto client = StartClient();
    for (int i = 0; i < kFetches; ++i) {
      Request request;
      request.url = UrlOf(*server);
      client->Fetch(request, [&, i](const Outcome& outcome) {
        ++calls[static_cast<size_t>(i)];
        cancelled += FailureOf(outcome).kind == FailureKind::kCancelled;
      });
    }
  }
  EXPECT_EQ(cancelled, kFetches);
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

TEST(Client, AFetchFromACallbackAtTheEndIsCancelledToo) {
  std::vector<FailureKind> kinds;
  {
    const auto server = StartServer([](const ServerRequest&) {
      ServerResponse response;
      response.delay = milliseconds::max();
      return response;
    });
    const auto client = StartClient();
    Request request;
    request.url = UrlOf(*server);
    client->Fetch(request, [&, request, raw = client.get()](const Outcome& first) {
      kinds.push_back(FailureOf(first).kind);
      raw->Fetch(request, [&](const Outcome& second) { kinds.push_back(FailureOf(second).kind); });
    });
  }
  EXPECT_THAT(kinds, ::testing::ElementsAre(FailureKind::kCancelled, FailureKind::kCancelled));
}

TEST(Client, FetchesFromACallback) {
  const auto server = StartServer([](const ServerRequest&) { return ServerResponse{}; });
  const auto client = StartClient();
  std::promise<int> promise;
  Request request;
  request.url = UrlOf(*server);
  client->Fetch(request, [&](const Outcome&) {
    client->Fetch(request,
                  [&](Outcome second) { promise.set_value(ResponseOf(std::move(second)).status); });
  });
  EXPECT_EQ(promise.get_future().get(), 200);
}

TEST(Client, ManyThreadsMayUseIt) {
  const auto server = StartServer([](const ServerRequest&) { return ServerResponse{}; });
  const auto client = StartClient();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 25; ++k)
        good += ResponseOf(FetchNow(*client, UrlOf(*server))).status == 200;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 100);
}

TEST(Client, NamesAnAddressThatCannotBeFetched) {
  const auto client = StartClient();
  const std::pair<const char*, const char*> cases[] = {
      {"feeds.example/vp.pb?key=SECRET",
       "(unreadable url): this address cannot be fetched: it has "
       "no scheme such as https://"},
      {"ftp://feeds.example/vp.pb",
       "ftp://feeds.example/vp.pb: this address cannot be fetched: "
       "its scheme is not http, https or file"},
      {"nothing://me:SECRET@host/",
       "nothing://host/: this address cannot be fetched: its scheme "
       "is not http, https or file"},
      {"http://", "http://: this address cannot be fetched: no host part in the url"},
      {"http://host:99999/",
       "http://host:99999/: this address cannot be fetched: port number was "
       "not a decimal number between 0 and 65535"},
      {"http://host/a b?SECRET",
       "http://host/a b: this address cannot be fetched: it holds a "
       "space or a control character"},
      {"file:///etc/passwd",
       "file:///etc/passwd: this address cannot be fetched: file:// is not "
       "allowed here"},
  };
  for (const auto& [url, message] : cases) {
    const Failure failure = FailureOf(FetchNow(*client, url));
    EXPECT_EQ(failure.kind, FailureKind::kBadUrl) << url;
    EXPECT_EQ(failure.message, message);
  }
}

TEST(Client, NamesAConnectionThatIsRefused) {
  const auto client = StartClient();
  const Failure failure = FailureOf(FetchNow(*client, "http://127.0.0.1:1/vp.pb?key=SECRET"));
  EXPECT_EQ(failure.kind, FailureKind::kConnect);
  EXPECT_THAT(failure.message,
              ::testing::StartsWith("http://127.0.0.1:1/vp.pb: Failed to connect"));
  EXPECT_THAT(failure.message, Not(HasSubstr("SECRET")));
}

class FileTest : public ::testing::Test {
 protected:
  FileTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("http_file." + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }
  Outcome FetchFile(const std::string& name, int64_t max_bytes = 1000) {
    Request request;
    request.url = "file://" + (folder_ / name).string();
    request.allow_files = true;
    request.max_body_bytes = max_bytes;
    return FetchNow(*client_, request);
  }
  const std::filesystem::path folder_;
  const std::unique_ptr<Client> client_ = StartClient();
};

TEST_F(FileTest, IsReadIfAllowed) {
  std::ofstream(folder_ / "a b.pb") << "feed";
  const Response response = ResponseOf(FetchFile("a%20b.pb"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "feed");
  EXPECT_EQ(response.wire_bytes, 4);
  EXPECT_THAT(response.last_modified, ::testing::MatchesRegex("..., .. ... .... ..:..:.. GMT"));
}

TEST_F(FileTest, IsRefusedIfItIsMissingTooLargeOrNoFile) {
  EXPECT_THAT(FailureOf(FetchFile("none.pb")).message, HasSubstr("none.pb: No such file"));
  std::ofstream(folder_ / "large.pb") << std::string(1001, 'x');
  EXPECT_EQ(FailureOf(FetchFile("large.pb")).kind, FailureKind::kTooLarge);
  EXPECT_THAT(FailureOf(FetchFile("")).message, HasSubstr("it is not a regular file"));
  // A pipe that nobody writes into would be waited for.
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(FailureOf(FetchFile("pipe")).message, HasSubstr("it is not a regular file"));
}

}  // namespace
}  // namespace sluice::http
