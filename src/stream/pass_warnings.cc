// SPDX-License-Identifier: Apache-2.0
#include "stream/pass_warnings.h"

#include <string>
#include <utility>

namespace sluice::stream {

void PassWarnings(kafka::Source& source, ListenerGate& gate) {
  for (kafka::SourceWarning& warning : source.TakeWarnings()) {
    gate.Warning({std::move(warning.code), std::move(warning.message), warning.records_lost,
                  std::move(warning.partition)});
  }
}

void PassWarnings(delta::Table& table, ListenerGate& gate) {
  for (std::string& warning : table.TakeWarnings()) gate.Warning({"TABLE", std::move(warning)});
}

}  // namespace sluice::stream
