// SPDX-License-Identifier: Apache-2.0
#include "http/testing/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace sluice::http::testing {

namespace {

constexpr int kLookMs = 20;  // how often the end of the server is looked for

bool IsReady(int fd, short events) {
  pollfd polled{fd, events, 0};
  return poll(&polled, 1, kLookMs) > 0;
}

}  // namespace

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (stopping_) return false;
    if (!IsReady(fd_, POLLOUT)) continue;
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void RawConnection::WaitForClose() {
  char ignored[1024];
  while (!stopping_) {
    if (IsReady(fd_, POLLIN) && recv(fd_, ignored, sizeof ignored, MSG_DONTWAIT) <= 0) return;
  }
}

bool RawConnection::ReadHead() {
  head_.clear();
  char piece[4096];
  while (!stopping_ && head_.find("\r\n\r\n") == std::string::npos) {
    if (!IsReady(fd_, POLLIN)) continue;
    const ssize_t n = recv(fd_, piece, sizeof piece, MSG_DONTWAIT);
    if (n <= 0) return false;
    head_.append(piece, static_cast<size_t>(n));
  }
  return !stopping_;
}

RawServer::RawServer(Script script)
    : script_(std::move(script)), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const name = reinterpret_cast<sockaddr*>(&at);
  if (bind(fd_, name, size) != 0 || listen(fd_, 128) != 0 || getsockname(fd_, name, &size) != 0)
    std::abort();
  port_ = ntohs(at.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

RawServer::~RawServer() {
  stopping_ = true;
  accepting_.join();
  for (std::thread& thread : serving_) thread.join();
  close(fd_);
}

std::vector<std::string> RawServer::heads() {
  const std::scoped_lock lock(mutex_);
  return heads_;
}

void RawServer::Accept() {
  while (!stopping_) {
    if (!IsReady(fd_, POLLIN)) continue;
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) serving_.emplace_back([this, fd] { Serve(fd); });
  }
}

void RawServer::Serve(int fd) {
  RawConnection connection(fd, stopping_);
  if (connection.ReadHead()) {
    {
      const std::scoped_lock lock(mutex_);
      heads_.push_back(connection.head());
    }
    script_(connection);
  }
  // Not a reset, which could overtake the bytes that were sent.
  shutdown(fd, SHUT_WR);
  close(fd);
}

}  // namespace sluice::http::testing
