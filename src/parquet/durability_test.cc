// SPDX-License-Identifier: Apache-2.0
//
// What reaches the disk, in which order, and what a failing disk leaves behind. write() and fsync()
// of the C library are replaced for this program by ones that can fail and that keep a diary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/testing/columns_builder.h"
#include "parquet/output_file.h"
#include "parquet/testing/random_rows.h"
#include "parquet/writer.h"

namespace {

// Set by a test; other tests see an ordinary disk.
struct Disk {
  std::string root;  // only files below it are watched; empty: none
  int64_t free_bytes = INT64_MAX;
  int write_error = ENOSPC;  // once free_bytes are used up
  int sync_error = 0;
  std::vector<std::string> diary;
};
Disk disk;

// The path of a watched descriptor, relative to the root ("." is the root itself); empty: not watched.
std::string WatchedPath(int fd) {
  if (disk.root.empty()) return "";
  char target[4096];
  const ssize_t size =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof(target));
  const std::string path(target, static_cast<size_t>(std::max<ssize_t>(size, 0)));
  if (path == disk.root) return ".";
  return path.starts_with(disk.root + "/") ? path.substr(disk.root.size() + 1) : "";
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  if (WatchedPath(fd).empty()) return ::syscall(SYS_write, fd, bytes, size);
  if (disk.free_bytes == 0) {
    errno = disk.write_error;
    return -1;
  }
  // Short writes, as a nearly full disk does them.
  const ssize_t written = ::syscall(SYS_write, fd, bytes,
                                    std::min<int64_t>(static_cast<int64_t>(size), disk.free_bytes));
  if (written > 0) disk.free_bytes -= written;
  return written;
}

int fsync(int fd) {
  const std::string path = WatchedPath(fd);
  if (path.empty()) return static_cast<int>(::syscall(SYS_fsync, fd));
  disk.diary.push_back("fsync " + path);
  errno = disk.sync_error;
  return disk.sync_error == 0 ? static_cast<int>(::syscall(SYS_fsync, fd)) : -1;
}

}  // extern "C"

namespace sluice::parquet {

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class DurabilityTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "parquet_disk_XXXXXX";
    root_ = fs::canonical(::mkdtemp(pattern.data()));
    disk = Disk{};
    disk.root = root_;
  }
  void TearDown() override {
    disk = Disk{};
    fs::remove_all(root_);
  }

  std::unique_ptr<DataFileWriter> MakeWriter(WriterOptions options = {}) {
    auto writer = DataFileWriter::Make(root_, schema_, std::move(options));
    (*writer)->Begin(BatchId{1}, 0);
    return std::move(writer).value();
  }

  Columns Rows() { return BuildColumns(schema_, RandomRows(schema_, 500, 1)); }

  size_t FilesOnDisk() {
    const fs::recursive_directory_iterator all(root_);
    return static_cast<size_t>(
        std::count_if(begin(all), end(all), [](const auto& e) { return e.is_regular_file(); }));
  }

  const Schema schema_{{{"day", DataType(TypeKind::kDate)},
                        {"b", DataType(TypeKind::kBoolean)},
                        {"s", DataType(TypeKind::kString)}}};
  std::string root_;
};

TEST_F(DurabilityTest, FileThenItsDirectory) {
  auto writer = MakeWriter();
  ASSERT_TRUE(writer->Write(Rows()).ok());
  EXPECT_THAT(disk.diary, IsEmpty());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_THAT(disk.diary, ElementsAre(StartsWith("fsync part-00000-1-"), "fsync ."));
}

TEST_F(DurabilityTest, DirectoriesUpToTheRootAfterAllFiles) {
  auto writer = MakeWriter({.partition_by = {"b", "day"}});
  ASSERT_TRUE(
      writer->Write(BuildColumns(schema_, R"({"b": true, "day": 1} {"b": true, "day": 2})")).ok());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_THAT(disk.diary, ElementsAre(StartsWith("fsync b=true/day=1970-01-02/part-"),
                                      StartsWith("fsync b=true/day=1970-01-03/part-"),
                                      "fsync b=true/day=1970-01-03", "fsync b=true/day=1970-01-02",
                                      "fsync b=true", "fsync ."));
}

TEST_F(DurabilityTest, FileClosedEarlyIsFlushedToo) {
  auto writer = MakeWriter({.partition_by = {"b"}, .max_open_files = 1});
  ASSERT_TRUE(writer->Write(BuildColumns(schema_, R"({"b": true} {"b": false})")).ok());
  EXPECT_THAT(disk.diary, ElementsAre(StartsWith("fsync b=true/part-")));
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_THAT(disk.diary, testing::Contains(StartsWith("fsync b=false/part-")));
  EXPECT_THAT(disk.diary, testing::Contains("fsync b=true"));
}

TEST_F(DurabilityTest, FullDiskIsRetriedAndLeavesNothingTorn) {
  for (const int64_t free_bytes : {0, 3, 100, 1000}) {
    disk.free_bytes = free_bytes;
    auto writer = MakeWriter();
    Status status = writer->Write(Rows());
    if (status.ok()) status = writer->Finish().status();
    EXPECT_TRUE(status.Is(ErrorKind::kRetry)) << status.ToString();
    EXPECT_EQ(status.code(), "NO_SPACE");
    EXPECT_THAT(status.message(), HasSubstr("No space left on device"));
    EXPECT_THAT(status.message(), HasSubstr(root_));
    EXPECT_EQ(FilesOnDisk(), 0U);
    // There is room again: the same writer goes on.
    disk.free_bytes = INT64_MAX;
    writer->Begin(BatchId{1}, 0);
    ASSERT_TRUE(writer->Write(Rows()).ok());
    const auto files = writer->Finish();
    ASSERT_TRUE(files.ok());
    EXPECT_EQ((*files)[0].num_records, 500);
    fs::remove_all(root_);
    fs::create_directory(root_);
  }
}

TEST_F(DurabilityTest, FullDiskInTheMiddleOfManyPartitions) {
  disk.free_bytes = 20'000;
  auto writer = MakeWriter({.partition_by = {"day"}, .max_open_files = 4});
  Status status = writer->Write(Rows());
  if (status.ok()) status = writer->Finish().status();
  EXPECT_EQ(status.code(), "NO_SPACE");
  EXPECT_EQ(FilesOnDisk(), 0U);
}

TEST_F(DurabilityTest, BrokenDiskStops) {
  const auto outcome = [&] {
    auto writer = MakeWriter();
    const Status status = writer->Write(Rows());
    return status.ok() ? writer->Finish().status() : status;
  };
  disk.free_bytes = 0;
  disk.write_error = EIO;
  const Status write = outcome();
  EXPECT_TRUE(write.Is(ErrorKind::kStop));
  EXPECT_THAT(write.message(), HasSubstr("cannot write '" + root_ + "/part-"));
  disk.free_bytes = INT64_MAX;
  disk.sync_error = EIO;
  const Status sync = outcome();
  EXPECT_TRUE(sync.Is(ErrorKind::kStop));
  EXPECT_THAT(sync.message(), HasSubstr("cannot flush '" + root_ + "/part-"));
  EXPECT_THAT(sync.message(), HasSubstr("Input/output error"));
  EXPECT_EQ(FilesOnDisk(), 0U);
}

TEST(IoErrorTest, SaysWhatToDo) {
  const auto text = [](int error_number) {
    return IoError("write", "/t/f", error_number).ToString();
  };
  EXPECT_THAT(
      text(EACCES),
      HasSubstr(
          "STORAGE: cannot write '/t/f': Permission denied; give this user write permission"));
  EXPECT_THAT(text(EROFS), HasSubstr("mounted read-only"));
  EXPECT_THAT(text(EMFILE), HasSubstr("ulimit -n"));
  EXPECT_THAT(text(ENOENT), HasSubstr("the table's directory is gone"));
  EXPECT_TRUE(IoError("write", "/t/f", EACCES).Is(ErrorKind::kStop));
  EXPECT_TRUE(IoError("write", "/t/f", EDQUOT).Is(ErrorKind::kRetry));
}

TEST(OutputFileTest, ExistingFileIsNotOverwritten) {
  const std::string path = testing::TempDir() + "sluice_output_file_" + std::to_string(::getpid());
  {
    auto file = OutputFile::Create(path);
    ASSERT_TRUE(file.ok());
    EXPECT_FALSE(OutputFile::Create(path).ok());
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace

}  // namespace sluice::parquet
