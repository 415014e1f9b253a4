// SPDX-License-Identifier: Apache-2.0
#include "cli/backlog.h"

#include <algorithm>

namespace sluice::cli {

void Backlog::Planned(const stream::PlannedBatch& batch) {
  open_[batch.batch] = {batch.records, 0};
  beyond_ = batch.remaining;
}

void Backlog::Reading(const stream::BatchReading& reading) {
  const auto open = open_.find(reading.batch);
  if (open != open_.end()) open->second.read = std::min(reading.records_read, open->second.records);
}

// Offsets without a record are behind us too once the batch is committed.
void Backlog::Committed(const stream::Progress& progress) {
  const auto open = open_.find(progress.batch);
  committed_ += open == open_.end() ? progress.records : open->second.records;
  if (open != open_.end()) open_.erase(open);
  if (open_.empty()) beyond_ = progress.remaining;
}

void Backlog::Idle(const stream::IdleReport& report) { beyond_ = report.waiting_records; }

int64_t Backlog::uncommitted() const {
  int64_t records = 0;
  for (const auto& [batch, open] : open_) records += open.read;
  return records;
}

int64_t Backlog::read() const { return committed_ + uncommitted(); }

int64_t Backlog::remaining() const {
  int64_t records = beyond_;
  for (const auto& [batch, open] : open_) records += open.records - open.read;
  return records;
}

}  // namespace sluice::cli
