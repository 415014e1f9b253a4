// SPDX-License-Identifier: Apache-2.0
//
// The labels stage and kind of an error, from the code of its Status: two closed sets, whatever the codes.
//
//   LabelsOf("KAFKA_DATA_LOSS.PARTITIONS_DELETED")       // kafka, data_loss
//   LabelsOf("SQL_RUNTIME")                              // sql, other
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::monitor {

struct ErrorLabels {
  std::string stage;
  std::string kind;
  auto operator<=>(const ErrorLabels&) const = default;
};

// What is not known is of the query itself: (query, other).
ErrorLabels LabelsOf(std::string_view code);

// All that LabelsOf() can give, each once.
std::vector<ErrorLabels> AllErrorLabels();

}  // namespace sluice::monitor
