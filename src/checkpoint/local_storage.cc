// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "checkpoint/storage.h"
#include "checkpoint/uuid.h"
#include "core/fault_point.h"

namespace sluice::checkpoint {

namespace {

namespace fs = std::filesystem;

// Spark lists only names that are numbers, so it does not mind this one.
constexpr char kLockFile[] = ".sluice.lock";

Status FromErrno(const std::string& action, const std::string& path, int error) {
  const std::string message = action + " " + path + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) {
    return Status::Retry("NO_SPACE",
                         message + ". Nothing torn was left; it goes on when there is room");
  }
  return Status::Stop("CHECKPOINT.IO", message + ". Check the directory, its owner and its rights");
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

int RenameNoReplace(const std::string& from, const std::string& to) {
  if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) ==
      0) {
    return 0;
  }
  // Some file systems (NFS, older FUSE) do not know the flag; a hard link does not replace either.
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

Status SyncDirectory(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.ok() || ::fsync(directory.fd()) != 0) {
    return Status::Stop("CHECKPOINT.IO", "flush directory " + path + ": " + std::strerror(errno));
  }
  return Status::Ok();
}

class Local : public Storage {
 public:
  explicit Local(std::string root) : root_(std::move(root)) {}
  ~Local() override {
    if (lock_fd_ >= 0) ::close(lock_fd_);
  }

  Status Create(const std::string& file, std::string_view bytes) override;
  Result<std::string> Read(const std::string& file) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status Remove(const std::string& file) override;
  Status Lock() override;
  std::string PathOf(const std::string& file) const override {
    return file.empty() ? root_ : root_ + "/" + file;
  }

 private:
  Status MakeDirectories(const std::string& path);
  Status WriteTemporary(const std::string& path, std::string_view bytes, const std::string& log);
  Status Publish(const std::string& temporary, const std::string& path);

  std::string root_;
  int lock_fd_ = -1;
};

// New directories are flushed into their parents: otherwise a power loss takes the files with them.
Status Local::MakeDirectories(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0) {
    const std::string parent = fs::path(path).parent_path().string();
    return SyncDirectory(parent.empty() ? "." : parent);
  }
  if (errno == EEXIST && fs::is_directory(path)) return Status::Ok();
  const std::string parent = fs::path(path).parent_path().string();
  if (errno != ENOENT || parent.empty() || parent == path) {
    return FromErrno("make directory", path, errno);
  }
  SLUICE_RETURN_IF_ERROR(MakeDirectories(parent));
  return MakeDirectories(path);
}

Status Local::WriteTemporary(const std::string& path, std::string_view bytes,
                             const std::string& log) {
  const File file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.ok()) return FromErrno("create", path, errno);
  const int error = WriteAll(file.fd(), bytes);
  if (error != 0) return FromErrno("write", path, error);
  FaultPoint((log + ".before_fsync").c_str());
  if (::fsync(file.fd()) != 0) return FromErrno("flush", path, errno);
  return Status::Ok();
}

Status Local::Publish(const std::string& temporary, const std::string& path) {
  const int error = RenameNoReplace(temporary, path);
  if (error == EEXIST) {
    return Status::Stop("CHECKPOINT.FILE_EXISTS",
                        path +
                            " exists already: another program (Spark or Sluice) writes to this "
                            "checkpoint. This one stops and changed nothing; let only one run");
  }
  if (error != 0) return FromErrno("rename " + temporary + " to", path, error);
  return Status::Ok();
}

Status Local::Create(const std::string& file, std::string_view bytes) {
  const std::string log = file.substr(0, file.find('/'));
  const fs::path path = PathOf(file);
  const std::string directory = path.parent_path().string();
  const std::string name = path.filename().string();
  const std::string temporary = directory + "/." + name + "." + RandomUuid() + ".tmp";
  FaultPoint((log + ".before_tmp").c_str());
  SLUICE_RETURN_IF_ERROR(MakeDirectories(directory));
  Status status = WriteTemporary(temporary, bytes, log);
  if (status.ok()) {
    FaultPoint((log + ".before_rename").c_str());
    // A checksum of an earlier file of that name would speak against this one.
    if (::access(path.c_str(), F_OK) != 0) ::unlink((directory + "/." + name + ".crc").c_str());
    status = Publish(temporary, path.string());
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  SLUICE_RETURN_IF_ERROR(SyncDirectory(directory));
  FaultPoint((log + ".after_rename").c_str());
  return Status::Ok();
}

Result<std::string> Local::Read(const std::string& file) {
  const std::string path = PathOf(file);
  const File opened(path, O_RDONLY);
  if (!opened.ok()) return FromErrno("open", path, errno);
  std::string bytes;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(opened.fd(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FromErrno("read", path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

Result<std::vector<std::string>> Local::List(const std::string& directory) {
  const std::string path = PathOf(directory);
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entries(path, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    names.push_back(entries->path().filename().string());
  }
  if (error) return FromErrno("list", path, error.value());
  return names;
}

Status Local::Remove(const std::string& file) {
  const std::string path = PathOf(file);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FromErrno("delete", path, errno);
  return Status::Ok();
}

Status Local::Lock() {
  if (lock_fd_ >= 0) return Status::Ok();
  SLUICE_RETURN_IF_ERROR(MakeDirectories(root_));
  const std::string path = PathOf(kLockFile);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FromErrno("open", path, errno);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    char holder[64] = {};
    const ssize_t count = ::pread(fd, holder, sizeof holder - 1, 0);
    ::close(fd);
    return Status::Stop("CHECKPOINT.IN_USE",
                        "the checkpoint " + root_ + " is in use by the process with pid " +
                            (count > 0 ? std::string(holder) : "unknown") + " (lock file " + path +
                            "). Nothing was changed. Stop that process, or give this query a "
                            "checkpointLocation of its own");
  }
  // A file system without locks is left to the protection that every write has: create, never replace.
  lock_fd_ = fd;
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) == 0) WriteAll(fd, pid);
  return Status::Ok();
}

}  // namespace

std::unique_ptr<Storage> LocalStorage(std::string root) {
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  return std::make_unique<Local>(std::move(root));
}

}  // namespace sluice::checkpoint
