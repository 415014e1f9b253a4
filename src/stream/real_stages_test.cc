// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/testing/columns_builder.h"
#include "stream/stages.h"

namespace sluice::stream {
namespace {

TEST(RealStagesTest, FilesHaveTheStatisticsThatTheTableWants) {
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("sluice-stages-" + std::to_string(::getpid()));
  std::filesystem::create_directories(root);
  WriterRequest request;
  request.table_root = root.string();
  request.schema = {{{"a", DataType(TypeKind::kInt)}, {"b", DataType(TypeKind::kInt)}}};
  request.row_group_bytes = 1 << 20;
  request.stats_columns = {{"b"}};
  auto writer = RealStages(QueryParts(), 1, 64 << 20).make_writer(request);
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  (*writer)->Begin(BatchId{0}, 0);
  ASSERT_TRUE((*writer)->Write(BuildColumns(request.schema, R"({"a": 1, "b": 2})")).ok());
  const auto files = (*writer)->Finish();
  std::filesystem::remove_all(root);
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(files->at(0).stats_json,
            R"({"numRecords":1,"minValues":{"b":2},"maxValues":{"b":2},"nullCount":{"b":0}})");
}

}  // namespace
}  // namespace sluice::stream
