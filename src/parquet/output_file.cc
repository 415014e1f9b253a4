// SPDX-License-Identifier: Apache-2.0
#include "parquet/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/fault_point.h"

namespace sluice::parquet {

namespace {

std::string Advice(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM: return "; give this user write permission on the table's directory";
    case EROFS: return "; the file system is mounted read-only";
    case ENOENT: return "; the table's directory is gone";
    case EMFILE:
    case ENFILE:
      return "; raise the limit of open files (ulimit -n) or write fewer partitions at once";
    case ENAMETOOLONG: return "; a partition value is too long for a directory name";
    default: return "";
  }
}

}  // namespace

Status IoError(std::string_view operation, const std::string& path, int error_number) {
  std::string message =
      "cannot " + std::string(operation) + " '" + path + "': " + std::strerror(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return Status::Retry("NO_SPACE", message +
                                         "; the unfinished data file was deleted, the table is "
                                         "unchanged; free some room, the batch is tried again");
  }
  return Status::Stop("STORAGE", message + Advice(error_number) + "; the table is unchanged");
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this != &other) {
    Discard();
    path_ = std::exchange(other.path_, {});
    fd_ = std::exchange(other.fd_, -1);
    size_ = other.size_;
  }
  return *this;
}

Result<OutputFile> OutputFile::Create(const std::string& path) {
  OutputFile file;
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file.fd_ < 0) return IoError("create", path, errno);
  file.path_ = path;
  return file;
}

Status OutputFile::Write(const void* bytes, size_t size) {
  FaultPoint("parquet.mid_write");
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(fd_, next, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      return IoError("write", path_, errno);
    }
    next += written;
    size -= static_cast<size_t>(written);
    size_ += written;
  }
  return Status::Ok();
}

Status OutputFile::Sync() {
  return ::fsync(fd_) == 0 ? Status::Ok() : IoError("flush", path_, errno);
}

Status OutputFile::Close() {
  // Some file systems report a full disk only here.
  if (::close(std::exchange(fd_, -1)) == 0) return Status::Ok();
  return IoError("close", path_, errno);
}

void OutputFile::Discard() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
}

Result<int64_t> OutputFile::ModificationTimeMs() const {
  struct stat info{};
  if (::fstat(fd_, &info) != 0) return IoError("examine", path_, errno);
  return static_cast<int64_t>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

Status MakeDirectories(const std::string& root, const std::string& relative) {
  for (size_t end = 0; end != std::string::npos;) {
    end = relative.find('/', end + 1);
    const std::string path = root + "/" + relative.substr(0, end);
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
      return IoError("make directory", path, errno);
    }
  }
  return Status::Ok();
}

Status SyncDirectory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return IoError("open directory", path, errno);
  const int error_number = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return error_number == 0 ? Status::Ok() : IoError("flush directory", path, error_number);
}

}  // namespace sluice::parquet
