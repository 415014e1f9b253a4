// SPDX-License-Identifier: Apache-2.0
//
// Second implementations of decoder, transform and writer, for tests of what moves the batches: a
// record becomes a row (topic, partition, offset, batch timestamp), a file is an entry of MemoryFiles.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "stream/stages.h"

namespace sluice::stream {

struct MemoryRow {
  int64_t topic_hash = 0;
  int64_t partition = 0;
  int64_t offset = 0;
  int64_t batch_timestamp_ms = 0;
  auto operator<=>(const MemoryRow&) const = default;
};

int64_t TopicHash(const std::string& topic);

// Finished files by path. Safe from any thread.
class MemoryFiles {
 public:
  void Put(const std::string& path, std::vector<MemoryRow> rows);
  std::vector<MemoryRow> Rows(const std::string& path) const;
  size_t count() const;
  int abandoned() const;
  void NoteAbandoned();
  // Called before each Write and Finish; an error is returned.
  void set_fault(std::function<Status(const std::string& operation)> fault);
  Status Enter(const std::string& operation);

 private:
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::vector<MemoryRow>> files_;
  int abandoned_ = 0;
  std::function<Status(const std::string&)> fault_;
};

// Columns that the memory stages make.
const Schema& MemorySchema();

// A message "bad" counts as corrupt; "poison" fails as FAILFAST does. `row_bytes`: what the writer
// claims to hold for each row.
Stages MemoryStages(std::shared_ptr<MemoryFiles> files, int64_t row_bytes = 32);

}  // namespace sluice::stream
