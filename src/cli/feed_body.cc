// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_body.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <future>
#include <memory>
#include <utility>
#include <variant>

#include "cli/run_command.h"
#include "config/variables.h"
#include "http/client.h"
#include "http/url.h"

namespace sluice::cli {

namespace {

constexpr size_t kMaxBodyBytes = 64 << 20;

Result<std::string> ReadStream(std::FILE* file, const std::string& name) {
  std::string bytes;
  char buffer[65536];
  for (size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    bytes.append(buffer, count);
    if (bytes.size() > kMaxBodyBytes) {
      return Status::Exit("INPUT", fmt::format("{} has more than {} bytes", name, kMaxBodyBytes));
    }
  }
  if (std::ferror(file) != 0) {
    return Status::Exit("INPUT", fmt::format("cannot read {}: {}", name, std::strerror(errno)));
  }
  return bytes;
}

Result<std::string> ReadFile(const std::string& path) {
  if (path == "-") return ReadStream(stdin, "standard input");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) {
    return Status::Exit("INPUT", fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  return ReadStream(file.get(), path);
}

// With ${NAME} put in; what secret variables brought goes to `secrets`.
Result<std::string> Expand(const config::Variables& variables, const std::string& text,
                           std::vector<std::string>* secrets) {
  config::Expansion expansion = variables.Expand(text);
  if (!expansion.errors.empty()) {
    return Status::Exit("USAGE", fmt::format("{}", fmt::join(expansion.errors, "; ")));
  }
  secrets->insert(secrets->end(), expansion.secrets.begin(), expansion.secrets.end());
  return std::move(expansion.text);
}

Status AddHeaders(const config::Variables& variables, const std::vector<std::string>& headers,
                  http::Request* request, std::vector<std::string>* secrets) {
  for (const std::string& header : headers) {
    const size_t colon = header.find(':');
    if (colon == 0 || colon == std::string::npos) {
      return Status::Exit("USAGE", "--header: expected 'Name: value'");
    }
    const size_t begin = header.find_first_not_of(' ', colon + 1);
    SLUICE_ASSIGN_OR_RETURN(
        std::string value,
        Expand(variables, begin == std::string::npos ? "" : header.substr(begin), secrets));
    secrets->push_back(value);
    request->secret_headers.push_back({header.substr(0, colon), std::move(value)});
  }
  return Status::Ok();
}

std::string AnswerText(const http::Response& response) {
  std::string text =
      fmt::format("HTTP {} in {:.2f} s, {} bytes", response.status,
                  static_cast<double>(response.duration.count()) / 1000, response.wire_bytes);
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format(", {}{}", name, value);
  };
  add("", response.content_encoding);
  add("", response.content_type);
  add("ETag ", response.etag);
  add("Last-Modified ", response.last_modified);
  if (response.redirects > 0) text += fmt::format(", {} redirects", response.redirects);
  return text;
}

Result<http::Response> Fetch(http::Request request) {
  SLUICE_ASSIGN_OR_RETURN(auto client, http::Client::Start());
  std::promise<http::Outcome> promise;
  auto outcome = promise.get_future();
  client->Fetch(std::move(request),
                [&promise](http::Outcome result) { promise.set_value(std::move(result)); });
  http::Outcome result = outcome.get();
  if (const auto* failure = std::get_if<http::Failure>(&result)) {
    return Status::Exit("FETCH", failure->message);
  }
  return std::get<http::Response>(std::move(result));
}

}  // namespace

Result<FeedBody> ReadFeedBody(const std::string& source, const std::vector<std::string>& headers) {
  const config::Variables variables(ProcessEnvironment(),
                                    {.any = "in the environment", .secret = "in the environment"});
  FeedBody body;
  body.name = source;
  if (source.find("://") == std::string::npos) {
    SLUICE_ASSIGN_OR_RETURN(body.bytes, ReadFile(source));
    return body;
  }
  http::Request request;
  SLUICE_ASSIGN_OR_RETURN(request.url, Expand(variables, source, &body.secrets));
  SLUICE_RETURN_IF_ERROR(AddHeaders(variables, headers, &request, &body.secrets));
  request.secrets = body.secrets;
  request.max_body_bytes = kMaxBodyBytes;
  request.allow_files = true;
  body.name = http::WithoutSecrets(http::RedactedUrl(request.url), body.secrets);
  body.is_live = !source.starts_with("file:");
  SLUICE_ASSIGN_OR_RETURN(http::Response response, Fetch(std::move(request)));
  if (body.is_live) body.answer = http::WithoutSecrets(AnswerText(response), body.secrets);
  body.status = response.status;
  body.bytes = std::move(response.body);
  return body;
}

}  // namespace sluice::cli
