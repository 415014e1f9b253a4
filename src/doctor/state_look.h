// SPDX-License-Identifier: Apache-2.0
//
// What is on disk of a query: its checkpoint and its table, looked at together, since a query that runs
// moves both. Neither is changed, no lock is taken.
#pragma once

#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "checkpoint/recovery.h"
#include "core/result.h"
#include "delta/log_reader.h"
#include "stream/query_options.h"

namespace sluice::doctor {

struct StateLook {
  std::string checkpoint_path;
  bool checkpoint_there = false;
  std::string not_writable;  // why files of the checkpoint cannot be made; empty if they can
  int64_t holder = 0;        // the process that runs on it; 0: none
  Result<checkpoint::CheckpointState> checkpoint = checkpoint::CheckpointState();

  std::string table_path;
  Result<delta::TableLook> table = delta::TableLook();
  std::string table_not_writable;

  // What a start would do. Only if both could be read.
  std::optional<Result<checkpoint::Recovery>> recovery;
};

StateLook LookAtState(const stream::QueryOptions& query);

// Why no file can be made in the directory, or in the nearest one above it that is there; empty if one can.
// Asks the system, tries nothing.
std::string WhyNotWritable(const std::string& directory);

}  // namespace sluice::doctor
