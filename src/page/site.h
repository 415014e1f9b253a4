// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a live page: / the page, /page/... its files, /api/v1/status all it shows as JSON, /events
// the same live. Nothing here changes anything.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "http/server.h"
#include "page/live_page.h"

namespace sluice::page {

// The server's thread only.
class Site {
 public:
  // `index`: the file that / is, "index.html". `page` must outlive the server.
  Site(std::string index, LivePage& page) : index_(std::move(index)), page_(page) {}
  // Null for an address that is not the page's.
  std::optional<http::ServerResponse> Answer(const http::ServerRequest& request);

 private:
  std::optional<http::ServerResponse> Route(const http::ServerRequest& request);
  http::ServerResponse Index(const http::ServerRequest& request) const;

  const std::string index_;
  LivePage& page_;
};

}  // namespace sluice::page
