// SPDX-License-Identifier: Apache-2.0
//
// Answers that come in pieces, late, or never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <mutex>

#include "http/client.h"
#include "http/server.h"
#include "http/testing/fetch.h"

namespace sluice::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Ask;
using ::testing::EndsWith;
using testing::FailureOf;
using testing::FetchNow;
using ::testing::HasSubstr;
using testing::PortOf;
using testing::Receive;
using testing::ResponseOf;
using testing::StartClient;
using testing::StartServer;
using ::testing::StartsWith;
using testing::UrlOf;
using Clock = std::chrono::steady_clock;

// `text`, then what `after` says.
BodySource TextThen(std::string text, BodyStep after) {
  return [text = std::move(text), after](uint64_t position, std::span<char> into) {
    if (position >= text.size()) return after;
    const size_t n = std::min(into.size(), text.size() - static_cast<size_t>(position));
    std::memcpy(into.data(), text.data() + position, n);
    return BodyStep::Bytes(n);
  };
}

Server::Handler Streams(BodySource stream, std::optional<uint64_t> length = {}) {
  return [=](const ServerRequest&) {
    ServerResponse response;
    response.stream = stream;
    response.stream_length = length;
    return response;
  };
}

TEST(Stream, OfKnownAndUnknownLength) {
  const std::string text(1000000, 's');
  const auto client = StartClient();
  for (const auto length : {std::optional<uint64_t>(), std::optional<uint64_t>(text.size())}) {
    const auto server = StartServer(Streams(TextThen(text, BodyStep::End()), length));
    EXPECT_EQ(ResponseOf(FetchNow(*client, UrlOf(*server))).body, text);
    const std::string old = testing::Exchange(PortOf(*server), "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    EXPECT_THAT(old, EndsWith("\r\n\r\n" + text));
    EXPECT_THAT(Ask(PortOf(*server), "HEAD", "/"), EndsWith("\r\n\r\n"));
  }
}

TEST(Stream, CutOffIsSeenAsTruncated) {
  const auto client = StartClient();
  for (const auto length : {std::optional<uint64_t>(), std::optional<uint64_t>(100)}) {
    for (const BodyStep& end : {BodyStep::Abort(), BodyStep::End()}) {
      if (!length && end.kind == BodyStep::Kind::kEnd) continue;
      const auto server = StartServer(Streams(TextThen("half", end), length));
      const Failure failure = FailureOf(FetchNow(*client, UrlOf(*server)));
      EXPECT_EQ(failure.kind, FailureKind::kTruncated) << failure.message;
      EXPECT_THAT(failure.message, HasSubstr("after 4 "));
    }
  }
}

TEST(Stream, SlowComesInTime) {
  const auto begin = Clock::now();
  const auto server = StartServer(Streams([begin](uint64_t position, std::span<char> into) {
    if (position == 5) return BodyStep::End();
    const auto due = begin + milliseconds(40) * (position + 1);
    if (Clock::now() < due)
      return BodyStep::Wait(std::chrono::ceil<milliseconds>(due - Clock::now()));
    into[0] = 'x';
    return BodyStep::Bytes(1);
  }));
  const auto client = StartClient();
  const Response response = ResponseOf(FetchNow(*client, UrlOf(*server)));
  EXPECT_EQ(response.body, "xxxxx");
  EXPECT_GE(Clock::now() - begin, milliseconds(200));
  EXPECT_LT(Clock::now() - begin, seconds(5));
}

TEST(Stream, ADelayHoldsTheStatusLine) {
  const auto server = StartServer([](const ServerRequest&) {
    return ServerResponse{.body = "late", .delay = milliseconds(300)};
  });
  const auto begin = Clock::now();
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), EndsWith("late"));
  EXPECT_GE(Clock::now() - begin, milliseconds(300));
}

TEST(Stream, ClosesWithoutAnAnswer) {
  const auto server = StartServer(
      [](const ServerRequest&) { return ServerResponse{.close_without_answer = true}; });
  EXPECT_EQ(Ask(PortOf(*server), "GET", "/"), "");
}

TEST(Stream, HungOnesLeaveTheOthersAlone) {
  const auto server = StartServer([](const ServerRequest& request) {
    ServerResponse response;
    if (request.path == "/hung") response.delay = milliseconds::max();
    if (request.path == "/half")
      response.stream = TextThen("half", BodyStep::Wait(milliseconds::max()));
    return response;
  });
  std::vector<int> hung;
  for (int i = 0; i < 20; ++i) {
    hung.push_back(testing::Connect(PortOf(*server)));
    const std::string request =
        std::string("GET ") + (i % 2 ? "/hung" : "/half") + " HTTP/1.1\r\nHost: x\r\n\r\n";
    send(hung.back(), request.data(), request.size(), MSG_NOSIGNAL);
  }
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), StartsWith("HTTP/1.1 200"));
  for (const int fd : hung) close(fd);
}

// One event an answer and ring: the way of server-sent events.
class EventSource {
 public:
  void Publish(std::string event) {
    {
      const std::scoped_lock lock(mutex_);
      text_ += "data: " + event + "\n\n";
    }
    waker_->Ring();
  }
  ServerResponse Answer() {
    ServerResponse response;
    response.content_type = "text/event-stream";
    response.waker = waker_;
    response.stream = [this](uint64_t position, std::span<char> into) {
      const std::scoped_lock lock(mutex_);
      if (position >= text_.size()) return BodyStep::Wait(seconds(60));
      const size_t n = std::min(into.size(), text_.size() - static_cast<size_t>(position));
      std::memcpy(into.data(), text_.data() + position, n);
      return BodyStep::Bytes(n);
    };
    return response;
  }

 private:
  std::mutex mutex_;
  std::string text_ = "retry: 2000\n\n";
  const std::shared_ptr<Waker> waker_ = Waker::Make();
};

// Until `wanted` has come.
std::string ReceiveUntil(int fd, const std::string& wanted) {
  std::string all;
  while (all.find(wanted) == std::string::npos) {
    const std::string piece = Receive(fd);
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

TEST(Stream, ServerSentEventsArriveWhenTheyHappen) {
  EventSource events;
  const auto server = StartServer([&](const ServerRequest&) { return events.Answer(); });
  std::vector<int> pages;
  for (int i = 0; i < 3; ++i) {
    pages.push_back(testing::Connect(PortOf(*server)));
    const std::string request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
    send(pages.back(), request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_THAT(ReceiveUntil(pages.back(), "retry: 2000"), HasSubstr("text/event-stream"));
  }
  const auto begin = Clock::now();
  for (int event = 0; event < 20; ++event) {
    events.Publish(std::to_string(event));
    for (const int fd : pages) {
      const std::string wanted = "data: " + std::to_string(event) + "\n\n";
      EXPECT_THAT(ReceiveUntil(fd, wanted), HasSubstr(wanted));
    }
  }
  EXPECT_LT(Clock::now() - begin, seconds(5));
  for (const int fd : pages) close(fd);
}

TEST(Stream, NoEventIsLostWhenManyThreadsPublish) {
  EventSource events;
  const auto server = StartServer([&](const ServerRequest&) { return events.Answer(); });
  const int fd = testing::Connect(PortOf(*server));
  const std::string request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
  send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 250; ++k) events.Publish("x");
    });
  }
  for (std::thread& thread : threads) thread.join();
  events.Publish("last");
  const std::string all = ReceiveUntil(fd, "last");
  size_t count = 0;
  for (size_t at = 0; (at = all.find("data: x", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 1000u);
  close(fd);
}

// What became of an answer.
class Ending {
 public:
  std::function<void(bool)> Callback() {
    return [this](bool completed) { promise_.set_value(completed); };
  }
  // 1 completed, 0 not, -1 never told.
  int Wait() {
    auto future = promise_.get_future();
    if (future.wait_for(seconds(5)) != std::future_status::ready) return -1;
    return future.get();
  }

 private:
  std::promise<bool> promise_;
};

TEST(Stream, IsToldWhatBecameOfAnAnswer) {
  const auto client = StartClient();
  const std::pair<const char*, int> cases[] = {
      {"/whole", 1}, {"/stream", 1}, {"/abort", 0}, {"/close", 0}};
  for (const auto& [path, completed] : cases) {
    Ending ending;
    const auto server = StartServer([&](const ServerRequest& request) {
      ServerResponse response;
      response.done = ending.Callback();
      if (request.path == "/stream") response.stream = TextThen("s", BodyStep::End());
      if (request.path == "/abort") response.stream = TextThen("s", BodyStep::Abort());
      response.close_without_answer = request.path == "/close";
      return response;
    });
    FetchNow(*client, UrlOf(*server, path));
    EXPECT_EQ(ending.Wait(), completed) << path;
  }
}

TEST(Stream, NoticesWhoLeavesWhileItWaits) {
  for (const bool before_the_headers : {true, false}) {
    Ending ending;
    const auto server = StartServer([&](const ServerRequest&) {
      ServerResponse response;
      response.done = ending.Callback();
      if (before_the_headers) response.delay = milliseconds::max();
      response.stream = TextThen("half", BodyStep::Wait(milliseconds::max()));
      return response;
    });
    const auto client = StartClient();
    Request request;
    request.url = UrlOf(*server);
    request.total_timeout = milliseconds(200);
    EXPECT_EQ(FailureOf(FetchNow(*client, request)).kind, FailureKind::kTimeout);
    EXPECT_EQ(ending.Wait(), 0) << before_the_headers;
  }
}

TEST(Stream, TheServersEndCutsThemOff) {
  Ending ending;
  auto server = StartServer([&](const ServerRequest&) {
    ServerResponse response;
    response.done = ending.Callback();
    response.stream = TextThen("half", BodyStep::Wait(milliseconds::max()));
    return response;
  });
  const int fd = testing::Connect(PortOf(*server));
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  EXPECT_THAT(ReceiveUntil(fd, "half"), HasSubstr("half"));
  server.reset();
  EXPECT_EQ(ending.Wait(), 0);
  EXPECT_EQ(Receive(fd), "");
  close(fd);
}

TEST(Stream, AWaitOutlastsTheIdleTime) {
  ServerOptions options;
  options.idle_timeout = seconds(1);
  const auto server = StartServer(
      [](const ServerRequest&) {
        return ServerResponse{.body = "late", .delay = milliseconds(2500)};
      },
      options);
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), EndsWith("late"));
}

TEST(Stream, AnExceptionCutsTheAnswerOff) {
  const auto server = StartServer(
      Streams([](uint64_t, std::span<char>) -> BodyStep { throw std::bad_alloc(); }, 10));
  const auto client = StartClient();
  EXPECT_NE(ResponseOf(FetchNow(*client, UrlOf(*server))).status, 200);
}

TEST(Waker, OutlivesTheServer) {
  const auto waker = Waker::Make();
  {
    const auto server = StartServer([&](const ServerRequest&) {
      ServerResponse response;
      response.waker = waker;
      response.stream = TextThen("x", BodyStep::End());
      return response;
    });
    EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), HasSubstr("x"));
  }
  waker->Ring();
}

}  // namespace
}  // namespace sluice::http
