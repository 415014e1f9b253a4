// SPDX-License-Identifier: Apache-2.0
#include "cli/message_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::cli {
namespace {

using Strings = std::vector<std::string>;

class MessageFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::path(::testing::TempDir()) / "sluice_message_files";
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return (dir_ / name).string();
  }
  // The messages, each with its offset.
  Strings Read(const std::vector<std::string>& files, bool whole_file) {
    Strings messages;
    const Status status = ForEachMessageBatch(files, whole_file, [&](const RecordBatch& batch) {
      for (const Record& record : batch.records) {
        messages.push_back(std::to_string(record.offset) + ":" + std::string(record.value_view()));
      }
      return Status::Ok();
    });
    if (!status.ok()) messages.push_back(status.message());
    return messages;
  }
  std::filesystem::path dir_;
};

TEST_F(MessageFilesTest, ALineIsAMessage) {
  const std::string file = Write("a", "{\"a\":1}\n\n{\"a\":2}\r\nlast");
  EXPECT_EQ(Read({file}, false), (Strings{"0:{\"a\":1}", "1:", "2:{\"a\":2}", "3:last"}));
}

TEST_F(MessageFilesTest, AWholeFileIsAMessage) {
  EXPECT_EQ(Read({Write("a", "{\n}\n"), Write("b", "")}, true), (Strings{"0:{\n}\n", "0:"}));
}

TEST_F(MessageFilesTest, ManyLinesKeepTheirNumbers) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + "\n";
  const Strings messages = Read({Write("many", text)}, false);
  ASSERT_EQ(messages.size(), 10000u);
  EXPECT_EQ(messages.back(), "9999:9999");
}

TEST_F(MessageFilesTest, MissingFilesAndDirectoriesAreNamed) {
  EXPECT_EQ(Read({(dir_ / "none").string()}, false),
            (Strings{(dir_ / "none").string() + ": cannot be read: No such file or directory"}));
  EXPECT_EQ(Read({dir_.string()}, false),
            (Strings{dir_.string() + ": is a directory; expected a file of messages"}));
}

TEST_F(MessageFilesTest, AnErrorOfTheUserEndsIt) {
  int calls = 0;
  const std::string file = Write("a", "1\n2\n");
  const Status status = ForEachMessageBatch({file, file}, false, [&](const RecordBatch&) {
    ++calls;
    return Status::Stop("X", "enough");
  });
  EXPECT_EQ(status.code(), "X");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sluice::cli
