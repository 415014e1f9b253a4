// SPDX-License-Identifier: Apache-2.0
#include "http/transfer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/version.h"
#include "http/file_reader.h"
#include "http/header_text.h"
#include "http/redirect.h"

namespace sluice::http {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr int64_t kMostHeaderBytes = 256 << 10;
// Of a body that is not a feed: an error page, or what comes with a redirect.
constexpr BodyLimits kPageLimits = {.wire = 1 << 20, .body = 64 << 10, .ratio = 1e9};
constexpr long kKeepIdleSeconds = 120;
constexpr milliseconds kLongestTimeout = std::chrono::hours(24);

Transfer::Time DeadlineOf(const Request& request) {
  return std::chrono::steady_clock::now() +
         std::clamp(request.total_timeout, milliseconds(1), kLongestTimeout);
}

template <typename T>
T Ask(CURL* easy, CURLINFO info) {
  T value{};
  curl_easy_getinfo(easy, info, &value);
  return value;
}

FailureKind KindOf(CURLcode code, bool has_answer) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_GOT_NOTHING:
    case CURLE_INTERFACE_FAILED: return FailureKind::kConnect;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return has_answer ? FailureKind::kTruncated : FailureKind::kConnect;
    case CURLE_PARTIAL_FILE: return FailureKind::kTruncated;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return has_answer ? FailureKind::kTruncated : FailureKind::kBadAnswer;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return FailureKind::kTls;
    case CURLE_OPERATION_TIMEDOUT: return FailureKind::kTimeout;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: return FailureKind::kBadAnswer;
    case CURLE_URL_MALFORMAT: return FailureKind::kBadUrl;
    default: return FailureKind::kOther;
  }
}

}  // namespace

std::string_view FailureName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kConnect: return "connect";
    case FailureKind::kTimeout: return "timeout";
    case FailureKind::kTls: return "tls";
    case FailureKind::kTooManyRedirects: return "too_many_redirects";
    case FailureKind::kTooLarge: return "too_large";
    case FailureKind::kRatio: return "ratio";
    case FailureKind::kBadEncoding: return "bad_encoding";
    case FailureKind::kTruncated: return "truncated";
    case FailureKind::kBadUrl: return "bad_url";
    case FailureKind::kBadAnswer: return "bad_answer";
    case FailureKind::kBadRequest: return "bad_request";
    case FailureKind::kCancelled: return "cancelled";
    case FailureKind::kOther: break;
  }
  return "other";
}

Transfer::Transfer(Client::RequestId id, Request request, Client::Done done,
                   const ClientOptions& options)
    : id_(id),
      request_(std::move(request)),
      done_(std::move(done)),
      options_(options),
      begin_(std::chrono::steady_clock::now()),
      deadline_(DeadlineOf(request_)),
      secrets_(SecretsOf(request_)),
      first_origin_(OriginOf(request_.url)),
      easy_(nullptr, &curl_easy_cleanup),
      headers_(nullptr, &curl_slist_free_all),
      url_(request_.url) {}

Transfer::~Transfer() = default;

std::optional<Outcome> Transfer::Prepare() {
  if (const auto why = WhyNotFetchable(url_, request_.allow_files))
    return Fail(FailureKind::kBadUrl, "this address cannot be fetched: " + *why);
  if (const auto path = FilePathOf(url_)) {
    Outcome outcome = ReadFile(*path, std::min(request_.max_body_bytes, request_.max_wire_bytes));
    if (auto* failure = std::get_if<Failure>(&outcome))
      return Fail(failure->kind, failure->message);
    auto& response = std::get<Response>(outcome);
    response.redacted_url = WithoutSecrets(RedactedUrl(url_), secrets_);
    response.duration = Elapsed();
    return outcome;
  }
  easy_.reset(curl_easy_init());
  if (!easy_) return Fail(FailureKind::kOther, "no memory for a transfer");
  if (auto failure = PrepareHop()) return *failure;
  return std::nullopt;
}

std::optional<Failure> Transfer::PrepareHop() {
  status_ = 0;
  body_begun_ = enough_ = false;
  head_ = {};
  body_.reset();
  failure_.reset();
  error_[0] = '\0';
  curl_easy_reset(easy_.get());
  SetOptions();
  SetOrigin();
  return SetHeaders();
}

void Transfer::SetOptions() {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, (std::string("sluice/") + kVersion).c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name that the resolver is still at when its time is up: leave the resolver's thread to end by itself
  // instead of waiting for it, and with it for all transfers.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  const auto connect =
      std::clamp(request_.connect_timeout, milliseconds(1), milliseconds(kLongestTimeout));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kKeepIdleSeconds);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (request_.post) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.post->size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.post->c_str());  // lives as long as this
  }
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

void Transfer::SetOrigin() {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  if (IsLoopback(url_)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  const auto [user, password] = UserOf(request_.url);
  if (!withheld_ && !(user.empty() && password.empty())) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, password.c_str());
  }
}

std::optional<Failure> Transfer::SetHeaders() {
  headers_.reset();
  bool named_encoding = false;
  for (const Header& header : request_.headers) {
    if (withheld_ && BelongsToOrigin(header.name)) continue;
    if (auto failure = AddHeader(header, named_encoding)) return failure;
  }
  for (const Header& header : request_.secret_headers) {
    if (withheld_) continue;
    if (auto failure = AddHeader(header, named_encoding)) return failure;
  }
  // Unpacked by BodyReader, not by libcurl, which takes a gzip body without its end for a whole one.
  if (!named_encoding) AddHeader({"Accept-Encoding", "gzip, br"}, named_encoding);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  return std::nullopt;
}

std::optional<Failure> Transfer::AddHeader(const Header& header, bool& named_encoding) {
  if (!IsHeaderName(header.name))
    return Fail(FailureKind::kBadRequest, "a header's name is empty or has characters it may not");
  if (!IsHeaderValue(header.value))
    return Fail(FailureKind::kBadRequest,
                fmt::format("the value of header {} holds a line break or a control character",
                            header.name));
  if (EqualIgnoringCase(header.name, "Accept-Encoding")) named_encoding = true;
  // "Name;" is how libcurl is told of an empty value; "Name:" would remove a header.
  const std::string_view value = Trimmed(header.value);
  const std::string line =
      value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, value);
  curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
  if (!longer) return Fail(FailureKind::kOther, "no memory for a header");
  if (!headers_) headers_.reset(longer);  // else it is what it was: the head of the list
  return std::nullopt;
}

size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  const bool taken = static_cast<Transfer*>(self)->TakeHeader({data, size * count});
  return taken ? size * count : CURL_WRITEFUNC_ERROR;
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) {
  const bool taken = static_cast<Transfer*>(self)->TakeBody({data, size * count});
  return taken ? size * count : CURL_WRITEFUNC_ERROR;
}

bool Transfer::TakeHeader(std::string_view line) {
  header_bytes_ += static_cast<int64_t>(line.size());
  if (header_bytes_ > kMostHeaderBytes) {
    failure_ = Fail(FailureKind::kTooLarge,
                    fmt::format("its headers are longer than {} bytes", kMostHeaderBytes));
    return false;
  }
  head_.AddLine(line);
  return true;
}

// With the first byte of the body; false if the body is not wanted.
bool Transfer::BeginBody() {
  body_begun_ = true;
  status_ = Ask<long>(easy_.get(), CURLINFO_RESPONSE_CODE);
  if (!IsSuccess()) {
    body_.emplace(kPageLimits);
    return !body_->Begin(head_.content_encoding, -1);
  }
  body_.emplace(BodyLimits{request_.max_wire_bytes, request_.max_body_bytes, request_.max_ratio});
  if (const auto problem = body_->Begin(head_.content_encoding, head_.content_length))
    failure_ = Fail(problem->kind, problem->message);
  return !failure_;
}

bool Transfer::TakeBody(std::string_view piece) {
  if (!body_begun_ && !BeginBody()) {
    enough_ = true;
    return false;
  }
  const auto problem = body_->Add(piece);
  if (!problem) return true;
  // An error page is not worth a failure: its status says more.
  if (IsSuccess()) failure_ = Fail(problem->kind, problem->message);
  enough_ = true;
  return false;
}

std::optional<Outcome> Transfer::Finish(CURLcode code) {
  status_ = Ask<long>(easy_.get(), CURLINFO_RESPONSE_CODE);
  if (failure_) return *failure_;
  const bool stopped_by_us = enough_ && code == CURLE_WRITE_ERROR;
  const bool has_head = head_.complete && status_ >= 200;
  if (has_head && IsRedirect()) return Follow();
  if (code != CURLE_OK && !stopped_by_us && !(has_head && !IsSuccess())) return FailureOf(code);
  if (body_ && IsSuccess()) {
    if (const auto problem = body_->End()) return Fail(problem->kind, problem->message);
  }
  return Answer();
}

bool Transfer::IsRedirect() const {
  const bool moved =
      status_ == 301 || status_ == 302 || status_ == 303 || status_ == 307 || status_ == 308;
  return moved && !head_.location.empty();
}

std::optional<Outcome> Transfer::Follow() {
  if (request_.post)
    return Fail(FailureKind::kTooManyRedirects, "a POST is not sent again after a redirect");
  if (redirects_ >= request_.max_redirects)
    return Fail(FailureKind::kTooManyRedirects,
                fmt::format("more than {} redirects", request_.max_redirects));
  auto next = ResolveRedirect(url_, head_.location, withheld_ ? "" : first_origin_, secrets_);
  if (const auto* failure = std::get_if<Failure>(&next))
    return Fail(failure->kind, failure->message);
  ++redirects_;
  // Once elsewhere, secrets stay at home even if the next redirect leads back.
  withheld_ = withheld_ || OriginOf(std::get<std::string>(next)) != first_origin_;
  url_ = std::get<std::string>(std::move(next));
  if (auto failure = PrepareHop()) return *failure;
  return std::nullopt;
}

Outcome Transfer::Answer() {
  Response response;
  response.status = static_cast<int>(status_);
  response.content_type = std::move(head_.content_type);
  response.etag = std::move(head_.etag);
  response.last_modified = std::move(head_.last_modified);
  response.retry_after = std::move(head_.retry_after);
  response.content_encoding = std::move(head_.content_encoding);
  response.date = std::move(head_.date);
  if (body_) {
    response.body = std::move(body_->body());
    response.wire_bytes = body_->wire_bytes();
  }
  response.duration = Elapsed();
  response.redirects = redirects_;
  response.redacted_url = WithoutSecrets(RedactedUrl(url_), secrets_);
  response.secrets_withheld = withheld_ && (!secrets_.empty() || !request_.secret_headers.empty());
  return response;
}

Failure Transfer::FailureOf(CURLcode code) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return Fail(FailureKind::kTimeout, StallText());
  if (code == CURLE_PARTIAL_FILE || (code == CURLE_RECV_ERROR && body_begun_)) {
    const int64_t came = body_ ? body_->wire_bytes() : 0;
    if (head_.content_length >= 0)
      return Fail(FailureKind::kTruncated,
                  fmt::format("the body ends after {} of {} bytes", came, head_.content_length));
    return Fail(FailureKind::kTruncated,
                fmt::format("the body ends before its end, after {} bytes ({})", came,
                            error_[0] ? error_ : curl_easy_strerror(code)));
  }
  // What its buffer for a header line that is too long is called.
  if (code == CURLE_OUT_OF_MEMORY && !head_.complete)
    return Fail(FailureKind::kTooLarge, "a header is longer than 100 KiB");
  return Fail(KindOf(code, head_.complete), error_[0] ? error_ : curl_easy_strerror(code));
}

std::string Transfer::StallText() const {
  const bool connected = easy_ && Ask<curl_off_t>(easy_.get(), CURLINFO_PRETRANSFER_TIME_T) > 0;
  if (!connected) return fmt::format("no connection within {} ms", Elapsed().count());
  if (!head_.complete)
    return fmt::format("connected, but no answer within {} ms", Elapsed().count());
  return fmt::format("no complete answer within {} ms, {} bytes came", Elapsed().count(),
                     body_ ? body_->wire_bytes() : 0);
}

Outcome Transfer::Cancelled() const { return Fail(FailureKind::kCancelled, "cancelled"); }

Outcome Transfer::TimedOut() {
  if (easy_) status_ = Ask<long>(easy_.get(), CURLINFO_RESPONSE_CODE);
  // The page that goes with an error is not worth a failure: the status says more.
  if (head_.complete && status_ >= 200 && !IsSuccess() && !IsRedirect()) return Answer();
  return Fail(FailureKind::kTimeout, StallText());
}

Failure Transfer::Fail(FailureKind kind, const std::string& what) const {
  std::string where = RedactedUrl(request_.url);
  if (redirects_ > 0) where += ", redirected to " + RedactedUrl(url_);
  return {kind, WithoutSecrets(where + ": " + what, secrets_), Elapsed()};
}

milliseconds Transfer::Elapsed() const {
  return duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin_);
}

}  // namespace sluice::http
