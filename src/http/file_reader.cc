// SPDX-License-Identifier: Apache-2.0
#include "http/file_reader.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sluice::http {

namespace {

Failure Refuse(FailureKind kind, std::string why) { return Failure{kind, std::move(why)}; }

std::string HttpDate(time_t time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
}

// False with errno if the file cannot be read to its end.
bool ReadAll(int fd, int64_t max_bytes, std::string& body) {
  char piece[64 << 10];
  while (static_cast<int64_t>(body.size()) <= max_bytes) {
    const ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    body.append(piece, static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Outcome ReadFile(const std::string& path, int64_t max_bytes) {
  const auto close_file = [](const int* fd) { close(*fd); };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Refuse(FailureKind::kOther, std::strerror(errno));
  const std::unique_ptr<const int, decltype(close_file)> owner(&fd, close_file);
  struct stat info{};
  if (fstat(fd, &info) != 0) return Refuse(FailureKind::kOther, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return Refuse(FailureKind::kOther, "it is not a regular file");
  Response response;
  if (info.st_size <= max_bytes) response.body.reserve(static_cast<size_t>(info.st_size));
  if (!ReadAll(fd, max_bytes, response.body))
    return Refuse(FailureKind::kOther, std::strerror(errno));
  if (static_cast<int64_t>(response.body.size()) > max_bytes)
    return Refuse(FailureKind::kTooLarge,
                  fmt::format("the file is larger than the {} bytes allowed", max_bytes));
  response.status = 200;
  response.last_modified = HttpDate(info.st_mtime);
  response.wire_bytes = static_cast<int64_t>(response.body.size());
  return response;
}

}  // namespace sluice::http
