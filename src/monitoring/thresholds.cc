// SPDX-License-Identifier: Apache-2.0
#include "monitoring/thresholds.h"

#include <algorithm>

namespace sluice::monitoring {

Thresholds ThresholdsOf(const Plan& plan) {
  Thresholds found;
  for (const JobPlan& job : plan.jobs) found.trigger = std::max(found.trigger, job.trigger);
  std::chrono::milliseconds frozen{0};
  for (const ProducerPlan& producer : plan.producers) {
    found.poll = std::max(found.poll, producer.interval);
    frozen = std::max(frozen, producer.frozen_after);
  }
  if (frozen.count() > 0)
    found.frozen_seconds = std::chrono::ceil<std::chrono::seconds>(frozen).count();
  return found;
}

int64_t Raised(int64_t seconds, std::chrono::milliseconds interval) {
  const std::chrono::milliseconds least = 3 * interval;
  if (least <= std::chrono::seconds(seconds)) return seconds;
  return std::chrono::seconds(std::chrono::ceil<std::chrono::minutes>(least)).count();
}

}  // namespace sluice::monitoring
