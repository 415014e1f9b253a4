// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/testing/memory_storage.h"

#include <set>
#include <utility>

namespace sluice::checkpoint {

std::map<std::string, std::string> MemoryDisk::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

void MemoryDisk::Put(const std::string& file, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  files_[file] = bytes;
}

void MemoryDisk::Erase(const std::string& file) {
  const std::lock_guard lock(mutex_);
  files_.erase(file);
}

void MemoryDisk::set_fault(std::function<Status(const std::string&)> fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void MemoryDisk::set_late_fault(std::function<Status(const std::string&)> fault) {
  const std::lock_guard lock(mutex_);
  late_fault_ = std::move(fault);
}

MemoryStorage::~MemoryStorage() {
  const std::lock_guard lock(disk_->mutex_);
  if (has_lock_) disk_->locked_ = false;
}

Status MemoryStorage::Create(const std::string& file, std::string_view bytes) {
  const std::lock_guard lock(disk_->mutex_);
  if (disk_->fault_) SLUICE_RETURN_IF_ERROR(disk_->fault_("create " + file));
  if (disk_->files_.contains(file)) {
    return Status::Stop("CHECKPOINT.FILE_EXISTS", PathOf(file) + " exists already");
  }
  disk_->files_[file] = std::string(bytes);
  return disk_->late_fault_ ? disk_->late_fault_("create " + file) : Status::Ok();
}

Result<std::string> MemoryStorage::Read(const std::string& file) {
  const std::lock_guard lock(disk_->mutex_);
  const auto found = disk_->files_.find(file);
  if (found == disk_->files_.end()) return Status::Stop("CHECKPOINT.IO", "no file " + PathOf(file));
  return found->second;
}

Result<std::vector<std::string>> MemoryStorage::List(const std::string& directory) {
  const std::lock_guard lock(disk_->mutex_);
  const std::string prefix = directory.empty() ? "" : directory + "/";
  std::set<std::string> names;
  for (const auto& [file, bytes] : disk_->files_) {
    if (!file.starts_with(prefix)) continue;
    const std::string rest = file.substr(prefix.size());
    names.insert(rest.substr(0, rest.find('/')));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Status MemoryStorage::Remove(const std::string& file) {
  const std::lock_guard lock(disk_->mutex_);
  if (disk_->fault_) SLUICE_RETURN_IF_ERROR(disk_->fault_("remove " + file));
  disk_->files_.erase(file);
  return disk_->late_fault_ ? disk_->late_fault_("remove " + file) : Status::Ok();
}

Status MemoryStorage::Lock() {
  const std::lock_guard lock(disk_->mutex_);
  if (disk_->locked_ && !has_lock_) {
    return Status::Stop("CHECKPOINT.IN_USE", "the checkpoint " + PathOf("") + " is in use");
  }
  disk_->locked_ = has_lock_ = true;
  return Status::Ok();
}

std::string MemoryStorage::PathOf(const std::string& file) const {
  return file.empty() ? "memory:ckpt" : "memory:ckpt/" + file;
}

}  // namespace sluice::checkpoint
