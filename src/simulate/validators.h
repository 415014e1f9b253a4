// SPDX-License-Identifier: Apache-2.0
//
// ETag and Last-Modified of an answer, and when a request that names them gets 304.
//
// Source: RFC 9110, sections 5.6.7, 8.8 and 13.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::simulate {

// A weak tag of the content, the same for each encoding of it.
std::string ETagOf(std::string_view content);

// "Thu, 01 Jan 2026 08:00:00 GMT", and back; -1 for what is no such text.
std::string HttpDate(int64_t unix_seconds);
int64_t ParseHttpDate(std::string_view text);

// `if_none_match`, `if_modified_since`: the request's headers, null where absent.
bool IsNotModified(const std::string* if_none_match, const std::string* if_modified_since,
                   std::string_view etag, int64_t last_modified);

}  // namespace sluice::simulate
