// SPDX-License-Identifier: Apache-2.0
#include "http/listen_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sluice::http {

namespace {

Status Refuse(const ServerOptions& options, const std::string& why) {
  return Status::Exit(
      options.error_code,
      fmt::format("{} {}: {}; set {} to another address:port (port 0 takes a free one){}",
                  options.setting, options.listen, why, options.setting,
                  options.advice.empty() ? "" : " or " + options.advice));
}

std::string Describe(const sockaddr_storage& name, socklen_t size) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, host, sizeof host, port,
                  sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return name.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, port)
                                    : fmt::format("{}:{}", host, port);
}

// Errno of what failed, or 0.
int BindAndListen(int fd, const addrinfo& at) {
  const int on = 1;
  // So that a restart need not wait for connections of the process before.
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return errno;
  if (bind(fd, at.ai_addr, at.ai_addrlen) != 0) return errno;
  return ::listen(fd, 128) == 0 ? 0 : errno;
}

}  // namespace

Result<ListenSocket> OpenListenSocket(const ServerOptions& options) {
  const std::string& listen = options.listen;
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return Refuse(options, "expected address:port");
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string port = listen.substr(colon + 1);

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found)) {
    return Refuse(options, gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Refuse(options, std::strerror(errno));
  if (const int error = BindAndListen(fd, *found)) {
    close(fd);
    if (error == EADDRINUSE)
      return Refuse(options, fmt::format("port {} is taken by another program", port));
    return Refuse(options, std::strerror(error));
  }
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return ListenSocket{fd, Describe(name, size)};
}

}  // namespace sluice::http
