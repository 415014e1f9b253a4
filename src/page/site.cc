// SPDX-License-Identifier: Apache-2.0
#include "page/site.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "http/gzip.h"
#include "page/assets.h"

namespace sluice::page {

namespace {

using http::ServerRequest;
using http::ServerResponse;

constexpr std::string_view kFiles = "/page/";
constexpr size_t kWorthPacking = 1024;
constexpr int kQuick = 3;

// No script and no style but our own files, no other host, no frame around it.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void AddHeaders(ServerResponse& response) {
  response.headers.push_back({"Content-Security-Policy", kPolicy});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
}

bool TakesGzip(const ServerRequest& request) {
  const std::string* accepted = request.FindHeader("accept-encoding");
  return accepted && http::AcceptsGzip(*accepted);
}

ServerResponse File(const ServerRequest& request, const Asset& asset) {
  ServerResponse response;
  response.content_type = asset.content_type;
  response.headers = {
      {"Cache-Control", "no-cache"}, {"ETag", asset.etag}, {"Vary", "Accept-Encoding"}};
  const std::string* known = request.FindHeader("if-none-match");
  if (known && known->find(asset.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  const bool packed = TakesGzip(request);
  if (packed) response.headers.push_back({"Content-Encoding", "gzip"});
  response.shared_body = packed ? asset.gzip : asset.plain;
  return response;
}

void Pack(const ServerRequest& request, ServerResponse& response) {
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (response.body.size() < kWorthPacking || !TakesGzip(request)) return;
  response.body = http::Gzip(response.body, kQuick);
  response.headers.push_back({"Content-Encoding", "gzip"});
}

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

void Replace(std::string& text, std::string_view mark, const std::string& by) {
  for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += by.size())
    text.replace(at, mark.size(), by);
}

// What the page says without JavaScript.
std::string SummaryHtml(const LivePage::Front& front) {
  std::string html = fmt::format("<p><strong>{}</strong> {}</p>\n<dl>\n",
                                 Escape(front.headline.sentence), Escape(front.headline.detail));
  for (const SummaryLine& line : front.lines)
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", Escape(line.label), Escape(line.value));
  return html + "</dl>\n";
}

ServerResponse Refusal(int status, std::string text) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

}  // namespace

ServerResponse Site::Index(const ServerRequest& request) const {
  ServerResponse response;
  const Asset* asset = FindAsset(index_);
  if (!asset) return Refusal(500, "the page is missing in this program\n");
  const LivePage::Front front = page_.front();
  response.content_type = asset->content_type;
  response.headers = {{"Cache-Control", "no-cache"}};
  response.body = *asset->plain;
  Replace(response.body, "{{title}}", Escape(front.title));
  Replace(response.body, "{{summary}}", SummaryHtml(front));
  Pack(request, response);
  return response;
}

std::optional<ServerResponse> Site::Route(const ServerRequest& request) {
  if (request.path == "/") return Index(request);
  if (request.path == "/events") return page_.streams().Answer(request);
  if (request.path == "/api/v1/status") {
    ServerResponse response{.content_type = "application/json", .body = page_.StatusJson()};
    Pack(request, response);
    return response;
  }
  if (request.path.rfind(kFiles, 0) == 0) {
    const Asset* asset = FindAsset(std::string_view(request.path).substr(kFiles.size()));
    return asset && asset->name != "index.html" && asset->name != "producer.html"
               ? File(request, *asset)
               : Refusal(404, "there is no such file\n");
  }
  return {};
}

std::optional<ServerResponse> Site::Answer(const ServerRequest& request) {
  const bool ours = request.path == "/" || request.path == "/events" ||
                    request.path.rfind("/api/", 0) == 0 || request.path.rfind(kFiles, 0) == 0;
  if (!ours) return {};
  std::optional<ServerResponse> response = Route(request);
  if (!response) response = Refusal(404, "there is no such address\n");
  AddHeaders(*response);
  return response;
}

}  // namespace sluice::page
