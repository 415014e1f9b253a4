// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP/1.1 server for GET and HEAD, on one thread of its own, with limits on connections, time
// and header bytes. Answers are whole, or streamed: slow, endless, cut off, server-sent events.
//
//   http::ServerOptions options;
//   options.listen = "127.0.0.1:0";
//   auto answer = [](const http::ServerRequest& request) {
//     return http::ServerResponse{.body = "you asked for " + request.path};
//   };
//   SLUICE_ASSIGN_OR_RETURN(auto server, http::Server::Start(options, answer));
//   server->address();   // "127.0.0.1:40123"
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "http/header.h"

namespace sluice::http {

struct ServerRequest {
  std::string method;  // GET or HEAD (answered like GET; the body is left out)
  std::string path;    // percent-decoded, begins with '/'
  std::vector<Header>
      query;  // decoded ('+' is a space), in order; a parameter without '=' has value ""
  std::vector<Header> headers;  // names in lower case
  std::string client_address;   // "127.0.0.1", without port

  // The first of that name, or null. Header names are asked for in lower case.
  const std::string* FindQuery(std::string_view name) const;
  const std::string* FindHeader(std::string_view name) const;
};

// What a BodySource did.
struct BodyStep {
  enum class Kind {
    kBytes,  // wrote `bytes` (at least 1) into the span
    kWait,   // nothing yet: ask again after `wait`, or when the response's Waker is rung
    kEnd,    // the body is complete
    kAbort   // close the connection here: the client sees a truncated body
  };
  Kind kind = Kind::kEnd;
  size_t bytes = 0;
  std::chrono::milliseconds wait{};

  static BodyStep Bytes(size_t bytes) { return {Kind::kBytes, bytes, {}}; }
  static BodyStep Wait(std::chrono::milliseconds wait) { return {Kind::kWait, 0, wait}; }
  static BodyStep End() { return {}; }
  static BodyStep Abort() { return {Kind::kAbort, 0, {}}; }
};

// Gives the body from byte `position` on; called on the server's thread, never after the answer's `done`.
using BodySource = std::function<BodyStep(uint64_t position, std::span<char> into)>;

// Rings a waiting BodySource from any thread, before and after the answer is gone too. One waker may
// serve many answers: all of them are asked again.
class Waker {
 public:
  static std::shared_ptr<Waker> Make();
  virtual ~Waker() = default;
  virtual void Ring() = 0;
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";  // "": no such header
  // Cache-Control: no-store and X-Content-Type-Options: nosniff are added unless they stand here.
  std::vector<Header> headers = {};
  std::string body = {};
  std::shared_ptr<const std::string> shared_body =
      nullptr;                                 // instead of body: one copy, many answers
  BodySource stream = nullptr;                 // instead of both
  std::optional<uint64_t> stream_length = {};  // Content-Length of the stream; none: chunked
  std::shared_ptr<Waker> waker = nullptr;      // rings `stream`
  // Before the status line is sent. milliseconds::max(): never, the client hangs.
  std::chrono::milliseconds delay{};
  bool close_without_answer = false;  // after `delay`
  // Called once on the server's thread when the answer is gone: sent to the end, or cut off.
  std::function<void(bool completed)> done = nullptr;
};

struct ServerOptions {
  std::string listen;  // "address:port", "[::1]:4040" or "name:port"; port 0: a free one
  int max_connections = 64;
  int max_connections_per_address = 32;
  size_t max_header_bytes = 16 << 10;
  std::chrono::seconds idle_timeout{10};  // no byte either way (a waiting stream is not idle)
  std::chrono::seconds request_timeout{
      30};  // from connecting, or the answer before, to the end of headers
  // For messages about the address: what it is called, what else may be done, the error's code.
  std::string setting = "listen";
  std::string advice = {};
  std::string error_code = "HTTP_ADDRESS";
};

// Stops, and waits for its thread, when destroyed: streams are cut off. Not from the handler.
class Server {
 public:
  // Called on the server's thread: all connections wait while it works.
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  // Errors (Exit): the port is taken, the address is not ours or not readable; they name it and say
  // what to do.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Handler handler);
  virtual ~Server() = default;
  virtual const std::string& address() const = 0;
};

}  // namespace sluice::http
