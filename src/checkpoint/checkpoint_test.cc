// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkpoint/recovery.h"
#include "checkpoint/testing/memory_storage.h"

namespace sluice::checkpoint {
namespace {

namespace fs = std::filesystem;

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() {
    std::string pattern = (fs::temp_directory_path() / "sluice-checkpoint-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~CheckpointTest() override { fs::remove_all(dir_); }

  std::string Path() const { return (dir_ / "ckpt").string(); }
  Result<std::unique_ptr<Checkpoint>> Open() {
    return Checkpoint::Open(LocalStorage(Path()), ScalaVersion::k212);
  }
  std::string Bytes(const std::string& file) const {
    std::ifstream in(Path() + "/" + file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void Put(const std::string& file, const std::string& bytes) {
    fs::create_directories(fs::path(Path() + "/" + file).parent_path());
    std::ofstream(Path() + "/" + file, std::ios::binary) << bytes;
  }
  bool Exists(const std::string& file) const { return fs::exists(Path() + "/" + file); }
  size_t Count(const std::string& directory) const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(Path() + "/" + directory), {}));
  }

  fs::path dir_;
};

OffsetLogEntry EntryTo(int64_t end) {
  OffsetLogEntry entry;
  entry.batch_timestamp_ms = 1714550400123;
  for (int p = 0; p < 3; ++p) entry.offsets[{"orders", PartitionId{p}}] = Offset{end + p};
  return entry;
}

TEST_F(CheckpointTest, WritesANewQueryInSparksBytes) {
  auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  ASSERT_TRUE((*checkpoint)->WriteMetadata().ok());
  ASSERT_TRUE((*checkpoint)->WriteInitialOffsets(EntryTo(0).offsets).ok());
  ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{0}, EntryTo(5)).ok());
  ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{0}, 0).ok());

  EXPECT_EQ(Bytes("metadata"), "{\"id\":\"" + (*checkpoint)->query_id() + "\"}");
  EXPECT_EQ(Bytes("sources/0/0"),
            std::string(1, '\0') + "v1\n{\"orders\":{\"2\":2,\"1\":1,\"0\":0}}");
  EXPECT_EQ(Bytes("offsets/0"),
            "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1714550400123,\"conf\":" +
                std::string(kSpark35Conf) + "}\n{\"orders\":{\"2\":7,\"1\":6,\"0\":5}}");
  EXPECT_EQ(Bytes("commits/0"), "v1\n{\"nextBatchWatermarkMs\":0}");
  EXPECT_EQ(Count("offsets"), 1u) << "no temporary file stays";
}

TEST_F(CheckpointTest, IsReadBackAfterARestart) {
  std::string id;
  {
    auto checkpoint = Open();
    ASSERT_TRUE(checkpoint.ok());
    ASSERT_TRUE((*checkpoint)->WriteMetadata().ok());
    ASSERT_TRUE((*checkpoint)->WriteInitialOffsets(EntryTo(0).offsets).ok());
    ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{0}, EntryTo(5)).ok());
    ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{0}, 3).ok());
    ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{1}, EntryTo(9)).ok());
    id = (*checkpoint)->query_id();
  }
  auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  const CheckpointState& state = (*checkpoint)->state();
  EXPECT_EQ(state.query_id, id);
  EXPECT_EQ(state.initial_offsets, EntryTo(0).offsets);
  EXPECT_EQ(state.offset_ids, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(state.commit_ids, (std::vector<int64_t>{0}));
  EXPECT_EQ(state.newest->offsets, EntryTo(9).offsets);
  EXPECT_EQ(state.previous->offsets, EntryTo(5).offsets);
  EXPECT_EQ(state.newest_commit_watermark_ms, 3);
}

TEST_F(CheckpointTest, AnExistingFileIsASecondWriter) {
  auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok());
  Put("offsets/4", "somebody else's");
  const Status status = (*checkpoint)->WriteOffsets(BatchId{4}, EntryTo(5));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.code(), "CHECKPOINT.FILE_EXISTS");
  EXPECT_NE(status.message().find(Path() + "/offsets/4"), std::string::npos);
  EXPECT_EQ(Bytes("offsets/4"), "somebody else's");
  EXPECT_EQ(Count("offsets"), 1u) << "no temporary file stays";
}

TEST_F(CheckpointTest, OnlyOneProgramAtATime) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  const auto second = Open();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), "CHECKPOINT.IN_USE");
  EXPECT_NE(second.status().message().find("pid " + std::to_string(::getpid())), std::string::npos)
      << second.status().message();
  first = Status::Cancelled();
  EXPECT_TRUE(Open().ok());
}

TEST_F(CheckpointTest, ALookTakesNoLockAndChangesNothing) {
  const auto absent = Checkpoint::Look(LocalStorage(Path()), ScalaVersion::k212);
  ASSERT_TRUE(absent.ok());
  EXPECT_TRUE(absent->offset_ids.empty());
  EXPECT_FALSE(fs::exists(Path()));

  auto checkpoint = Open();  // holds the lock
  ASSERT_TRUE((*checkpoint)->WriteMetadata().ok());
  ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{0}, EntryTo(5)).ok());
  Put("offsets/.1.left.tmp", "x");
  const auto look = Checkpoint::Look(LocalStorage(Path()), ScalaVersion::k212);
  ASSERT_TRUE(look.ok()) << look.status().ToString();
  EXPECT_EQ(look->query_id, (*checkpoint)->query_id());
  EXPECT_EQ(look->newest->offsets, EntryTo(5).offsets);
  EXPECT_TRUE(Exists("offsets/.1.left.tmp"));
  Put("offsets/0", "no offsets");
  EXPECT_EQ(Checkpoint::Look(LocalStorage(Path()), ScalaVersion::k212).status().code(),
            "CHECKPOINT.CORRUPT_FILE");
}

TEST_F(CheckpointTest, RemovesWhatACrashLeft) {
  Put(".metadata.1b2c.tmp", "x");
  Put("offsets/.0.1b2c.tmp", "half");
  Put("commits/.0.1b2c.TID7.tmp", "half");
  Put("offsets/.0.1b2c.tmp.crc", "c");
  Put("offsets/.0.crc", "kept");
  ASSERT_TRUE(Open().ok());
  EXPECT_FALSE(Exists(".metadata.1b2c.tmp"));
  EXPECT_EQ(Count("offsets"), 1u);
  EXPECT_EQ(Count("commits"), 0u)
      << "Spark 4.1 refuses a fresh checkpoint that holds any file here";
}

TEST_F(CheckpointTest, AStaleChecksumGoesWithItsFile) {
  Put("commits/.0.crc", "of an earlier commits/0");
  auto checkpoint = Open();
  ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{0}, 0).ok());
  EXPECT_FALSE(Exists("commits/.0.crc"));
}

// In memory: two hundred batches are eight hundred flushes of a real disk.
TEST(CheckpointRetention, KeepsAsManyBatchesAsSpark) {
  auto disk = std::make_shared<MemoryDisk>();
  auto checkpoint = Checkpoint::Open(std::make_shared<MemoryStorage>(disk), ScalaVersion::k212);
  for (int64_t batch = 0; batch <= 205; ++batch) {
    ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{batch}, EntryTo(batch)).ok());
    disk->Put("offsets/." + std::to_string(batch) + ".crc", "c");
    if (batch == 205) break;
    ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{batch}, 0).ok());
    disk->Put("commits/." + std::to_string(batch) + ".crc", "c");
  }
  const auto files = disk->files();
  EXPECT_TRUE(files.contains("offsets/105"));
  EXPECT_FALSE(files.contains("offsets/104"));
  EXPECT_FALSE(files.contains("offsets/.104.crc"));
  EXPECT_TRUE(files.contains("commits/105"));
  EXPECT_FALSE(files.contains("commits/104"));
  EXPECT_EQ(files.size(), 2 * 101u + 2 * 100u)
      << "101 offsets and 100 commits with their checksums";
}

// An error would make the caller write offsets/N again and meet its own file.
TEST(CheckpointRetention, OldFilesThatCannotGoAreAWarning) {
  auto disk = std::make_shared<MemoryDisk>();
  auto checkpoint = Checkpoint::Open(std::make_shared<MemoryStorage>(disk), ScalaVersion::k212);
  const auto write = [&](int64_t from, int64_t to) {
    for (int64_t batch = from; batch < to; ++batch) {
      const Status offsets = (*checkpoint)->WriteOffsets(BatchId{batch}, EntryTo(batch));
      ASSERT_TRUE(offsets.ok()) << batch << ": " << offsets.ToString();
      ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{batch}, 0).ok());
    }
  };
  write(0, 101);
  EXPECT_EQ((*checkpoint)->TakeWarnings(), std::vector<std::string>{});
  disk->set_fault([](const std::string& operation) {
    return operation.starts_with("remove") ? Status::Retry("NO_SPACE", "no room to delete")
                                           : Status::Ok();
  });
  write(101, 105);
  const auto warnings = (*checkpoint)->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1u) << "told once";
  for (const char* part : {"memory:ckpt", "does no harm", "no room to delete"}) {
    EXPECT_NE(warnings[0].find(part), std::string::npos) << warnings[0];
  }
  EXPECT_TRUE(disk->files().contains("offsets/0"));
  disk->set_fault(nullptr);
  write(105, 106);
  EXPECT_EQ((*checkpoint)->TakeWarnings(), std::vector<std::string>{});
  EXPECT_FALSE(disk->files().contains("offsets/4")) << "what had stayed goes with the rest";
  EXPECT_FALSE(disk->files().contains("commits/4"));
  EXPECT_TRUE(disk->files().contains("offsets/5"));
}

TEST_F(CheckpointTest, NamesThatAreNoBatchNumbersAreNotLooked) {
  Put("metadata", R"({"id":"b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55"})");
  Put("offsets/007", "?");
  Put("offsets/-1", "?");
  Put("offsets/0.bak", "?");
  auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_TRUE((*checkpoint)->state().offset_ids.empty());
}

TEST_F(CheckpointTest, AnUnwritableParentIsNamed) {
  Put("file", "x");
  const auto checkpoint = Checkpoint::Open(LocalStorage(Path() + "/file/ckpt"), ScalaVersion::k212);
  ASSERT_FALSE(checkpoint.ok());
  EXPECT_EQ(checkpoint.status().code(), "CHECKPOINT.IO");
  EXPECT_NE(checkpoint.status().message().find("/file"), std::string::npos);
}

// Storage that fails at its n-th change leaves a checkpoint that is continued, whatever n.
TEST(CheckpointFaults, EveryPrefixOfTheProtocolIsAStateThatIsContinued) {
  for (int stop_at = 0; stop_at < 20; ++stop_at) {
    auto disk = std::make_shared<MemoryDisk>();
    int changes = 0;
    disk->set_fault([&](const std::string&) {
      return changes++ < stop_at ? Status::Ok() : Status::Stop("CRASHED", "");
    });
    std::optional<BatchId> in_table;
    if (auto checkpoint =
            Checkpoint::Open(std::make_shared<MemoryStorage>(disk), ScalaVersion::k212);
        checkpoint.ok() && (*checkpoint)->WriteMetadata().ok() &&
        (*checkpoint)->WriteInitialOffsets(EntryTo(0).offsets).ok()) {
      for (int64_t batch = 0; batch < 4; ++batch) {
        if (!(*checkpoint)->WriteOffsets(BatchId{batch}, EntryTo(batch + 1)).ok()) break;
        in_table = BatchId{batch};
        if (!(*checkpoint)->WriteCommit(BatchId{batch}, 0).ok()) break;
      }
    }
    disk->set_fault(nullptr);
    auto checkpoint = Checkpoint::Open(std::make_shared<MemoryStorage>(disk), ScalaVersion::k212);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    const auto recovery = Decide((*checkpoint)->state(), {"table", true, in_table, ""});
    ASSERT_TRUE(recovery.ok()) << "stopped at change " << stop_at << ": "
                               << recovery.status().ToString();
  }
}

}  // namespace
}  // namespace sluice::checkpoint
