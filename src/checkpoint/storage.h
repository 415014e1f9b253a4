// SPDX-License-Identifier: Apache-2.0
//
// Where a checkpoint's files live: small files that are created whole or not at all and are never
// rewritten. One thread at a time.
//
//   auto storage = LocalStorage("/data/_checkpoints/job");
//   SLUICE_RETURN_IF_ERROR(storage->Create("offsets/7", bytes));
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::checkpoint {

// Names of files are relative to the checkpoint: "metadata", "offsets/7", "sources/0/0".
class Storage {
 public:
  virtual ~Storage() = default;
  // Makes `file` with its directories, durable when this returns. After an error there is either no
  // such file or the whole one. Errors: Stop CHECKPOINT.FILE_EXISTS if it is there already, which only
  // a second writer can have done; Retry NO_SPACE; Stop CHECKPOINT.IO with the path and the reason.
  virtual Status Create(const std::string& file, std::string_view bytes) = 0;
  virtual Result<std::string> Read(const std::string& file) = 0;
  // Names in a directory, hidden ones too, in no order; none if there is no such directory.
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  // No error if it is not there.
  virtual Status Remove(const std::string& file) = 0;
  // Makes the checkpoint ours until this object ends; again is no harm. Error: Stop CHECKPOINT.IN_USE
  // naming the holder.
  virtual Status Lock() = 0;
  // For messages: the full path of a file, or of the checkpoint itself for "".
  virtual std::string PathOf(const std::string& file) const = 0;
};

// A directory of the local file system; made when it is first needed.
std::unique_ptr<Storage> LocalStorage(std::string root);

}  // namespace sluice::checkpoint
