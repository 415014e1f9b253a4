// SPDX-License-Identifier: Apache-2.0
//
// Checkpoint directories that real Spark 3.4.1 and 4.2.0 left behind, read and written again. They lie
// outside this repository; where they are not there the tests say so and skip.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "checkpoint/checkpoint.h"
#include "checkpoint/recovery.h"
#include "checkpoint/testing/memory_storage.h"
#include "core/testing/source_dir.h"

namespace sluice::checkpoint {
namespace {

namespace fs = std::filesystem;
using Kind = Recovery::Kind;

fs::path GoldenRoot() { return SharedDir() / "data" / "spark-golden"; }

std::string Bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Golden {
  const char* state;
  std::optional<int64_t> last_txn;  // in the table; none: no table
  Kind kind;
  int64_t batch;
};

const Golden kStates[] = {
    {"n0-offsets-only", std::nullopt, Kind::kRerun, 0},
    {"clean-after-2", 2, Kind::kContinue, 3},
    {"killed-before-delta-commit-3", 2, Kind::kRerun, 3},
    {"killed-before-delta-commit-3-resumed", 3, Kind::kContinue, 4},
    {"zero-row-batch-4", 4, Kind::kContinue, 5},
    {"killed-after-delta-commit-5", 5, Kind::kFinish, 5},
    {"killed-after-delta-commit-5-resumed", 5, Kind::kContinue, 6},
    {"clean-after-11", 11, Kind::kContinue, 12},
};

class GoldenTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!fs::exists(GoldenRoot() / GetParam())) {
      GTEST_SKIP() << "no golden checkpoints at " << GoldenRoot()
                   << " (set SLUICE_SHARED to the folder that holds data/)";
    }
  }
  fs::path Checkpoints(const char* state) const {
    return GoldenRoot() / GetParam() / state / "ckpt";
  }
  ScalaVersion Scala() const {
    return std::string(GetParam()) == "spark-3.4.1" ? ScalaVersion::k212 : ScalaVersion::k213;
  }
  // A copy: opening takes a lock file, and the fixtures stay as they are.
  std::shared_ptr<MemoryDisk> Copy(const char* state) const {
    auto disk = std::make_shared<MemoryDisk>();
    for (const auto& entry : fs::recursive_directory_iterator(Checkpoints(state))) {
      if (!entry.is_regular_file()) continue;
      disk->Put(fs::relative(entry.path(), Checkpoints(state)).string(), Bytes(entry.path()));
    }
    return disk;
  }
};

TEST_P(GoldenTest, EachStateIsResumedAsTheTableSays) {
  for (const Golden& golden : kStates) {
    const ScalaVersion other =
        Scala() == ScalaVersion::k212 ? ScalaVersion::k213 : ScalaVersion::k212;
    const auto checkpoint =
        Checkpoint::Open(std::make_shared<MemoryStorage>(Copy(golden.state)), other);
    ASSERT_TRUE(checkpoint.ok()) << golden.state << ": " << checkpoint.status().ToString();
    EXPECT_EQ((*checkpoint)->state().scala, Scala()) << golden.state << ": seen in the file itself";
    TableFacts table{"table", golden.last_txn.has_value(), std::nullopt, ""};
    if (golden.last_txn) table.last_batch = BatchId{*golden.last_txn};
    const auto recovery = Decide((*checkpoint)->state(), table);
    ASSERT_TRUE(recovery.ok()) << golden.state << ": " << recovery.status().ToString();
    EXPECT_EQ(recovery->kind, golden.kind) << golden.state;
    EXPECT_EQ(recovery->batch, BatchId{golden.batch}) << golden.state;
  }
}

TEST_P(GoldenTest, EveryFileIsWrittenAgainByteForByte) {
  int files = 0;
  for (const Golden& golden : kStates) {
    const fs::path root = Checkpoints(golden.state);
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || name[0] == '.') continue;
      const std::string bytes = Bytes(entry.path());
      const std::string file = fs::relative(entry.path(), root).string();
      std::string again;
      if (file == "metadata") {
        again = FormatMetadata(ParseMetadata(bytes, file).value());
      } else if (file == "sources/0/0") {
        again = FormatInitialOffsets(ParseInitialOffsets(bytes, file).value(), Scala());
      } else if (file.starts_with("offsets/")) {
        again = FormatOffsetLog(ParseOffsetLog(bytes, file).value(), Scala());
      } else if (file.starts_with("commits/")) {
        again = FormatCommitLog(ParseCommitLog(bytes, file).value());
      }
      EXPECT_EQ(again, bytes) << golden.state << "/" << file;
      ++files;
    }
  }
  EXPECT_GT(files, 80);
}

// The same content through the write protocol: a directory that Spark could have written.
TEST_P(GoldenTest, ACheckpointWrittenByUsEqualsSparks) {
  const fs::path root = Checkpoints("clean-after-11");
  auto disk = std::make_shared<MemoryDisk>();
  disk->Put("metadata", Bytes(root / "metadata"));
  const auto checkpoint = Checkpoint::Open(std::make_shared<MemoryStorage>(disk), Scala());
  ASSERT_TRUE(checkpoint.ok());
  const auto initial = ParseInitialOffsets(Bytes(root / "sources/0/0"), "").value();
  ASSERT_TRUE((*checkpoint)->WriteInitialOffsets(initial).ok());
  for (int64_t batch = 0; batch <= 11; ++batch) {
    const auto entry = ParseOffsetLog(Bytes(root / "offsets" / std::to_string(batch)), "").value();
    ASSERT_TRUE((*checkpoint)->WriteOffsets(BatchId{batch}, entry).ok());
    ASSERT_TRUE((*checkpoint)->WriteCommit(BatchId{batch}, 0).ok());
  }
  for (const auto& [file, bytes] : disk->files()) EXPECT_EQ(bytes, Bytes(root / file)) << file;
  EXPECT_EQ(disk->files().size(), 26u);
}

INSTANTIATE_TEST_SUITE_P(Spark, GoldenTest, testing::Values("spark-3.4.1", "spark-4.2.0"),
                         [](const auto& info) {
                           return info.param == std::string("spark-3.4.1") ? "Spark341"
                                                                           : "Spark420";
                         });

}  // namespace
}  // namespace sluice::checkpoint
