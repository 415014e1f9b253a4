// SPDX-License-Identifier: Apache-2.0
#include "doctor/tcp.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace sluice::doctor {

namespace {

using AddressList = std::shared_ptr<addrinfo>;
struct Resolved {
  AddressList addresses;
  int error = 0;
};

int MillisecondsTo(TimePoint deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<int64_t>(0, left.count()));
}

bool Wait(int fd, short events, TimePoint deadline) {
  pollfd entry{fd, events, 0};
  while (true) {
    const int ready = poll(&entry, 1, MillisecondsTo(deadline));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0;
  }
}

// A resolver may take longer than anybody wants to wait, and cannot be stopped: it is left behind.
Resolved Resolve(const HostPort& at, TimePoint deadline) {
  auto promise = std::make_shared<std::promise<Resolved>>();
  auto answer = promise->get_future();
  std::thread([promise, at] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(at.host.c_str(), at.port.c_str(), &hints, &found);
    promise->set_value({AddressList(found,
                                    [](addrinfo* list) {
                                      if (list != nullptr) freeaddrinfo(list);
                                    }),
                        error});
  }).detach();
  if (answer.wait_until(deadline) != std::future_status::ready) return {nullptr, EAI_AGAIN};
  return answer.get();
}

// The connected socket, or -1 with the errno (0: the time is up).
int ConnectTo(const addrinfo& address, TimePoint deadline, int* error) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    *error = errno;
    return -1;
  }
  *error = connect(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (*error == 0) return fd;
  if (*error == EINPROGRESS) {
    socklen_t size = sizeof *error;
    *error = 0;
    if (Wait(fd, POLLOUT, deadline)) {
      getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &size);
      if (*error == 0) return fd;
    }
  }
  close(fd);
  return -1;
}

}  // namespace

HostPort SplitAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  const size_t bracket = address.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket))
    return {address, ""};
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return {std::move(host), address.substr(colon + 1)};
}

Tcp Tcp::Connect(const std::string& address, TimePoint deadline) {
  Tcp tcp;
  const HostPort at = SplitAddress(address);
  const Resolved resolved = Resolve(at, deadline);
  if (resolved.error != 0) {
    tcp.unknown_name_ = true;
    tcp.trouble_ =
        fmt::format("the name {} is not known ({})", at.host, gai_strerror(resolved.error));
    return tcp;
  }
  int error = 0;
  for (const addrinfo* next = resolved.addresses.get(); next; next = next->ai_next) {
    tcp.fd_ = ConnectTo(*next, deadline, &error);
    if (tcp.ok()) return tcp;
    if (error == ECONNREFUSED) tcp.refused_ = true;
  }
  tcp.trouble_ = tcp.refused_ ? "connection refused: nothing listens there"
                 : error == 0 ? "no answer to a connection"
                              : std::strerror(error);
  return tcp;
}

Tcp::Tcp(Tcp&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      trouble_(std::move(other.trouble_)),
      refused_(other.refused_),
      unknown_name_(other.unknown_name_) {}

Tcp::~Tcp() {
  if (fd_ >= 0) close(fd_);
}

bool Tcp::Send(std::string_view bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!Wait(fd_, POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::string Tcp::Receive(size_t most, TimePoint deadline) {
  std::string bytes(most, '\0');
  size_t have = 0;
  while (have < most) {
    const ssize_t count = ::recv(fd_, bytes.data() + have, most - have, 0);
    if (count > 0) {
      have += static_cast<size_t>(count);
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!Wait(fd_, POLLIN, deadline)) break;
    } else if (count == 0 || errno != EINTR) {
      break;
    }
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace sluice::doctor
