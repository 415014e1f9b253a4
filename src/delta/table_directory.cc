// SPDX-License-Identifier: Apache-2.0
#include "delta/table_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "delta/random_uuid.h"

namespace sluice::delta {

namespace {

namespace fs = std::filesystem;

Status ToStatus(const std::string& what, int number) {
  const std::string text = what + ": " + std::strerror(number);
  if (number == ENOSPC || number == EDQUOT) {
    return Status::Retry("NO_SPACE",
                         text + ". Nothing was written; make room on this file system.");
  }
  if (number == EACCES || number == EPERM || number == EROFS) {
    return Status::Stop("NOT_WRITABLE", text + ". Nothing was written; this process (user id " +
                                            std::to_string(::geteuid()) +
                                            ") needs the right to write there.");
  }
  return Status::Retry("STORAGE", text);
}

Status SyncDirectory(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ToStatus("cannot open the directory " + path.string(), errno);
  const int failed = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  return failed == 0 ? Status::Ok()
                     : ToStatus("cannot flush the directory " + path.string(), failed);
}

// The names that Spark does not take for data either.
bool IsHidden(const std::string& name) { return name.starts_with('.') || name.starts_with('_'); }

bool IsLogFile(const std::string& name) {
  return name.size() > 20 && name.find_first_not_of("0123456789") == 20 &&
         (name.ends_with(".json") || name.ends_with(".parquet"));
}

// Whether one of the names in `directory` is as asked. None is, if there is no such directory.
template <typename Wanted>
Result<bool> HasName(const fs::path& directory, Wanted wanted) {
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  if (error == std::errc::no_such_file_or_directory) return false;
  if (error == std::errc::not_a_directory) {
    return Status::Exit("NOT_A_DIRECTORY", directory.string() +
                                               " is a file, where a table has a directory. Nothing "
                                               "was written; give the path of a table");
  }
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (wanted(entries->path().filename().string())) return true;
  }
  if (error) return ToStatus("cannot look into the directory " + directory.string(), error.value());
  return false;
}

Status ProbeFile(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0)
    return ToStatus("cannot write into the table directory " + file.parent_path().string(), errno);
  // A full disk still hands out names; it refuses the first byte.
  const int failed = ::write(fd, "probe", 5) == 5 ? 0 : errno;
  ::close(fd);
  if (failed == 0) return Status::Ok();
  ::unlink(file.c_str());
  return ToStatus("cannot write into the table directory " + file.parent_path().string(), failed);
}

Status ProbeLink(const fs::path& file) {
  const std::string link = file.string() + ".link";
  const int failed = ::link(file.c_str(), link.c_str()) == 0 ? 0 : errno;
  ::unlink(link.c_str());
  if (failed == 0) return Status::Ok();
  return Status::Stop("NO_HARD_LINKS",
                      "the file system of " + file.parent_path().string() +
                          " makes no hard links (" + std::strerror(failed) +
                          "), without which two writers cannot be told apart. Nothing was written; "
                          "put the table on another file system.");
}

}  // namespace

Result<std::string> ResolveTablePath(const std::string& path) {
  std::string local = path;
  if (local.starts_with("file:")) {
    local = local.substr(local.starts_with("file://") ? 7 : 5);
  } else if (const size_t colon = path.find("://"); colon != std::string::npos) {
    return Status::Exit("UNSUPPORTED_STORE",
                        "table " + path + ": object stores are not supported yet (" +
                            path.substr(0, colon) + "); give a path of the local file system");
  }
  if (local.empty()) return Status::Exit("UNSUPPORTED_STORE", "the path of the table is empty");
  std::error_code error;
  const fs::path given = fs::absolute(local, error);
  // What ".." means behind a symbolic link only the file system knows, and the data files go by it.
  const bool goes_up = std::find(given.begin(), given.end(), "..") != given.end();
  std::string absolute =
      (goes_up ? fs::weakly_canonical(given, error) : given.lexically_normal()).string();
  if (error) return ToStatus("cannot resolve the path of the table " + path, error.value());
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  return absolute;
}

Result<DirectoryState> InspectDirectory(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return DirectoryState::kAbsent;
  if (error) return ToStatus("cannot look at the table " + path, error.value());
  if (status.type() != fs::file_type::directory) {
    return Status::Exit("NOT_A_DIRECTORY",
                        "the table " + path + " is a file; a table is a directory");
  }
  SLUICE_ASSIGN_OR_RETURN(const bool has_log, HasName(fs::path(path) / "_delta_log", IsLogFile));
  if (has_log) return DirectoryState::kTable;
  SLUICE_ASSIGN_OR_RETURN(const bool has_files,
                          HasName(path, [](const std::string& name) { return !IsHidden(name); }));
  return has_files ? DirectoryState::kForeign : DirectoryState::kEmpty;
}

Status MakeTableDirectory(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code error;
  if (!fs::is_directory(parent, error)) {
    if (error && error.value() == EACCES)
      return ToStatus("cannot look at " + parent.string(), error.value());
    return Status::Exit("NO_PARENT_DIRECTORY",
                        "cannot make the table " + path + ": its parent directory " +
                            parent.string() + " does not exist. Make it, or correct sink.path.");
  }
  for (const fs::path& directory : {fs::path(path), fs::path(path) / "_delta_log"}) {
    if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
      return ToStatus("cannot make the directory " + directory.string(), errno);
    }
    SLUICE_RETURN_IF_ERROR(SyncDirectory(directory.parent_path()));
  }
  return Status::Ok();
}

Status ProbeWritable(const std::string& path) {
  auto random = SeededRandom();
  const std::string name = ".sluice-probe-" + RandomUuid(random);
  const fs::path in_table = fs::path(path) / name;
  const fs::path in_log = fs::path(path) / "_delta_log" / name;
  SLUICE_RETURN_IF_ERROR(ProbeFile(in_table));
  ::unlink(in_table.c_str());
  SLUICE_RETURN_IF_ERROR(ProbeFile(in_log));
  const Status linked = ProbeLink(in_log);
  ::unlink(in_log.c_str());
  return linked;
}

}  // namespace sluice::delta
