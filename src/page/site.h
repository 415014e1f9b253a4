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

struct SiteOptions {
  std::string index = "index.html";  // what / is
  // Served to this machine alone, and to whoever is on it: then only to those who ask for it by a name of
  // this machine. No other site's script can, whatever that site's name resolves to.
  bool only_here = true;
};

// The server's thread only.
class Site {
 public:
  // `page` must outlive the server.
  Site(SiteOptions options, LivePage& page) : options_(std::move(options)), page_(page) {}
  // Null for an address that is not the page's.
  std::optional<http::ServerResponse> Answer(const http::ServerRequest& request);

 private:
  std::optional<http::ServerResponse> Route(const http::ServerRequest& request);
  http::ServerResponse Index(const http::ServerRequest& request) const;

  const SiteOptions options_;
  LivePage& page_;
};

}  // namespace sluice::page
