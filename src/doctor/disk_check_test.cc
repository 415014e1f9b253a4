// SPDX-License-Identifier: Apache-2.0
#include "doctor/disk_check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "doctor/state_look.h"
#include "doctor/testing/finding_matchers.h"

namespace sluice::doctor {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

DiskLook Roomy(uint64_t device = 1) {
  DiskLook look;
  look.path = "/data";
  look.device = device;
  look.free_bytes = 40'000'000'000;
  look.size_bytes = 100'000'000'000;
  look.free_inodes = look.inodes = 1'000'000;
  look.fsync = milliseconds(3);
  return look;
}

struct TemporaryDirectory {
  TemporaryDirectory()
      : path(fs::temp_directory_path() / ("sluice-disk-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
  fs::path path;
};

TEST(DiskCheck, OneLineForOneFileSystem) {
  EXPECT_THAT(CheckDisk({Roomy(), Roomy()}), IsOk("/data: 40 GB free of 100 GB, fsync 3 ms"));
  EXPECT_EQ(CheckDisk({Roomy(), Roomy()}).seen.find(','), CheckDisk({Roomy()}).seen.find(','));
  EXPECT_NE(CheckDisk({Roomy(1), Roomy(2)}).seen.find("ms, /data"), std::string::npos);
}

TEST(DiskCheck, LittleRoomIsAWarningNoneFails) {
  DiskLook look = Roomy();
  look.free_bytes = 1'500'000'000;
  EXPECT_THAT(CheckDisk({Roomy(2), look}), Warns("1.5 GB free", "make room"));
  look.free_bytes = 1000;
  EXPECT_THAT(CheckDisk({look}), Fails("1.0 KB free", "make room"));
  look = Roomy();
  look.free_inodes = 5000;
  EXPECT_THAT(CheckDisk({look}), Warns("5,000 inodes free", "vacuum"));
  look.free_inodes = 3;
  EXPECT_THAT(CheckDisk({look}), Fails("3 inodes", "inode"));
  look.free_inodes = -1;
  EXPECT_THAT(CheckDisk({look}), IsOk("40 GB"));
}

TEST(DiskCheck, ASmallFileSystemWithRoomIsOk) {
  DiskLook look = Roomy();
  look.size_bytes = 1'000'000'000;
  look.free_bytes = 900'000'000;
  EXPECT_THAT(CheckDisk({look}), IsOk("900 MB free"));
}

TEST(DiskCheck, WhatTheProbeMetFails) {
  DiskLook look = Roomy();
  look.probe_trouble = "fsync fails: Input/output error";
  EXPECT_THAT(CheckDisk({look}), Fails("/data: fsync fails", "mend the file system"));
  look = Roomy();
  look.trouble = "Permission denied";
  EXPECT_THAT(CheckDisk({look}), Fails("/data: Permission denied", "mounted"));
  look = Roomy();
  look.fsync = milliseconds(900);
  EXPECT_THAT(CheckDisk({look}), Warns("fsync 900 ms", "quicker"));
}

TEST(DiskLookTest, TheProbeLeavesNothingBehind) {
  const TemporaryDirectory here;
  const DiskLook look = LookAtDisk(here.path / "not" / "yet");
  EXPECT_EQ(look.path, here.path.string());
  EXPECT_EQ(look.probe_trouble, "");
  EXPECT_TRUE(look.fsync.has_value());
  EXPECT_GT(look.size_bytes, 0);
  EXPECT_TRUE(fs::is_empty(here.path));
}

TEST(DiskLookTest, AFileSystemThatTakesNoFilesIsMet) {
  EXPECT_NE(LookAtDisk("/proc").probe_trouble.find("a file cannot be made"), std::string::npos);
}

TEST(DiskLookTest, AWorkingDirectoryThatIsGoneIsTold) {
  const fs::path before = fs::current_path();
  {
    const TemporaryDirectory here;
    fs::current_path(here.path);
  }
  const DiskLook look = LookAtDisk("data/table");
  const std::string writable = WhyNotWritable("data/table");
  fs::current_path(before);
  EXPECT_EQ(look.path, "data/table");
  EXPECT_NE(look.trouble.find("the working directory: "), std::string::npos);
  EXPECT_NE(writable.find("working directory"), std::string::npos);
}

TEST(WritableTest, TheNearestDirectoryIsAsked) {
  const TemporaryDirectory here;
  EXPECT_EQ(WhyNotWritable((here.path / "a" / "b").string()), "");
  const fs::path file = here.path / "file";
  fs::copy_file("/proc/self/comm", file);
  EXPECT_NE(WhyNotWritable((file / "table").string()).find("is a file"), std::string::npos);
}

TEST(DescriptorsCheck, TheLimitGrowsWithThePartitions) {
  EXPECT_THAT(CheckDescriptors(1024, 4096, 10), IsOk("1,024 open files"));
  EXPECT_THAT(CheckDescriptors(256, 4096, 10), Warns("532 are wanted", "ulimit -n 532"));
  EXPECT_THAT(CheckDescriptors(1024, 1024, 1000), Warns("2,512 are wanted", "hard limit"));
  EXPECT_THAT(CheckDescriptors(INT64_MAX, INT64_MAX, 10), IsOk("no limit"));
  EXPECT_GT(LimitOfDescriptors().soft, 0);
}

}  // namespace
}  // namespace sluice::doctor
