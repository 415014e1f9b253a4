// SPDX-License-Identifier: Apache-2.0
//
// Places where a table cannot be, each with its own answer.
#include "delta/table_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "delta/table.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

namespace fs = std::filesystem;
using testing::BatchOf;

class TableDirectoryTest : public testing::TableTest {
 protected:
  Status CreateStatus(const std::string& path) {
    const auto table = CreateTable(path, {SmallSchema(), {}, {}});
    return table.ok() ? Status::Ok() : table.status();
  }
  Status OpenStatus(const std::string& path) {
    const auto table = OpenTable(path);
    return table.ok() ? Status::Ok() : table.status();
  }
};

TEST_F(TableDirectoryTest, AnAbsentOrEmptyDirectoryHasNoTable) {
  EXPECT_EQ(OpenStatus(path_.string()).code(), "NO_TABLE");
  fs::create_directory(path_);
  EXPECT_EQ(OpenStatus(path_.string()).code(), "NO_TABLE");
  fs::create_directory(path_ / "_delta_log");
  std::ofstream(path_ / ".hidden") << "x";
  EXPECT_EQ(OpenStatus(path_.string()).code(), "NO_TABLE");
  EXPECT_TRUE(CreateStatus(path_.string()).ok());
  EXPECT_TRUE(OpenStatus(path_.string()).ok());
}

TEST_F(TableDirectoryTest, FilesWithoutALogAreNoTable) {
  fs::create_directory(path_);
  std::ofstream(path_ / "data.parquet") << "x";
  for (const Status& status : {OpenStatus(path_.string()), CreateStatus(path_.string())}) {
    EXPECT_EQ(status.code(), "NOT_A_TABLE");
    EXPECT_NE(status.message().find(path_.string()), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(path_ / "_delta_log"));
}

TEST_F(TableDirectoryTest, AFileIsNoTable) {
  std::ofstream(path_) << "x";
  EXPECT_EQ(OpenStatus(path_.string()).code(), "NOT_A_DIRECTORY");
}

// What the log holds is not known, which is not the same as: it holds nothing.
TEST_F(TableDirectoryTest, ALogThatCannotBeListedIsNoAbsentLog) {
  fs::create_directory(path_);
  std::ofstream(path_ / "data.parquet") << "x";
  const fs::path log = path_ / "_delta_log";
  fs::create_symlink("_delta_log", log);  // to itself: nobody can follow it, root neither
  for (const Status& status : {OpenStatus(path_.string()), CreateStatus(path_.string())}) {
    EXPECT_EQ(status.code(), "STORAGE") << status.ToString();
    EXPECT_TRUE(status.Is(ErrorKind::kRetry));
    EXPECT_NE(status.message().find(log.string()), std::string::npos) << status.message();
  }
  fs::remove(log);
  std::ofstream(log) << "x";
  for (const Status& status : {OpenStatus(path_.string()), CreateStatus(path_.string())}) {
    EXPECT_EQ(status.code(), "NOT_A_DIRECTORY") << status.ToString();
    EXPECT_NE(status.message().find(log.string() + " is a file"), std::string::npos)
        << status.message();
  }
}

TEST_F(TableDirectoryTest, AMissingParentIsNamed) {
  const fs::path deep = path_ / "deeper";
  const Status status = CreateStatus(deep.string());
  EXPECT_EQ(status.code(), "NO_PARENT_DIRECTORY");
  EXPECT_NE(status.message().find(path_.string() + " does not exist"), std::string::npos)
      << status.message();
  EXPECT_EQ(OpenStatus(deep.string()).code(), "NO_TABLE");
}

TEST_F(TableDirectoryTest, OtherStoresAreRefused) {
  for (const char* path : {"s3://bucket/t", "abfss://c@a/t", "hdfs://n/t"}) {
    const Status status = CreateStatus(path);
    EXPECT_EQ(status.code(), "UNSUPPORTED_STORE");
    EXPECT_NE(status.message().find("object stores are not supported yet"), std::string::npos);
  }
}

TEST_F(TableDirectoryTest, PathsMayBeUrlsAndHoldAnything) {
  EXPECT_EQ(ResolveTablePath("file:///a/b/").value(), "/a/b");
  EXPECT_EQ(ResolveTablePath("/a/./b//c").value(), "/a/b/c");
  EXPECT_EQ(ResolveTablePath("rel").value(), (fs::current_path() / "rel").string());
  const fs::path odd = directory_ / "50% of #it? ünï";
  auto table = CreateTable(odd.string(), {SmallSchema(), {}, {}});
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  ASSERT_TRUE((*table)->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  EXPECT_TRUE(fs::exists(odd / "_delta_log" / "00000000000000000001.json"));
  EXPECT_EQ(OpenTable("file://" + odd.string()).value()->info().version, TableVersion{1});
}

// The data files' paths are resolved by the file system, and the log must lie beside them.
TEST_F(TableDirectoryTest, WhatIsAboveASymbolicLinkIsWhatTheSystemSays) {
  fs::create_directories(directory_ / "elsewhere" / "inner");
  fs::create_directory_symlink(directory_ / "elsewhere" / "inner", directory_ / "link");
  const std::string path = (directory_ / "link" / ".." / "table").string();
  EXPECT_EQ(ResolveTablePath(path).value(),
            (fs::canonical(directory_) / "elsewhere" / "table").string());
  auto table = CreateTable(path, {SmallSchema(), {}, {}});
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_TRUE(fs::exists(path + "/_delta_log/00000000000000000000.json"));
}

// Runs `body` as a user who owns nothing; its result is the child's exit code.
template <typename Body>
int AsNobody(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::setgid(65534) == 0 && ::setuid(65534) == 0 ? body() : 99);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(TableDirectoryTest, ADirectoryThatMayNotBeWrittenIsFoundAtTheStart) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  ASSERT_TRUE(Created() != nullptr);
  fs::permissions(directory_, fs::perms(0755));
  const int code = AsNobody([&] {
    const Status opened = OpenStatus(path_.string());
    const Status created = CreateStatus((directory_ / "new").string());
    if (opened.ok() || opened.code() != "NOT_WRITABLE" || !opened.Is(ErrorKind::kStop)) return 1;
    if (opened.message().find("user id 65534") == std::string::npos) return 2;
    return created.ok() || created.code() != "NOT_WRITABLE" ? 3 : 0;
  });
  EXPECT_EQ(code, 0);
  // And a directory that may not even be looked into is not taken for an absent table.
  fs::permissions(directory_, fs::perms(0700));
  EXPECT_EQ(AsNobody([&] { return OpenStatus(path_.string()).code() == "NOT_WRITABLE" ? 0 : 1; }),
            0);
}

TEST_F(TableDirectoryTest, ALogThatMayNotBeReadIsNoAbsentLog) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  ASSERT_TRUE(Created() != nullptr);
  std::ofstream(path_ / "data.parquet") << "x";
  fs::permissions(directory_, fs::perms(0755));
  fs::permissions(path_ / "_delta_log", fs::perms(0700));
  EXPECT_EQ(AsNobody([&] { return OpenStatus(path_.string()).code() == "NOT_WRITABLE" ? 0 : 1; }),
            0);
}

TEST_F(TableDirectoryTest, TheProbeLeavesNothingBehind) {
  auto table = Created();
  ASSERT_TRUE(ProbeWritable(path_.string()).ok());
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    EXPECT_EQ(entry.path().string().find("probe"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace sluice::delta
