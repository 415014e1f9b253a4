// SPDX-License-Identifier: Apache-2.0
//
// Which addresses may be fetched, what in a request is secret, and where a redirect may lead.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "http/client.h"

namespace sluice::http {

// Why `url` cannot be fetched: not absolute, unreadable, a scheme other than http, https and (if
// allowed) file. The text does not show it.
std::optional<std::string> WhyNotFetchable(const std::string& url, bool allow_files);

// Path of a file:// address on this machine; nothing if it is not one.
std::optional<std::string> FilePathOf(const std::string& url);

// User and password in the address, decoded; empty if absent.
std::pair<std::string, std::string> UserOf(const std::string& url);

// 127.0.0.0/8, ::1 and localhost.
bool IsLoopback(const std::string& url);

// Authorization, Cookie, Proxy-Authorization, and Host, which names the first server.
bool BelongsToOrigin(const std::string& header_name);

// What must not be shown or sent elsewhere: Request::secrets, values of secret headers, user and
// password of the address, query parameters named like keys.
std::vector<std::string> SecretsOf(const Request& request);

// The address a Location leads to. Failures (kBadUrl, message without address): unreadable, neither http nor
// https, or leading to another origin with one of the secrets in it.
std::variant<std::string, Failure> ResolveRedirect(const std::string& from,
                                                   const std::string& location,
                                                   const std::string& first_origin,
                                                   const std::vector<std::string>& secrets);

}  // namespace sluice::http
