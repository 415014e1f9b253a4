// SPDX-License-Identifier: Apache-2.0
//
// Who may see the pages: those who show the token, as `Authorization: Bearer TOKEN` or, as a browser does,
// as the password of HTTP Basic under any name. Without a token: whoever is on this machine and asks by a
// name of it (no other site's script can, whatever that site's name resolves to), or everybody.
//
//   SLUICE_ASSIGN_OR_RETURN(const Access access, OpenAccess({.token_file = "/run/secrets/monitor"}));
//   access.Admits(request)
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "http/server.h"

namespace sluice::monitor {

// Where the token comes from: at most one of the two.
struct AccessOptions {
  std::string token = {};
  std::string token_file = {};
  bool only_here = false;  // without a token
};

// Immutable; any thread.
class Access {
 public:
  Access() = default;
  explicit Access(std::string token, bool only_here = false)
      : token_(std::move(token)), only_here_(only_here) {}

  bool needs_token() const { return !token_.empty(); }
  // Takes as long for a wrong token as for a right one.
  bool Admits(const http::ServerRequest& request) const;
  // What is said to those who are not admitted: 401 or 403, and how to ask.
  http::ServerResponse Refusal() const;

 private:
  bool IsToken(std::string_view shown) const;

  std::string token_;
  bool only_here_ = false;
};

// Reads the file, whose last line break does not count. Errors (Exit MONITOR_TOKEN) name the file.
Result<Access> OpenAccess(const AccessOptions& options);

}  // namespace sluice::monitor
