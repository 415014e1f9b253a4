// SPDX-License-Identifier: Apache-2.0
#include "delta/table_size.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sluice::delta {
namespace {

class TableSizeTest : public ::testing::Test {
 protected:
  TableSizeTest() {
    std::string made = "/tmp/table_size_XXXXXX";
    path_ = mkdtemp(made.data());
    std::filesystem::create_directory(path_ + "/_delta_log");
  }
  ~TableSizeTest() override { std::filesystem::remove_all(path_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/_delta_log/" + name) << text;
  }
  std::string path_;
};

TEST_F(TableSizeTest, IsThatOfTheNewestChecksum) {
  Write("00000000000000000009.crc", R"({"tableSizeBytes":10,"numFiles":1})");
  Write("00000000000000000012.crc", R"({"tableSizeBytes":1234,"numFiles":7,"more":{}})");
  Write("00000000000000000013.json", "{}");
  Write(".00000000000000000014.crc", "odd");
  const auto size = ReadTableSize(path_);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->version.value, 12);
  EXPECT_EQ(size->files, 7);
  EXPECT_EQ(size->bytes, 1234);
}

TEST_F(TableSizeTest, WithoutAChecksumThatCanBeReadIsUnknown) {
  EXPECT_FALSE(ReadTableSize(path_));
  EXPECT_FALSE(ReadTableSize(path_ + "/nowhere"));
  Write("00000000000000000001.crc", R"({"tableSizeBytes":"x"})");
  EXPECT_FALSE(ReadTableSize(path_));
  Write("00000000000000000002.crc", "{");
  EXPECT_FALSE(ReadTableSize(path_));
}

}  // namespace
}  // namespace sluice::delta
