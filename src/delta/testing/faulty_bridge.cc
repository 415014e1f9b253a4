// SPDX-License-Identifier: Apache-2.0
#include "delta/testing/faulty_bridge.h"

namespace sluice::delta::testing {

Result<Snapshot> FaultyBridge::Load(std::optional<TableVersion> version) {
  ++loads;
  if (load_failures > 0) {
    --load_failures;
    return Status::Retry("STORAGE", "the storage does not answer");
  }
  return real_->Load(version);
}

Result<Snapshot> FaultyBridge::Refresh(const Snapshot& base) {
  if (refresh_failures > 0) {
    --refresh_failures;
    return Status::Retry("STORAGE", "the storage does not answer");
  }
  return real_->Refresh(base);
}

Result<Snapshot> FaultyBridge::WriteChecksum(const Snapshot& snapshot) {
  if (checksum_refusals > 0) {
    --checksum_refusals;
    return Status::Stop("UNSUPPORTED_FEATURE", "no checksum can be derived");
  }
  return real_->WriteChecksum(snapshot);
}

Result<CommitAttempt> FaultyBridge::Commit(const Snapshot& base, const CommitSpec& spec) {
  ++commits;
  const Fault fault = commit_faults.empty() ? Fault::kNone : commit_faults.front();
  if (!commit_faults.empty()) commit_faults.pop_front();
  if (fault == Fault::kNoSpace)
    return Status::Retry("NO_SPACE", "No space left on device (os error 28)");
  if (fault == Fault::kUnknown) return CommitAttempt{};
  auto attempt = real_->Commit(base, spec);
  if (after_commit) after_commit();
  if (fault == Fault::kNone || !attempt.ok()) return attempt;
  if (fault == Fault::kLandedButError) return Status::Stop("INTERNAL", "panic: after the commit");
  attempt->after = nullptr;
  if (fault == Fault::kLandedButUnknown) attempt->kind = CommitAttempt::Kind::kUnknown;
  return attempt;
}

}  // namespace sluice::delta::testing
