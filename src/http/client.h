// SPDX-License-Identifier: Apache-2.0
//
// Fetches http, https and file addresses: any number at a time, on one thread of its own, each within
// its limits of time and size.
//
//   SLUICE_ASSIGN_OR_RETURN(auto client, http::Client::Start());
//   http::Request request;
//   request.url = "https://feeds.example/vehicle_positions.pb";
//   request.secret_headers = {{"x-api-key", key}};
//   client->Fetch(std::move(request), [](http::Outcome outcome) { ... });
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"
#include "http/header.h"
#include "http/url.h"

namespace sluice::http {

struct Request {
  std::string url;  // absolute; may hold user:password@ and keys in its query
  std::vector<Header> headers;
  // Sent to the origin of `url` only, never after a redirect elsewhere. Authorization, Cookie and
  // Proxy-Authorization are treated so wherever they stand.
  std::vector<Header> secret_headers;
  // Sent as the body of a POST, once and not after a redirect; its type is a header. Unset: a GET.
  std::optional<std::string> post;
  // Texts that stand in `url` and may be shown and sent to nobody else, a key in the path or query.
  // Values of query parameters named like keys, of secret headers, and the password count without being
  // named.
  std::vector<std::string> secrets;

  std::chrono::milliseconds connect_timeout{5000};  // name, TCP and TLS
  std::chrono::milliseconds total_timeout{30000};   // all of it, redirects too
  int64_t max_wire_bytes = 64 << 20;                // as received
  int64_t max_body_bytes = 64 << 20;                // decoded
  double max_ratio = 100;    // decoded by received, looked at past 1 MiB decoded
  int max_redirects = 3;     // to http and https only
  bool allow_files = false;  // file:// (regular files)
};

// Headers are as sent, without space around; empty if absent, over 4 KiB or with control characters.
struct Response {
  int status = 0;    // 200 for a file
  std::string body;  // decoded. Of an answer that is not 2xx at most the first 64 KiB
  std::string content_type;
  std::string etag;
  std::string last_modified;
  std::string retry_after;  // ParseRetryAfter() of http/retry_after.h reads it
  std::string content_encoding;
  std::string date;
  int64_t wire_bytes = 0;                // of the body, as received
  std::chrono::milliseconds duration{};  // from Fetch to here
  int redirects = 0;
  std::string redacted_url;       // where the answer came from, RedactedUrl()
  bool secrets_withheld = false;  // a redirect led to another origin, which got none of them
};

enum class FailureKind {
  kConnect,           // name, connection, or closed before an answer
  kTimeout,           // connect_timeout or total_timeout
  kTls,               // certificate or handshake
  kTooManyRedirects,  // max_redirects
  kTooLarge,          // max_wire_bytes, max_body_bytes, or headers over 256 KiB
  kRatio,             // max_ratio
  kBadEncoding,       // the body is not what Content-Encoding says
  kTruncated,         // ended before its length, in a chunk, or inside its compression
  kBadUrl,      // unreadable, a scheme that is not allowed, a redirect that may not be followed
  kBadAnswer,   // not HTTP
  kBadRequest,  // a header that cannot be sent
  kCancelled,   // Cancel() or the client's end
  kOther        // a file that cannot be read, and what nobody thought of
};

// "connect", "timeout", ...: a fixed set of words, for labels and logs.
std::string_view FailureName(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::kOther;
  std::string message;                   // begins with RedactedUrl(); no secret in it
  std::chrono::milliseconds duration{};  // from Fetch to here
};

using Outcome = std::variant<Response, Failure>;

struct ClientOptions {
  // To one host at a time; more wait (their time runs). Generous: feeds that hang must not keep
  // back others of the same host.
  int max_host_connections = 100;
  int max_connections = 0;  // in all; 0: no limit
  int max_idle_connections = 256;
  std::string ca_file;  // certificates to trust instead of the system's
};

// Thread-safe. `done` is called exactly once a Fetch, on the client's thread, with no lock held; it may
// call Fetch and Cancel, must be short (all transfers wait for it) and must not destroy the client.
// Destroying the client cancels what is under way, and returns when every `done` has returned.
class Client {
 public:
  using Done = std::function<void(Outcome)>;
  using RequestId = uint64_t;

  // TLS is always verified, signals are never used, environment proxies (https_proxy, ...) are, but not for
  // loopback. Error: no thread or no memory.
  static Result<std::unique_ptr<Client>> Start(ClientOptions options = {});
  virtual ~Client() = default;

  virtual RequestId Fetch(Request request, Done done) = 0;
  // `done` gets kCancelled soon, unless its outcome was there before. Unknown ids are nothing.
  virtual void Cancel(RequestId id) = 0;
};

}  // namespace sluice::http
