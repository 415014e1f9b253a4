// SPDX-License-Identifier: Apache-2.0
//
// A real table in a temporary directory, and hands to write its log with.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "delta/table.h"

namespace sluice::delta::testing {

// A batch of `rows` rows in a file for each path (the files themselves are not needed for a commit).
AppendRequest BatchOf(const std::string& app_id, int64_t batch,
                      const std::vector<std::string>& paths);

std::string ReadText(const std::filesystem::path& path);
std::vector<std::string> Lines(const std::string& text);

class TableTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // "id BIGINT, name STRING, day DATE"
  static Schema SmallSchema();
  std::unique_ptr<Table> Created(const std::vector<std::string>& partition_columns = {},
                                 const std::map<std::string, std::string>& properties = {});
  std::unique_ptr<Table> Opened();

  std::filesystem::path CommitPath(int64_t version) const;
  std::string CommitText(int64_t version) const { return ReadText(CommitPath(version)); }
  // Writes that version as another writer would: `actions` are lines of JSON.
  void WriteCommit(int64_t version, const std::vector<std::string>& actions);
  // A table made by somebody else: version 0 with this protocol action and schema.
  void WriteForeignTable(const std::string& protocol, const std::string& schema_json,
                         const std::string& configuration = "{}");

  std::filesystem::path directory_;  // temporary, removed at the end
  std::filesystem::path path_;       // of the table, inside it
};

}  // namespace sluice::delta::testing
