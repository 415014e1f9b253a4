// SPDX-License-Identifier: Apache-2.0
//
// `sluice table history | files | show | at-offset`: looks at a table, never writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::cli {

struct TableArguments {
  std::string path;
  int64_t limit = 20;              // versions of history, rows of show
  std::optional<int64_t> version;  // of files
  std::string checkpoint;          // of at-offset, and optional for history
  std::string record;              // "topic-partition-offset"
  bool json = false;               // one JSON object a line
};

int HistoryCommand(const TableArguments& arguments);
int FilesCommand(const TableArguments& arguments);
int ShowCommand(const TableArguments& arguments);
int AtOffsetCommand(const TableArguments& arguments);

}  // namespace sluice::cli
