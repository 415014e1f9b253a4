// SPDX-License-Identifier: Apache-2.0
//
// The process_* series under the names that every Prometheus client uses.
#pragma once

#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace sluice::monitor {

void AppendProcessMetrics(std::vector<prometheus::MetricFamily>& families);

}  // namespace sluice::monitor
