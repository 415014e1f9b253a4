// SPDX-License-Identifier: Apache-2.0
//
// A TCP connection for a look: every step ends by a deadline.
//
//   Tcp tcp = Tcp::Connect("broker:9092", deadline);
//   if (tcp.ok()) { tcp.Send(request, deadline); reply = tcp.Receive(4, deadline); }
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::doctor {

using TimePoint = std::chrono::steady_clock::time_point;

struct HostPort {
  std::string host;  // without brackets
  std::string port;
};
// "host:9092", "[::1]:9092"; the port is empty if there is none.
HostPort SplitAddress(const std::string& address);

// One thread. Closes when destroyed.
class Tcp {
 public:
  static Tcp Connect(const std::string& address, TimePoint deadline);
  Tcp(Tcp&& other) noexcept;
  Tcp& operator=(Tcp&&) = delete;
  ~Tcp();

  bool ok() const { return fd_ >= 0; }
  // Why not ok.
  const std::string& trouble() const { return trouble_; }
  bool refused() const { return refused_; }
  bool unknown_name() const { return unknown_name_; }

  bool Send(std::string_view bytes, TimePoint deadline);
  // Up to `most` bytes: fewer if the other side closes or the time is up.
  std::string Receive(size_t most, TimePoint deadline);

 private:
  Tcp() = default;
  int fd_ = -1;
  std::string trouble_;
  bool refused_ = false;
  bool unknown_name_ = false;
};

}  // namespace sluice::doctor
