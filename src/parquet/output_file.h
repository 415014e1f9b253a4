// SPDX-License-Identifier: Apache-2.0
//
// One data file on disk while it is being written. It appears under its final name at once (the Delta
// commit makes it visible to readers, not the name) and is deleted again unless Keep() was called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::parquet {

// What a failed file operation means to the caller: no room is Retry NO_SPACE, all else Stop.
//   IoError("write", "/t/part-0.parquet", ENOSPC)
Status IoError(std::string_view operation, const std::string& path, int error_number);

// Owns a file descriptor; one thread.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  // Closes; deletes the file unless it was kept.
  ~OutputFile() { Discard(); }

  // Makes a new file; an existing one is an error.
  static Result<OutputFile> Create(const std::string& path);

  Status Write(const void* bytes, size_t size);
  // Flushes the file to the disk. Its directory entry is SyncDirectory()'s business.
  Status Sync();
  Status Close();
  // From now on the file outlives this object.
  void Keep() { path_.clear(); }
  // Closes; deletes the file unless it was kept.
  void Discard();

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  // Of the file system's clock, in milliseconds; after the last Write().
  Result<int64_t> ModificationTimeMs() const;

 private:
  std::string path_;  // empty: nothing to delete
  int fd_ = -1;
  int64_t size_ = 0;
};

// Makes `relative` ("a=1/b=2") and its parents below `root`, which must exist.
Status MakeDirectories(const std::string& root, const std::string& relative);

// Makes the entries of a directory durable.
Status SyncDirectory(const std::string& path);

}  // namespace sluice::parquet
