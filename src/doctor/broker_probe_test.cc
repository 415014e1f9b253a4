// SPDX-License-Identifier: Apache-2.0
#include "doctor/broker_probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "doctor/tcp.h"
#include "http/testing/fetch.h"
#include "kafka/mock_broker.h"

namespace sluice::doctor {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

constexpr milliseconds kTime{300};

// Accepts on 127.0.0.1 and gives what comes first on each connection to `answer`; sends what that gives.
class TinyServer {
 public:
  explicit TinyServer(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    bind(fd_, reinterpret_cast<sockaddr*>(&at), size);
    listen(fd_, 8);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~TinyServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void Serve() {
    for (int client; (client = accept(fd_, nullptr, nullptr)) >= 0; close(client)) {
      char buffer[4096];
      for (ssize_t count; (count = recv(client, buffer, sizeof buffer, 0)) > 0;) {
        const std::string reply = answer_(std::string(buffer, static_cast<size_t>(count)));
        if (reply == "close") break;
        send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
      }
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int fd_;
  int port_ = 0;
  std::thread thread_;
};

bool IsApiVersions(const std::string& request) { return request.size() > 6 && request[5] == 18; }
std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(BrokerProbe, ServersAreSplit) {
  EXPECT_THAT(SplitServers("a:1, b:2 ,[::1]:3,PLAINTEXT://c:4"),
              ElementsAre("a:1", "b:2", "[::1]:3", "c:4"));
  EXPECT_THAT(SplitServers(" , ,"), ElementsAre());
  EXPECT_THAT(SplitServers(""), ElementsAre());
}

TEST(BrokerProbe, AddressesAreSplit) {
  EXPECT_EQ(SplitAddress("[::1]:9092").host, "::1");
  EXPECT_EQ(SplitAddress("b:9092").port, "9092");
  EXPECT_EQ(SplitAddress("b").port, "");
  EXPECT_EQ(SplitAddress("[::1]").port, "");
}

TEST(BrokerProbe, NothingListens) {
  const Listener listener = AskListener("127.0.0.1:1", kTime);
  EXPECT_TRUE(listener.refused);
  EXPECT_EQ(listener.trouble, "connection refused: nothing listens there");
}

TEST(BrokerProbe, AnUnknownNameIsToldWithinTheTime) {
  const auto begin = std::chrono::steady_clock::now();
  const Listener listener = AskListener("no-such-host.invalid:9092", std::chrono::seconds(10));
  EXPECT_TRUE(listener.unknown_name);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(BrokerProbe, ConnectAsksSideBySide) {
  const TinyServer server([](const std::string&) { return ""; });
  const auto listeners = Connect({server.address(), "127.0.0.1:1"}, kTime);
  ASSERT_EQ(listeners.size(), 2u);
  EXPECT_EQ(listeners[0].trouble, "");
  EXPECT_TRUE(listeners[1].refused);
}

TEST(BrokerProbe, ABrokerSpeaksKafka) {
  auto broker = kafka::MockBroker::Start();
  ASSERT_TRUE(broker.ok());
  const Listener listener = AskListener((*broker)->bootstrap_servers(), milliseconds(2000));
  EXPECT_EQ(listener.speaks, Speaks::kKafka) << static_cast<int>(listener.speaks);
}

TEST(BrokerProbe, MechanismsOfASaslListenerAreListed) {
  const TinyServer server([](const std::string& request) {
    if (IsApiVersions(request)) return Bytes({0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    return Bytes({0, 0, 0, 22, 0, 0, 0, 2, 0, 33, 0, 0, 0, 2, 0, 5}) + "PLAIN" + Bytes({0, 3}) +
           "ABC";
  });
  const Listener listener = AskListener(server.address(), kTime);
  EXPECT_EQ(listener.speaks, Speaks::kKafkaSasl);
  EXPECT_THAT(listener.mechanisms, ElementsAre("PLAIN", "ABC"));
}

TEST(BrokerProbe, AListLongerThanItsAnswerIsNotRead) {
  const TinyServer server([](const std::string& request) {
    if (IsApiVersions(request)) return Bytes({0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    return Bytes({0, 0, 0, 14, 0, 0, 0, 2, 0, 33, 127, 127, 127, 127, 127, 127, 'x', 'y'});
  });
  EXPECT_THAT(AskListener(server.address(), kTime).mechanisms, ElementsAre());
}

TEST(BrokerProbe, TlsIsKnownByItsAnswerToAHello) {
  const TinyServer server([](const std::string& request) {
    return request[0] == '\x16' ? Bytes({0x15, 3, 3, 0, 2, 2, 40}) : std::string("close");
  });
  EXPECT_EQ(AskListener(server.address(), kTime).speaks, Speaks::kTls);
}

TEST(BrokerProbe, AnHttpServerIsKnown) {
  const auto server = http::testing::StartServer(
      [](const http::ServerRequest&) { return http::ServerResponse{.body = "hello"}; });
  EXPECT_EQ(
      AskListener("127.0.0.1:" + std::to_string(http::testing::PortOf(*server)), kTime).speaks,
      Speaks::kHttp);
}

TEST(BrokerProbe, WhoSaysNothingOrNonsenseIsNoBroker) {
  const TinyServer silent([](const std::string&) { return ""; });
  EXPECT_EQ(AskListener(silent.address(), kTime).speaks, Speaks::kNothing);
  const TinyServer nonsense([](const std::string&) { return std::string(64, '\xFF'); });
  EXPECT_EQ(AskListener(nonsense.address(), kTime).speaks, Speaks::kNothing);
}

}  // namespace
}  // namespace sluice::doctor
