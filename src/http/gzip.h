// SPDX-License-Identifier: Apache-2.0
//
// gzip for answers; what comes in is unpacked by the client itself, within its limits.
#pragma once

#include <string>
#include <string_view>

namespace sluice::http {

// One gzip member with no time and no name in it: the same bytes for the same `data` and `level` (1 to 9).
std::string Gzip(std::string_view data, int level = 6);

// Whether an Accept-Encoding header takes gzip ("gzip;q=0" does not, "*" does).
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace sluice::http
