// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "config/contradictions.h"
#include "config/units.h"

namespace sluice::config {

void SettleOutput(const std::string& file, const OutputDraft& draft, ReadResult& result) {
  const auto set = result.set.find("monitor.listen");
  const int line = set == result.set.end() ? 0 : set->second.line;
  const std::string& listen = draft.monitor.listen;
  const size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : ParseInteger(listen.substr(colon + 1));
  if (colon == 0 || !port || *port < 0 || *port > 65535) {
    result.mistakes.push_back(
        {file, line, "monitor.listen",
         fmt::format("expected address:port such as 127.0.0.1:4040, found '{}'", listen)});
  } else if (set != result.set.end() && !draft.monitor.enabled) {
    result.warnings.push_back({file, line, "monitor.listen", "has no effect with enabled: false"});
  }
}

}  // namespace sluice::config
