// SPDX-License-Identifier: Apache-2.0
//
// One Fetch from its start to its outcome, over as many requests as it is redirected. It owns the easy
// handle; the client's loop gives that to libcurl and takes it back.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/answer_head.h"
#include "http/body_reader.h"
#include "http/client.h"

namespace sluice::http {

// On the client's thread only.
class Transfer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Transfer(Client::RequestId id, Request request, Client::Done done, const ClientOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes the first request ready. An outcome if there is one at once (a file, a bad address).
  std::optional<Outcome> Prepare();
  // After libcurl is done with handle(): the outcome, or nothing when a redirect made the next request
  // ready.
  std::optional<Outcome> Finish(CURLcode code);
  Outcome Cancelled() const;
  Outcome TimedOut();  // at its deadline

  Client::RequestId id() const { return id_; }
  CURL* handle() const { return easy_.get(); }
  Time deadline() const { return deadline_; }
  Client::Done& done() { return done_; }

 private:
  using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
  using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);

  std::optional<Failure> PrepareHop();
  void SetOptions();
  void SetOrigin();
  std::optional<Failure> SetHeaders();
  std::optional<Failure> AddHeader(const Header& header, bool& named_encoding);
  bool TakeHeader(std::string_view line);
  bool TakeBody(std::string_view piece);
  bool BeginBody();

  bool IsRedirect() const;
  bool IsSuccess() const { return status_ >= 200 && status_ <= 299; }
  std::optional<Outcome> Follow();
  Outcome Answer();
  Failure FailureOf(CURLcode code) const;
  std::string StallText() const;
  Failure Fail(FailureKind kind, const std::string& what) const;
  std::chrono::milliseconds Elapsed() const;

  const Client::RequestId id_;
  const Request request_;
  Client::Done done_;
  const ClientOptions& options_;
  const Time begin_;
  const Time deadline_;
  const std::vector<std::string> secrets_;
  const std::string first_origin_;

  Easy easy_;
  HeaderList headers_;
  char error_[CURL_ERROR_SIZE] = "";

  // Of the request under way.
  std::string url_;
  long status_ = 0;
  int64_t header_bytes_ = 0;
  bool body_begun_ = false;
  bool enough_ = false;  // the rest of the body is not wanted: stopped by us
  AnswerHead head_;
  std::optional<BodyReader> body_;
  std::optional<Failure> failure_;

  int redirects_ = 0;
  bool withheld_ = false;
};

}  // namespace sluice::http
