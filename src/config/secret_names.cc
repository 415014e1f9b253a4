// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "config/key_set.h"
#include "config/nearest.h"
#include "core/ascii.h"

namespace sluice::config {

bool IsSecretClientOption(std::string_view java_name) {
  const std::string name = ToLower(java_name);  // the client takes them in any case
  constexpr std::array<std::string_view, 8> kWords = {
      "password", "passphrase",         "secret",    "jaas", "keystore.key",
      "key.pem",  "oauthbearer.config", "credential"};
  for (std::string_view word : kWords) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool IsSecretParameter(std::string_view name) {
  const std::string lower = ToLower(name);
  constexpr std::array<std::string_view, 10> kWords = {
      "key",       "token",  "secret",     "password",     "auth",
      "signature", "cookie", "credential", "subscription", "session"};
  // TriMet's appID, and names that are an abbreviation as a whole.
  constexpr std::array<std::string_view, 6> kNames = {"appid", "app_id", "app-id",
                                                      "sig",   "pw",     "pwd"};
  return std::ranges::any_of(kWords,
                             [&](auto word) { return lower.find(word) != std::string::npos; }) ||
         std::ranges::find(kNames, lower) != kNames.end();
}

}  // namespace sluice::config
