// SPDX-License-Identifier: Apache-2.0
//
// A server that sends whatever bytes a test wants: what no proper server would.
//
//   RawServer server([](RawConnection& connection) { connection.Send("HTTP/1.1 200 OK\r\n\r\nhalf"); });
//   fetch(server.url() + "/feed.pb");
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sluice::http::testing {

class RawConnection {
 public:
  RawConnection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

  // The request's lines; those of the first are read before the script is called.
  const std::string& head() const { return head_; }
  bool ReadHead();  // of the next request; false if none comes
  // False once the client is gone.
  bool Send(std::string_view bytes);
  // Until the client closes or the server ends.
  void WaitForClose();

 private:
  const int fd_;
  const std::atomic<bool>& stopping_;
  std::string head_;
};

// Accepts on 127.0.0.1 and gives each connection a thread, which reads one request and runs the script;
// after that the connection is closed. Ends its threads when destroyed.
class RawServer {
 public:
  using Script = std::function<void(RawConnection&)>;

  explicit RawServer(Script script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> heads();  // of all requests so far

 private:
  void Accept();
  void Serve(int fd);

  const Script script_;
  int fd_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::string> heads_;    // guarded by mutex_
  std::vector<std::thread> serving_;  // the accepting thread only, then the destructor
  std::thread accepting_;
};

}  // namespace sluice::http::testing
