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
      {.section = "monitor",
       .name = "token",
       .type = ValueType::kString,
       .default_text = "",
       .doc = "Secret that /metrics and the other pages ask for, but for the three health pages: "
              "as a bearer "
              "token, or as the password of HTTP Basic under any name. It, tokenFile or "
              "allowAnonymous is required for an address that others than this machine reach.",
       .store =
           [](const Value& v, OutputDraft& d) {
             d.monitor.token = v.text;
             return std::string();
           },
       .secret = true},
      {"monitor", "tokenFile", ValueType::kString, "",
       "File that holds it, instead: read at the start.",
       [](const Value& v, OutputDraft& d) {
         d.monitor.token_file = v.text;
         return std::string();
       }},
      {"monitor", "allowAnonymous", ValueType::kBool, "false",
       "Show the pages to everybody who reaches the address, without a token: for a network of "
       "containers that holds nobody else.",
       [](const Value& v, OutputDraft& d) {
         d.monitor.allow_anonymous = v.flag;
         return std::string();
       }},
      {"monitor", "stallAfter", ValueType::kDuration, "5 minutes",
       "/healthz answers 503 when nothing has moved for so long while there was work; waiting for "
       "Kafka or the table is no such thing.",
       [](const Value& v, OutputDraft& d) {
         d.monitor.stall_after = v.duration;
         return std::string(v.duration.count() > 0 ? "" : "expected more than 0");
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
