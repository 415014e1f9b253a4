// SPDX-License-Identifier: Apache-2.0
//
// failOnDataLoss: turns a loss into the error that stops the query, or into a warning that is kept
// until somebody asks. Thread-safe.
#pragma once

#include <mutex>
#include <vector>

#include "core/result.h"
#include "kafka/data_loss.h"
#include "kafka/source.h"

namespace sluice::kafka {

class LossPolicy {
 public:
  explicit LossPolicy(bool fail_on_data_loss) : fail_(fail_on_data_loss) {}

  // Stop error, or OK after noting the warning. A range that is read again is lost again: the same
  // loss counts once until the warnings are taken.
  Status Report(const DataLoss& loss);
  void Warn(SourceWarning warning);
  std::vector<SourceWarning> TakeWarnings();

 private:
  const bool fail_;
  std::mutex mutex_;
  std::vector<SourceWarning> warnings_;  // GUARDED_BY(mutex_)
};

}  // namespace sluice::kafka
