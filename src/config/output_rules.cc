// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "config/contradictions.h"
#include "config/rules.h"
#include "config/units.h"

namespace sluice::config {

void SettleOutput(const std::string& file, const OutputDraft& draft, ReadResult& result) {
  Rules rules(file, result);
  const std::string& listen = draft.monitor.listen;
  const size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : ParseInteger(listen.substr(colon + 1));
  if (colon == 0 || !port || *port < 0 || *port > 65535) {
    rules.Add("monitor.listen",
              fmt::format("expected address:port such as 127.0.0.1:4040, found '{}'", listen));
  } else if (rules.IsSet("monitor.listen") && !draft.monitor.enabled) {
    rules.Warn("monitor.listen", "has no effect with enabled: false");
  }
}

}  // namespace sluice::config
