// SPDX-License-Identifier: Apache-2.0
#include "monitor/monitor_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "core/testing/manual_clock.h"

namespace sluice::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

int PortOf(const http::Server& server) {
  return std::stoi(server.address().substr(server.address().rfind(':') + 1));
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  timeval limit{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  return fd;
}

// The bytes that come back for those sent, until the server closes.
std::string Exchange(int port, const std::string& request) {
  const int fd = Connect(port);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<size_t>(n));
  close(fd);
  return answer;
}

std::string Ask(int port, const std::string& method, const std::string& path) {
  return Exchange(port, method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

class MonitorServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = StartMonitorServer(Options(), metrics_, health_, [this] { return progress_; });
    ASSERT_TRUE(started.ok()) << started.status().message();
    server_ = std::move(started).value();
    port_ = PortOf(*server_);
  }
  virtual PageServerOptions Options() { return {.listen = "127.0.0.1:0"}; }
  void Run() {
    health_.Opened();
    health_.Positioned();
    health_.SetState(QueryPhase::kRunning, "", "running");
  }
  ManualClock clock_{1'700'000'000'000};
  QueryMetrics metrics_{{.query = "q", .reject_reasons = {"not_json"}}};
  Health health_{{}, clock_};
  const std::vector<std::string> progress_{R"({"batchId":6})", R"({"batchId":7})"};
  std::unique_ptr<http::Server> server_;
  int port_ = 0;
};

TEST_F(MonitorServerTest, ServesMetrics) {
  const std::string answer = Ask(port_, "GET", "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("\nspark_streaming_processed_records_total{query=\"q\"} 0\n"));
}

TEST_F(MonitorServerTest, ServesTheLastReportsAsJsonLines) {
  const std::string answer = Ask(port_, "GET", "/progress");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/x-ndjson\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n{\"batchId\":6}\n{\"batchId\":7}\n"));
}

TEST_F(MonitorServerTest, IsAliveWhileItWaits) {
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: topic dev_topic does not exist");
  EXPECT_THAT(Ask(port_, "GET", "/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MonitorServerTest, IsNotAliveWhenABatchHangs) {
  Run();
  health_.BatchPlanned();
  clock_.Advance(std::chrono::minutes(6));
  const std::string answer = Ask(port_, "GET", "/healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("nothing has moved for 360 seconds although a batch is under way"));
}

TEST_F(MonitorServerTest, HasBegunWhenTheTableWasOpened) {
  EXPECT_THAT(Ask(port_, "GET", "/startupz"), StartsWith("HTTP/1.1 503"));
  health_.Opened();
  EXPECT_THAT(Ask(port_, "GET", "/startupz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MonitorServerTest, ReadyFollowsTheQueryAndSaysWhyNotAndSinceWhen) {
  EXPECT_THAT(Ask(port_, "GET", "/readyz"), StartsWith("HTTP/1.1 503"));
  Run();
  EXPECT_THAT(Ask(port_, "GET", "/readyz"), StartsWith("HTTP/1.1 200"));
  clock_.Advance(std::chrono::seconds(7));
  health_.SetState(QueryPhase::kWaiting, "kafka", "waiting: topic dev_topic does not exist");
  clock_.Advance(std::chrono::seconds(7));
  const std::string answer = Ask(port_, "GET", "/readyz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(
      answer,
      HasSubstr(
          R"({"ok":false,"checks":[{"name":"query","ok":false,"detail":"waiting: topic dev_topic does not exist",)"
          R"("since":"2023-11-14T22:13:27.000Z"},{"name":"kafka","ok":false,)"));
  EXPECT_THAT(
      answer,
      HasSubstr(
          R"({"name":"table","ok":true,"detail":"open","since":"2023-11-14T22:13:20.000Z"})"));
}

class GuardedServerTest : public MonitorServerTest {
 protected:
  static constexpr const char* kToken = "0123456789abcdef";
  PageServerOptions Options() override {
    return {.listen = "127.0.0.1:0", .access = Access(kToken)};
  }
  std::string AskAs(const std::string& path, const std::string& header) {
    return Exchange(port_, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                               header + "\r\n\r\n");
  }
};

TEST_F(GuardedServerTest, PagesNeedTheToken) {
  for (const char* path : {"/metrics", "/progress", "/", "/nowhere"}) {
    const std::string answer = Ask(port_, "GET", path);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 401")) << path;
    EXPECT_THAT(answer, HasSubstr("WWW-Authenticate: Basic realm=\"sluice\"")) << path;
    EXPECT_THAT(answer, Not(HasSubstr(kToken))) << path;
  }
  EXPECT_THAT(AskAs("/metrics", "Authorization: Bearer 0123456789abcdef"),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(AskAs("/metrics", "Authorization: Bearer 0123456789abcdeF"),
              StartsWith("HTTP/1.1 401"));
  // prometheus:0123456789abcdef
  EXPECT_THAT(AskAs("/metrics", "Authorization: Basic cHJvbWV0aGV1czowMTIzNDU2Nzg5YWJjZGVm"),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(GuardedServerTest, HealthIsOpenButForTheDetails) {
  Run();
  for (const char* path : {"/healthz", "/readyz", "/startupz"}) {
    const std::string open = Ask(port_, "GET", path);
    EXPECT_THAT(open, StartsWith("HTTP/1.1 200")) << path;
    EXPECT_THAT(open, Not(HasSubstr("detail"))) << path;
    EXPECT_THAT(AskAs(path, "Authorization: Bearer 0123456789abcdef"), HasSubstr("detail")) << path;
  }
}

TEST_F(MonitorServerTest, HeadHasNoBody) {
  const std::string answer = Ask(port_, "HEAD", "/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(MonitorServerTest, RefusesOtherMethodsAndPaths) {
  EXPECT_THAT(Ask(port_, "DELETE", "/metrics"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Exchange(port_,
                       "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                       "5\r\n\r\nhello"),
              HasSubstr("Allow: GET, HEAD"));
  const std::string answer = Ask(port_, "GET", "/nowhere");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(answer, HasSubstr("/readyz"));
}

TEST_F(MonitorServerTest, RefusesHeadersWithoutEnd) {
  const std::string answer =
      Exchange(port_, "GET /metrics HTTP/1.1\r\nX: " + std::string(100000, 'x') + "\r\n\r\n");
  EXPECT_THAT(answer, Not(HasSubstr("HTTP/1.1 200")));
  EXPECT_THAT(Ask(port_, "GET", "/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(MonitorServerTest, AnswersWhileOthersAreSilent) {
  std::vector<int> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(Connect(port_));
  EXPECT_THAT(Ask(port_, "GET", "/healthz"), StartsWith("HTTP/1.1 200"));
  for (const int fd : silent) close(fd);
}

TEST_F(MonitorServerTest, ATakenPortIsNamedWithWhatToDo) {
  const auto second = StartMonitorServer({.listen = server_->address()}, metrics_, health_,
                                         [this] { return progress_; });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().kind(), ErrorKind::kExit);
  EXPECT_EQ(second.status().message(),
            "monitor.listen " + server_->address() + ": port " + std::to_string(port_) +
                " is taken by another program; set monitor.listen to another address:port (port 0 "
                "takes a free one) or monitor.enabled: false");
}

TEST_F(MonitorServerTest, ASiteIsAskedFirst) {
  const auto site = [](const http::ServerRequest& request) -> std::optional<http::ServerResponse> {
    if (request.path != "/") return {};
    return http::ServerResponse{.body = "the page"};
  };
  const auto server = StartMonitorServer({.listen = "127.0.0.1:0", .site = site}, metrics_, health_,
                                         [this] { return progress_; });
  ASSERT_TRUE(server.ok()) << server.status().message();
  const int port = PortOf(**server);
  EXPECT_THAT(Ask(port, "GET", "/"), ::testing::EndsWith("\r\n\r\nthe page"));
  EXPECT_THAT(Ask(port, "GET", "/metrics"), HasSubstr("spark_streaming_"));
  EXPECT_THAT(Ask(port_, "GET", "/"), HasSubstr("/metrics\n"));  // without one
}

TEST_F(MonitorServerTest, ASiteIsForThoseWhoAreAdmitted) {
  bool asked = false;
  const auto site = [&](const http::ServerRequest&) -> std::optional<http::ServerResponse> {
    asked = true;
    return http::ServerResponse{.body = "the page"};
  };
  const auto server = StartMonitorServer(
      {.listen = "127.0.0.1:0", .access = Access("a-token-of-16-chars"), .site = site}, metrics_,
      health_, [this] { return progress_; });
  ASSERT_TRUE(server.ok()) << server.status().message();
  EXPECT_THAT(Ask(PortOf(**server), "GET", "/"), StartsWith("HTTP/1.1 401"));
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace sluice::monitor
