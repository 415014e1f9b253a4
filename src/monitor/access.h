// SPDX-License-Identifier: Apache-2.0
//
// Who may see the pages: everybody, or those who show the token, as `Authorization: Bearer TOKEN` or, as a
// browser does, as the password of HTTP Basic under any name.
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

// Where the token comes from: at most one of the two; neither lets everybody in.
struct AccessOptions {
  std::string token = {};
  std::string token_file = {};
};

// Immutable; any thread.
class Access {
 public:
  Access() = default;
  explicit Access(std::string token) : token_(std::move(token)) {}

  bool needs_token() const { return !token_.empty(); }
  // Takes as long for a wrong token as for a right one.
  bool Admits(const http::ServerRequest& request) const;
  // What is said to those who are not admitted: 401, and how to ask.
  static http::ServerResponse Refusal();

 private:
  bool IsToken(std::string_view shown) const;

  std::string token_;
};

// Reads the file, whose last line break does not count. Errors (Exit MONITOR_TOKEN) name the file.
Result<Access> OpenAccess(const AccessOptions& options);

}  // namespace sluice::monitor
