// SPDX-License-Identifier: Apache-2.0
#include "produce/http_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <variant>

#include "core/ascii.h"
#include "core/version.h"
#include "gtfs/body.h"
#include "http/retry_after.h"

namespace sluice::produce {

namespace {

// Servers that choose by it should choose Protobuf; a plain one gets no answer it does not like.
constexpr const char* kAccept = "application/x-protobuf, application/octet-stream;q=0.9, */*;q=0.8";

constexpr size_t kLookAtBytes = 4096;

bool IsUnreserved(char c) {
  return IsLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string Encode(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool HasHeader(const std::vector<http::Header>& headers, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::any_of(headers, [&](const http::Header& header) {
    return std::ranges::equal(header.name, name, {}, lower, lower);
  });
}

PollResult ResultOf(http::FailureKind kind) {
  using http::FailureKind;
  switch (kind) {
    case FailureKind::kConnect: return PollResult::kConnect;
    case FailureKind::kTimeout: return PollResult::kTimeout;
    case FailureKind::kTls: return PollResult::kTls;
    case FailureKind::kTooManyRedirects:
    case FailureKind::kBadUrl: return PollResult::kRedirects;
    case FailureKind::kTooLarge:
    case FailureKind::kRatio: return PollResult::kTooLarge;
    case FailureKind::kBadEncoding: return PollResult::kBadEncoding;
    case FailureKind::kTruncated: return PollResult::kTruncated;
    case FailureKind::kBadAnswer:
    case FailureKind::kBadRequest:
    case FailureKind::kCancelled:
    case FailureKind::kOther: break;
  }
  return PollResult::kBadAnswer;
}

// What a person sees of an answer that is no feed: the status and the begin of its text.
std::string DescribeStatus(const http::Response& response, const FeedOptions& options) {
  std::string text = fmt::format("HTTP {} from {}", response.status, response.redacted_url);
  const gtfs::Body body =
      gtfs::NameBody(WithoutKeys(response.body.substr(0, kLookAtBytes), options));
  if (!response.body.empty() && !body.sentence.empty()) text += ": " + body.sentence;
  if (response.secrets_withheld) {
    text += " (a redirect led to another host, which was not given the keys)";
  }
  return text;
}

Fetched FromResponse(http::Response response, const FeedOptions& options, int64_t now_ms) {
  Fetched fetched;
  fetched.status = response.status;
  if (response.status != 200 && response.status != 304)
    fetched.message = DescribeStatus(response, options);
  fetched.content_type = std::move(response.content_type);
  fetched.validators = {std::move(response.etag), std::move(response.last_modified)};
  fetched.retry_after = http::ParseRetryAfter(response.retry_after, now_ms);
  fetched.wire_bytes = response.wire_bytes;
  fetched.duration = response.duration;
  fetched.at_ms = now_ms;
  fetched.body = std::move(response.body);
  return fetched;
}

Fetched FromFailure(const http::Failure& failure, int64_t now_ms) {
  Fetched fetched;
  fetched.kind = Fetched::Kind::kFailure;
  fetched.failure = ResultOf(failure.kind);
  fetched.message = failure.message;
  fetched.duration = failure.duration;
  fetched.at_ms = now_ms;
  return fetched;
}

class HttpSource : public FeedSource {
 public:
  HttpSource(const FeedOptions& options, http::Client& client, const Clock& clock)
      : options_(options), client_(client), clock_(clock) {}

  // The client calls back in its own time: whoever asks no more has left the door by then.
  ~HttpSource() override {
    {
      const std::scoped_lock lock(door_->mutex);
      door_->done = nullptr;
    }
    client_.Cancel(request_);
  }

  void Fetch(const Validators& validators, Done done) override {
    {
      const std::scoped_lock lock(door_->mutex);
      door_->done = std::move(done);
    }
    request_ = client_.Fetch(RequestFor(options_, validators),
                             [door = door_, &options = options_, &clock = clock_,
                              conditional = !validators.empty()](http::Outcome outcome) {
                               const int64_t now_ms = clock.NowMs();
                               Fetched fetched =
                                   std::holds_alternative<http::Response>(outcome)
                                       ? FromResponse(std::get<http::Response>(std::move(outcome)),
                                                      options, now_ms)
                                       : FromFailure(std::get<http::Failure>(outcome), now_ms);
                               fetched.asked_with_validators = conditional;
                               const std::scoped_lock lock(door->mutex);
                               if (door->done)
                                 std::exchange(door->done, nullptr)(std::move(fetched));
                             });
  }

 private:
  struct Door {
    std::mutex mutex;
    Done done;  // GUARDED_BY(mutex)
  };

  const FeedOptions& options_;
  http::Client& client_;
  const Clock& clock_;
  http::Client::RequestId request_ = 0;
  const std::shared_ptr<Door> door_ = std::make_shared<Door>();
};

}  // namespace

std::string UrlWithQuery(const std::string& url, const std::vector<NamedValue>& query) {
  const size_t hash = url.find('#');
  std::string out = url.substr(0, hash);
  char separator = out.find('?') == std::string::npos ? '?' : '&';
  if (out.ends_with('?') || out.ends_with('&')) separator = '\0';
  for (const NamedValue& parameter : query) {
    if (separator != '\0') out += separator;
    out += Encode(parameter.name) + "=" + Encode(parameter.value);
    separator = '&';
  }
  return out;
}

http::Request RequestFor(const FeedOptions& options, const Validators& validators) {
  http::Request request;
  request.url = UrlWithQuery(options.url, options.query);
  request.secrets = options.secrets;
  for (const NamedValue& parameter : options.query) {
    if (parameter.secret) request.secrets.push_back(parameter.value);
  }
  for (const NamedValue& header : options.headers) {
    (header.secret ? request.secret_headers : request.headers)
        .push_back({header.name, header.value});
  }
  if (!HasHeader(request.headers, "accept")) request.headers.push_back({"Accept", kAccept});
  if (!HasHeader(request.headers, "user-agent")) {
    request.headers.push_back({"User-Agent", fmt::format("sluice/{}", kVersion)});
  }
  if (!validators.etag.empty()) request.headers.push_back({"If-None-Match", validators.etag});
  if (!validators.last_modified.empty())
    request.headers.push_back({"If-Modified-Since", validators.last_modified});
  request.connect_timeout = options.connect_timeout;
  request.total_timeout = options.timeout;
  request.max_wire_bytes = options.max_wire_bytes;
  request.max_body_bytes = options.max_body_bytes;
  request.max_ratio = options.max_ratio;
  request.allow_files = options.url.starts_with("file:");
  return request;
}

std::string WithoutKeys(std::string text, const FeedOptions& options) {
  std::vector<std::string> keys = options.secrets;
  for (const auto* list : {&options.headers, &options.query}) {
    for (const NamedValue& named : *list) {
      if (!named.secret) continue;
      keys.push_back(named.value);
      // "Bearer KEY", "Basic KEY": the key is the last word.
      keys.push_back(named.value.substr(named.value.find_last_of(' ') + 1));
    }
  }
  return http::WithoutSecrets(std::move(text), keys);
}

std::unique_ptr<FeedSource> MakeHttpSource(const FeedOptions& options, http::Client& client,
                                           const Clock& clock) {
  return std::make_unique<HttpSource>(options, client, clock);
}

}  // namespace sluice::produce
