// SPDX-License-Identifier: Apache-2.0
//
// Tables made by real Spark (3.4.1 with Delta 2.4.0, 4.2.0 with Delta 4.4.0), where they are at hand.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/testing/source_dir.h"
#include "delta/log_reader.h"
#include "delta/table.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

namespace fs = std::filesystem;
using testing::BatchOf;
using testing::ReadText;

struct State {
  const char* name;
  int64_t last_batch;
};

constexpr State kStates[] = {{"clean-after-2", 2},
                             {"killed-before-delta-commit-3", 2},
                             {"killed-before-delta-commit-3-resumed", 3},
                             {"zero-row-batch-4", 4},
                             {"killed-after-delta-commit-5", 5},
                             {"killed-after-delta-commit-5-resumed", 5},
                             {"clean-after-11", 11}};

class GoldenTest : public testing::TableTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    TableTest::SetUp();
    golden_ = SharedDir() / "data" / "spark-golden" / GetParam();
    if (!fs::exists(golden_)) GTEST_SKIP() << "no golden tables at " << golden_;
  }
  // A copy of the state's table; its query's id.
  std::string Copy(const State& state) {
    fs::remove_all(path_);
    fs::copy(golden_ / state.name / "table", path_, fs::copy_options::recursive);
    return nlohmann::json::parse(ReadText(golden_ / state.name / "ckpt" / "metadata"))["id"];
  }

  fs::path golden_;
};

TEST_P(GoldenTest, TheLastBatchOfTheQueryIsFound) {
  for (const State& state : kStates) {
    const std::string query = Copy(state);
    auto table = Opened();
    ASSERT_TRUE(table != nullptr) << state.name;
    EXPECT_EQ(table->LastBatch(query).value(), BatchId{state.last_batch}) << state.name;
    EXPECT_EQ(table->info().version, TableVersion{state.last_batch}) << state.name;
  }
}

TEST_P(GoldenTest, TheSchemaIsTheQuerys) {
  Copy(kStates[0]);
  EXPECT_EQ(Opened()->info().schema.ToDdl(),
            "id BIGINT, name STRING, score DOUBLE, at TIMESTAMP, partition INT, offset BIGINT, "
            "kafka_timestamp TIMESTAMP, processing_timestamp TIMESTAMP");
}

TEST_P(GoldenTest, TheQueryGoesOnWhereSparkLeftIt) {
  for (const State& state : kStates) {
    const std::string query = Copy(state);
    auto table = Opened();
    EXPECT_EQ(table->Append(BatchOf(query, state.last_batch, {"again.parquet"}))->kind,
              CommitOutcome::Kind::kAlreadyCommitted);
    const size_t files = ListFiles(path_.string(), std::nullopt)->size();
    for (int64_t batch = state.last_batch + 1; batch < state.last_batch + 12; ++batch) {
      AppendRequest request = BatchOf(query, batch, {std::to_string(batch) + ".parquet"});
      request.files[0].stats_json = R"({"numRecords":3})";
      const auto outcome = table->Append(request);
      ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
      EXPECT_EQ(outcome->version, TableVersion{batch});
      table->Maintain();
    }
    table->FinishMaintenance({});
    EXPECT_EQ(table->TakeWarnings(), std::vector<std::string>{});
    EXPECT_EQ(Opened()->LastBatch(query).value(), BatchId{state.last_batch + 11}) << state.name;
    EXPECT_EQ(ListFiles(path_.string(), std::nullopt)->size(), files + 11);
  }
}

TEST_P(GoldenTest, TheHistoryNamesSparksBatches) {
  const std::string query = Copy({"clean-after-11", 11});
  const auto history = ReadHistory(path_.string(), 0);
  ASSERT_TRUE(history.ok()) << history.status().ToString();
  ASSERT_EQ(history->size(), 12u);
  int64_t rows = 0;
  for (const HistoryEntry& entry : *history) {
    EXPECT_EQ(entry.app_id, query);
    EXPECT_EQ(entry.batch, BatchId{entry.version.value});
    EXPECT_EQ(entry.operation, "STREAMING UPDATE");
    EXPECT_EQ(entry.engine_info.substr(0, 13), "Apache-Spark/");
    rows += entry.rows_added;
  }
  EXPECT_EQ(rows, 48);
  EXPECT_EQ(FindBatch(*history, query, BatchId{4})->files_added, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Spark, GoldenTest, ::testing::Values("spark-3.4.1", "spark-4.2.0"), [](const auto& info) {
      std::string name = info.param;
      std::replace_if(name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

}  // namespace
}  // namespace sluice::delta
