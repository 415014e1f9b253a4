// SPDX-License-Identifier: Apache-2.0
//
// Short questions over HTTP to programs of the same machine or network. An interface, so that tests answer.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::doctor {

struct Answer {
  int status = 0;
  std::string body;
};

// Thread-safe. Errors: Retry HTTP.CONNECT, HTTP.TIMEOUT, ... (http::FailureName) with a message that begins
// with the redacted address.
class Web {
 public:
  virtual ~Web() = default;
  virtual Result<Answer> Get(const std::string& url) = 0;
  // With `Authorization: Bearer TOKEN`; an empty token is none.
  virtual Result<Answer> GetAs(const std::string& url, const std::string& token) = 0;
  // `secrets`: stand in no message.
  virtual Result<Answer> PostJson(const std::string& url, const std::string& json,
                                  const std::vector<std::string>& secrets) = 0;
};

// Each question has so long, connection included.
Result<std::unique_ptr<Web>> OpenWeb(std::chrono::milliseconds connect,
                                     std::chrono::milliseconds total);

// "http://127.0.0.1:9090/" + "/api" -> "http://127.0.0.1:9090/api".
std::string At(std::string base, const std::string& path);

// Why a question was not answered, without the address: "nothing answers there"; of an answer "HTTP 404".
std::string WhyNoAnswer(const Result<Answer>& answer);
inline bool Answered(const Result<Answer>& answer) { return answer.ok() && answer->status == 200; }

}  // namespace sluice::doctor
