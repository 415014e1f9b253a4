// SPDX-License-Identifier: Apache-2.0
//
// Addresses as they may be shown and as they may be followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::http {

// For messages and logs: "https://host:port/path" without user, password, query and fragment; what
// cannot be read as an address is "(unreadable url)". Control characters become '?'.
std::string RedactedUrl(std::string_view url);

// `text` with every occurrence of a secret replaced by "***", however either of them is percent-encoded.
// Secrets shorter than four bytes are left: they would hit by chance.
std::string WithoutSecrets(std::string text, const std::vector<std::string>& secrets);

// Whether any of them stands in `text`, even percent-encoded several times over.
bool HoldsSecret(const std::string& text, const std::vector<std::string>& secrets);

// "https://host:443": scheme, host and port, lower-case; empty if the address has none.
std::string OriginOf(const std::string& url);

}  // namespace sluice::http
