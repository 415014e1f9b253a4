// SPDX-License-Identifier: Apache-2.0
//
// A second implementation of Storage, in memory. Several storages over one MemoryDisk are one
// program before and after a restart, or two programs on one checkpoint.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "checkpoint/storage.h"

namespace sluice::checkpoint {

// The files. Safe from any thread.
class MemoryDisk {
 public:
  std::map<std::string, std::string> files() const;
  void Put(const std::string& file, const std::string& bytes);
  void Erase(const std::string& file);
  // Called at the begin of each Create and Remove ("create offsets/7"); an error is returned in its
  // place and nothing is changed.
  void set_fault(std::function<Status(const std::string& operation)> fault);
  // Called after each of them; an error is returned although it was done.
  void set_late_fault(std::function<Status(const std::string& operation)> fault);

 private:
  friend class MemoryStorage;
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::string> files_;
  std::function<Status(const std::string&)> fault_;
  std::function<Status(const std::string&)> late_fault_;
  bool locked_ = false;
};

class MemoryStorage : public Storage {
 public:
  explicit MemoryStorage(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}
  ~MemoryStorage() override;

  Status Create(const std::string& file, std::string_view bytes) override;
  Result<std::string> Read(const std::string& file) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status Remove(const std::string& file) override;
  Status Lock() override;
  std::string PathOf(const std::string& file) const override;

 private:
  std::shared_ptr<MemoryDisk> disk_;
  bool has_lock_ = false;
};

}  // namespace sluice::checkpoint
