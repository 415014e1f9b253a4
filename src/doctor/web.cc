// SPDX-License-Identifier: Apache-2.0
#include "doctor/web.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>
#include <variant>

#include "doctor/wording.h"
#include "http/client.h"

namespace sluice::doctor {

namespace {

constexpr int64_t kMostBytes = 16 << 20;

class HttpWeb : public Web {
 public:
  HttpWeb(std::unique_ptr<http::Client> client, std::chrono::milliseconds connect,
          std::chrono::milliseconds total)
      : client_(std::move(client)), connect_(connect), total_(total) {}

  Result<Answer> Get(const std::string& url) override { return GetAs(url, ""); }

  Result<Answer> GetAs(const std::string& url, const std::string& token) override {
    http::Request request;
    request.url = url;
    if (!token.empty()) request.secret_headers = {{"Authorization", "Bearer " + token}};
    return Ask(std::move(request));
  }

  Result<Answer> PostJson(const std::string& url, const std::string& json,
                          const std::vector<std::string>& secrets) override {
    http::Request request;
    request.url = url;
    request.post = json;
    request.headers = {{"Content-Type", "application/json"}};
    request.secrets = secrets;
    return Ask(std::move(request));
  }

 private:
  Result<Answer> Ask(http::Request request) {
    request.connect_timeout = connect_;
    request.total_timeout = total_;
    request.max_body_bytes = request.max_wire_bytes = kMostBytes;
    std::promise<http::Outcome> promise;
    auto outcome = promise.get_future();
    client_->Fetch(std::move(request),
                   [&promise](http::Outcome result) { promise.set_value(std::move(result)); });
    http::Outcome result = outcome.get();
    if (auto* response = std::get_if<http::Response>(&result))
      return Answer{response->status, std::move(response->body)};
    const auto& failure = std::get<http::Failure>(result);
    std::string code = "HTTP." + std::string(http::FailureName(failure.kind));
    std::ranges::transform(code, code.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    return Status::Retry(code, failure.message);
  }

  const std::unique_ptr<http::Client> client_;
  const std::chrono::milliseconds connect_;
  const std::chrono::milliseconds total_;
};

}  // namespace

Result<std::unique_ptr<Web>> OpenWeb(std::chrono::milliseconds connect,
                                     std::chrono::milliseconds total) {
  SLUICE_ASSIGN_OR_RETURN(auto client, http::Client::Start());
  return std::unique_ptr<Web>(std::make_unique<HttpWeb>(std::move(client), connect, total));
}

std::string At(std::string base, const std::string& path) {
  while (base.ends_with('/')) base.pop_back();
  return base + path;
}

std::string WhyNoAnswer(const Result<Answer>& answer) {
  if (answer.ok()) return fmt::format("HTTP {}", answer->status);
  const std::string& message = answer.status().message();
  const bool resolved = message.find("resolve") == std::string::npos;
  if (answer.status().code() == "HTTP.CONNECT" && resolved) return "nothing answers there";
  const size_t end = message.find(": ");
  return OneLine(end == std::string::npos ? message : message.substr(end + 2), 160);
}

}  // namespace sluice::doctor
