// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "http/testing/fetch.h"

namespace sluice::http {
namespace {

using std::chrono::seconds;
using testing::Ask;
using testing::Connect;
using ::testing::EndsWith;
using testing::Exchange;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PortOf;
using testing::Receive;
using testing::StartServer;
using ::testing::StartsWith;

ServerResponse Nothing(const ServerRequest&) { return {}; }

// Says what it was asked.
ServerResponse Echo(const ServerRequest& request) {
  ServerResponse response;
  response.body = request.method + " " + request.path + " from " + request.client_address + "\n";
  for (const Header& parameter : request.query)
    response.body += "? " + parameter.name + "=" + parameter.value + "\n";
  for (const Header& header : request.headers)
    response.body += header.name + ": " + header.value + "\n";
  return response;
}

TEST(Server, HandsOverTheRequest) {
  const auto server = StartServer(Echo);
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/a%20b?x=1&y=%26&x=2", "X-Some: Thing\r\n"),
              EndsWith("\r\n\r\nGET /a b from 127.0.0.1\n? x=1\n? y=&\n? x=2\nhost: x\nx-some: "
                       "Thing\nconnection: close\n"));
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/%00"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/?%zz"), StartsWith("HTTP/1.1 400"));
}

TEST(Server, FindsTheFirstOfAName) {
  ServerRequest request;
  request.query = {{"a", "1"}, {"a", "2"}};
  request.headers = {{"host", "x"}};
  EXPECT_EQ(*request.FindQuery("a"), "1");
  EXPECT_EQ(request.FindQuery("A"), nullptr);
  EXPECT_EQ(*request.FindHeader("host"), "x");
}

TEST(Server, SendsStatusHeadersAndBody) {
  const auto server = StartServer([](const ServerRequest& request) {
    ServerResponse response{.status = 429, .content_type = "text/html", .body = "<p>slow down"};
    response.headers = {{"Retry-After", "7"}};
    if (request.path == "/cached") response.headers.push_back({"cache-control", "max-age=60"});
    return response;
  });
  const std::string answer = Ask(PortOf(*server), "GET", "/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/html\r\n"));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 7\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n<p>slow down"));
  EXPECT_THAT(Ask(PortOf(*server), "GET", "/cached"), Not(HasSubstr("no-store")));
}

TEST(Server, OneBodyForManyAnswers) {
  const auto body = std::make_shared<const std::string>(100000, 'b');
  {
    const auto server =
        StartServer([&](const ServerRequest&) { return ServerResponse{.shared_body = body}; });
    for (int i = 0; i < 3; ++i)
      EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), EndsWith("\r\n\r\n" + *body));
  }
  EXPECT_EQ(body.use_count(), 1);
}

TEST(Server, HeadHasTheLengthButNoBody) {
  const auto server =
      StartServer([](const ServerRequest&) { return ServerResponse{.body = "12345"}; });
  const std::string answer = Ask(PortOf(*server), "HEAD", "/");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(Server, RefusesOtherMethods) {
  const auto server = StartServer(Nothing);
  const int port = PortOf(*server);
  for (const char* method : {"DELETE", "PUT", "TRACE", "NONSENSE"})
    EXPECT_THAT(Ask(port, method, "/"), HasSubstr("Allow: GET, HEAD")) << method;
  EXPECT_THAT(Exchange(port,
                       "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Content-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 405"));
}

TEST(Server, DoesNotReadABodyWithoutEnd) {
  const auto server = StartServer(Nothing);
  const int fd = Connect(PortOf(*server));
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n";
  send(fd, head.data(), head.size(), MSG_NOSIGNAL);
  const std::string piece(1 << 16, 'x');
  int sent = 0;
  while (sent < 1000 && send(fd, piece.data(), piece.size(), MSG_NOSIGNAL) > 0) ++sent;
  EXPECT_LT(sent, 1000);
  close(fd);
}

TEST(Server, AnAnswerThatCannotBeSentIsAnError) {
  const auto server = StartServer([](const ServerRequest& request) {
    ServerResponse response;
    if (request.path == "/header") response.headers = {{"X", "a\r\nSet-Cookie: b"}};
    if (request.path == "/status") response.status = 42;
    if (request.path == "/throw") throw std::bad_alloc();
    return response;
  });
  for (const char* path : {"/header", "/status", "/throw"})
    EXPECT_THAT(Ask(PortOf(*server), "GET", path), StartsWith("HTTP/1.1 500")) << path;
}

TEST(Server, RefusesHeadersThatAreTooLong) {
  ServerOptions options;
  options.max_header_bytes = 4096;
  const auto server = StartServer(Nothing, options);
  const int port = PortOf(*server);
  EXPECT_THAT(Ask(port, "GET", "/", "X: " + std::string(100000, 'x') + "\r\n"),
              Not(HasSubstr("HTTP/1.1 200")));
  EXPECT_THAT(Ask(port, "GET", "/" + std::string(100000, 'x')), Not(HasSubstr("HTTP/1.1 200")));
  EXPECT_THAT(Ask(port, "GET", "/"), StartsWith("HTTP/1.1 200"));
}

TEST(Server, ClosesWhatIsIdle) {
  ServerOptions options;
  options.idle_timeout = seconds(1);
  const auto server = StartServer(Nothing, options);
  const int fd = Connect(PortOf(*server));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Receive(fd), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(4));
  close(fd);
}

TEST(Server, ClosesWhatSendsItsRequestByteByByte) {
  ServerOptions options;
  options.request_timeout = seconds(1);
  const auto server = StartServer(Nothing, options);
  const int fd = Connect(PortOf(*server));
  const auto begin = std::chrono::steady_clock::now();
  while (send(fd, "G", 1, MSG_NOSIGNAL) == 1 &&
         std::chrono::steady_clock::now() - begin < seconds(10))
    usleep(50000);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
  close(fd);
}

TEST(Server, LimitsTheConnectionsOfOneAddress) {
  ServerOptions options;
  options.max_connections_per_address = 3;
  const auto server = StartServer(Nothing, options);
  std::vector<int> silent;
  for (int i = 0; i < 3; ++i) silent.push_back(Connect(PortOf(*server)));
  EXPECT_EQ(Ask(PortOf(*server), "GET", "/"), "");
  for (const int fd : silent) close(fd);
}

TEST(Server, ForgetsWhoLeavesInTheMiddleOfARequest) {
  ServerOptions options;
  options.max_connections_per_address = 8;
  const auto server = StartServer(Nothing, options);
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string piece : {"GET / HT", "nonsense\r\n\r\n"}) {
    for (int i = 0; i < 20; ++i) {  // what comes beyond the limit is closed at once
      const int fd = Connect(PortOf(*server));
      EXPECT_GT(send(fd, piece.data(), piece.size(), MSG_NOSIGNAL), 0);
      close(fd);
    }
  }
  while (!Ask(PortOf(*server), "GET", "/").starts_with("HTTP/1.1 200")) {
    ASSERT_LT(std::chrono::steady_clock::now() - begin, seconds(8)) << "the idle time is 10 s";
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

TEST(Server, KeepsAConnectionForTheNextRequest) {
  const auto server = StartServer(Echo);
  const int fd = Connect(PortOf(*server));
  for (const char* path : {"/one", "/two"}) {
    const std::string request = std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_THAT(Receive(fd), HasSubstr(path));
  }
  close(fd);
}

TEST(Server, BindsAgainAtOnceAfterTheEnd) {
  ServerOptions options;
  for (int i = 0; i < 3; ++i) {
    const auto server = StartServer(Nothing, options);
    options.listen = server->address();
    EXPECT_THAT(Ask(PortOf(*server), "GET", "/"), StartsWith("HTTP/1.1 200"));
  }
}

TEST(Server, ATakenPortIsNamedWithWhatToDo) {
  const auto first = StartServer(Nothing);
  ServerOptions options;
  options.listen = first->address();
  options.setting = "--listen";
  options.advice = "leave it out";
  options.error_code = "SIMULATE_ADDRESS";
  const auto second = Server::Start(options, Nothing);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().kind(), ErrorKind::kExit);
  EXPECT_EQ(second.status().ToString(),
            "SIMULATE_ADDRESS: --listen " + first->address() + ": port " +
                std::to_string(PortOf(*first)) +
                " is taken by another program; set --listen to another address:port (port 0 takes "
                "a free one) or leave it out");
}

TEST(Server, WrongAddresses) {
  for (const char* listen :
       {"4040", ":4040", "no.such.host.invalid:1", "192.0.2.1:0", "127.0.0.1:http"}) {
    ServerOptions options;
    options.listen = listen;
    const auto server = Server::Start(options, Nothing);
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_THAT(server.status().message(), HasSubstr(listen));
  }
}

}  // namespace
}  // namespace sluice::http
