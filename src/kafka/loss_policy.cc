// SPDX-License-Identifier: Apache-2.0
#include "kafka/loss_policy.h"

#include <algorithm>
#include <utility>

namespace sluice::kafka {

Status LossPolicy::Report(const DataLoss& loss) {
  if (fail_) return DataLossError(loss);
  Warn(DataLossWarning(loss));
  return Status::Ok();
}

void LossPolicy::Warn(SourceWarning warning) {
  const std::lock_guard lock(mutex_);
  const bool noted =
      std::any_of(warnings_.begin(), warnings_.end(),
                  [&](const SourceWarning& other) { return other.message == warning.message; });
  if (!noted) warnings_.push_back(std::move(warning));
}

std::vector<SourceWarning> LossPolicy::TakeWarnings() {
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace sluice::kafka
