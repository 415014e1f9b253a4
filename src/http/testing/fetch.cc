// SPDX-License-Identifier: Apache-2.0
#include "http/testing/fetch.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <future>

namespace sluice::http::testing {

namespace {

template <typename T>
T OrAbort(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().message().c_str());
    std::abort();
  }
  return std::move(result).value();
}

}  // namespace

std::unique_ptr<Client> StartClient(ClientOptions options) {
  return OrAbort(Client::Start(std::move(options)));
}

std::unique_ptr<Server> StartServer(Server::Handler handler, ServerOptions options) {
  if (options.listen.empty()) options.listen = "127.0.0.1:0";
  return OrAbort(Server::Start(std::move(options), std::move(handler)));
}

std::string UrlOf(const Server& server, const std::string& path) {
  return "http://" + server.address() + path;
}

int PortOf(const Server& server) {
  return std::stoi(server.address().substr(server.address().rfind(':') + 1));
}

Outcome FetchNow(Client& client, Request request) {
  std::promise<Outcome> promise;
  client.Fetch(std::move(request), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

Outcome FetchNow(Client& client, const std::string& url) {
  Request request;
  request.url = url;
  return FetchNow(client, std::move(request));
}

Response ResponseOf(Outcome outcome) {
  if (auto* response = std::get_if<Response>(&outcome)) return std::move(*response);
  Response none;
  none.body = std::get<Failure>(outcome).message;
  return none;
}

Failure FailureOf(const Outcome& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) return *failure;
  const auto& response = std::get<Response>(outcome);
  return {FailureKind::kOther,
          fmt::format("no failure but status {}, {} bytes", response.status, response.body.size())};
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval limit{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::perror("connect");
  return fd;
}

std::string Receive(int fd) {
  char buffer[4096];
  const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
}

std::string Exchange(int port, const std::string& bytes) {
  const int fd = Connect(port);
  if (send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::perror("send");
  std::string answer;
  for (std::string piece; !(piece = Receive(fd)).empty();) answer += piece;
  close(fd);
  return answer;
}

std::string Ask(int port, const std::string& method, const std::string& target,
                const std::string& headers) {
  return Exchange(port, fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
                                    method, target, headers));
}

}  // namespace sluice::http::testing
