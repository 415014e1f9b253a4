// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/key_set.h"

namespace sluice::config {

std::vector<KeySpec> OutputKeys(const std::string& default_listen, const std::string& pages) {
  return {
      {"monitor", "enabled", ValueType::kBool, "true", fmt::format("Serve {}.", pages),
       [](const Value& v, OutputDraft& d) {
         d.monitor.enabled = v.flag;
         return std::string();
       }},
      {"monitor", "listen", ValueType::kString, default_listen,
       "Address and port to serve them at; port 0 takes a free one.",
       [](const Value& v, OutputDraft& d) {
         d.monitor.listen = v.text;
         return std::string();
       }},
      {"log",
       "level",
       ValueType::kChoice,
       "info",
       "Least level that is written.",
       [](const Value& v, OutputDraft& d) {
         d.log.level = v.text;
         return std::string();
       },
       {"debug", "info", "warn", "error"}},
      {"log",
       "format",
       ValueType::kChoice,
       "auto",
       "text, json (one object a line), or auto: text on a terminal, else json.",
       [](const Value& v, OutputDraft& d) {
         d.log.format = v.text;
         return std::string();
       },
       {"auto", "text", "json"}},
  };
}

}  // namespace sluice::config
