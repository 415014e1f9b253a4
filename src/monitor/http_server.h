// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP/1.1 server for GET and HEAD, on one thread of its own, with limits on connections, idle
// time and header bytes.
//
//   SLUICE_ASSIGN_OR_RETURN(auto server, HttpServer::Start("127.0.0.1:4040", handler));
//   server->address();   // "127.0.0.1:4040"; with port 0 the port that was free
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::monitor {

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Stops, and waits for its thread, when destroyed.
class HttpServer {
 public:
  // Answers for a path (without query); called on the server's thread.
  using Handler = std::function<HttpResponse(std::string_view path)>;

  // `listen`: "address:port", "[::1]:4040" or "name:port". Errors (Exit MONITOR_ADDRESS): the port is
  // taken, the address is not ours or not readable; they name it and say what to do.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& listen, Handler handler);
  virtual ~HttpServer() = default;
  virtual const std::string& address() const = 0;
};

}  // namespace sluice::monitor
