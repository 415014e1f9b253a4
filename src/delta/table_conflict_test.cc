// SPDX-License-Identifier: Apache-2.0
//
// Other writers: what is rebased, what stops the query, and races of real processes.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "delta/table.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

using Json = nlohmann::ordered_json;
using testing::BatchOf;
using testing::Lines;
using testing::TableTest;

constexpr const char* kInsert =
    R"({"commitInfo":{"timestamp":1,"operation":"WRITE","engineInfo":"Spark","txnId":"f"}})";
constexpr const char* kForeignAdd =
    R"({"add":{"path":"x.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})";

class TableConflictTest : public TableTest {
 protected:
  // The metaData action of version 0 with another schema or configuration.
  std::string MetadataWith(const Schema& schema, const Json& configuration = Json::object()) {
    Json action = Json::parse(Lines(CommitText(0))[2]);
    Json fields = Json::array();
    for (const Field& field : schema.fields) {
      const char* type = field.type.kind() == TypeKind::kLong   ? "long"
                         : field.type.kind() == TypeKind::kDate ? "date"
                                                                : "string";
      fields.push_back({{"name", field.name},
                        {"type", type},
                        {"nullable", field.nullable},
                        {"metadata", Json::object()}});
    }
    action["metaData"]["schemaString"] = Json{{"type", "struct"}, {"fields", fields}}.dump();
    action["metaData"]["configuration"] = configuration;
    return action.dump();
  }

  Status StatusOfAppend(Table& table) {
    const auto outcome = table.Append(BatchOf("q", 1, {"b.parquet"}));
    return outcome.ok() ? Status::Ok() : outcome.status();
  }
};

TEST_F(TableConflictTest, AnInsertOfSomebodyElseIsSteppedOver) {
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  WriteCommit(2, {kInsert, kForeignAdd});
  WriteCommit(3,
              {kInsert, kForeignAdd, R"({"txn":{"appId":"other","version":9,"lastUpdated":1}})"});
  const auto outcome = table->Append(BatchOf("q", 1, {"b.parquet"}));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{4});
  EXPECT_EQ(outcome->conflicts, 2);
  EXPECT_EQ(Json::parse(Lines(CommitText(4))[0])["commitInfo"]["readVersion"], 3);
  EXPECT_EQ(table->LastBatch("other").value(), BatchId{9});
}

TEST_F(TableConflictTest, TheSameQueryElsewhereStopsThisOne) {
  auto table = Created();
  auto second = Opened();
  ASSERT_TRUE(second->Append(BatchOf("q", 1, {"b.parquet"})).ok());
  const Status status = StatusOfAppend(*table);
  EXPECT_EQ(status.code(), "FENCED");
  EXPECT_TRUE(status.Is(ErrorKind::kStop));
  for (const char* part : {"batch 1 of query q", "as version 1", "Sluice/test", "Two processes"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
  }
  EXPECT_FALSE(std::filesystem::exists(CommitPath(2)));
}

TEST_F(TableConflictTest, AnOlderBatchOfTheSameQueryElsewhereStopsItToo) {
  auto table = Created();
  ASSERT_TRUE(Opened()->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  EXPECT_EQ(StatusOfAppend(*table).code(), "FENCED");
}

TEST_F(TableConflictTest, AChangedPropertyIsAccepted) {
  auto table = Created();
  WriteCommit(1, {kInsert, MetadataWith(SmallSchema(), {{"delta.checkpointInterval", "3"}})});
  EXPECT_TRUE(StatusOfAppend(*table).ok());
  EXPECT_EQ(table->info().configuration.at("delta.checkpointInterval"), "3");
}

TEST_F(TableConflictTest, ANewNullableColumnIsAccepted) {
  auto table = Created();
  Schema wider = SmallSchema();
  wider.fields.push_back({"extra", DataType(TypeKind::kString)});
  WriteCommit(1, {kInsert, MetadataWith(wider)});
  EXPECT_TRUE(StatusOfAppend(*table).ok());
  EXPECT_EQ(table->info().schema, wider);
}

TEST_F(TableConflictTest, ANewColumnOfOursBesideAnotherChangeStops) {
  auto table = Created();
  WriteCommit(1, {kInsert, MetadataWith(SmallSchema(), {{"delta.checkpointInterval", "3"}})});
  AppendRequest request = BatchOf("q", 1, {"b.parquet"});
  request.new_columns = {{{}, {"speed", DataType(TypeKind::kLong)}}};
  EXPECT_EQ(table->Append(request).status().code(), "METADATA_CHANGED");
}

TEST_F(TableConflictTest, AChangedTypeStops) {
  auto table = Created();
  Schema changed = SmallSchema();
  changed.fields[0].type = DataType(TypeKind::kString);
  WriteCommit(1, {kInsert, MetadataWith(changed)});
  const Status status = StatusOfAppend(*table);
  EXPECT_EQ(status.code(), "METADATA_CHANGED");
  EXPECT_TRUE(status.Is(ErrorKind::kStop));
  EXPECT_FALSE(std::filesystem::exists(CommitPath(2)));
}

TEST_F(TableConflictTest, ADroppedColumnStops) {
  auto table = Created();
  Schema changed = SmallSchema();
  changed.fields.pop_back();
  WriteCommit(1, {kInsert, MetadataWith(changed)});
  EXPECT_EQ(StatusOfAppend(*table).code(), "METADATA_CHANGED");
}

TEST_F(TableConflictTest, AConstraintThatWeCannotKeepStops) {
  auto table = Created();
  WriteCommit(1,
              {kInsert, MetadataWith(SmallSchema(), {{"delta.constraints.positive", "id > 0"}})});
  const Status status = StatusOfAppend(*table);
  EXPECT_EQ(status.code(), "UNSUPPORTED_FEATURE");
  EXPECT_NE(status.message().find("CHECK constraint `positive` (id > 0)"), std::string::npos)
      << status.message();
  EXPECT_FALSE(std::filesystem::exists(CommitPath(2)));
}

TEST_F(TableConflictTest, AWinnerThatIsNoJsonStops) {
  auto table = Created();
  WriteCommit(1, {"not json"});
  const Status status = StatusOfAppend(*table);
  EXPECT_EQ(status.code(), "TABLE_LOG.UNREADABLE");
  EXPECT_NE(status.message().find("damaged file is _delta_log/00000000000000000001.json"),
            std::string::npos)
      << status.message();
}

// Versions of each query's batches, in the order of the log.
std::map<std::string, std::vector<int64_t>> BatchesByQuery(
    const std::vector<std::string>& commits) {
  std::map<std::string, std::vector<int64_t>> batches;
  for (const std::string& text : commits) {
    for (const std::string& line : Lines(text)) {
      const Json action = Json::parse(line);
      if (action.contains("txn"))
        batches[action["txn"]["appId"]].push_back(action["txn"]["version"]);
    }
  }
  return batches;
}

int AppendBatches(const std::string& path, const std::string& app_id, int batches) {
  auto table = OpenTable(path);
  if (!table.ok()) return 1;
  for (int batch = 0; batch < batches; ++batch) {
    const auto outcome =
        (*table)->Append(BatchOf(app_id, batch, {app_id + std::to_string(batch) + ".parquet"}));
    if (!outcome.ok() || outcome->kind != CommitOutcome::Kind::kCommitted) return 2;
    (*table)->Maintain();
  }
  return 0;
}

TEST_F(TableConflictTest, RacingProcessesLoseAndDoubleNothing) {
  constexpr int kProcesses = 3;
  constexpr int kBatches = 40;
  ASSERT_TRUE(Created() != nullptr);
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(AppendBatches(path_.string(), "q" + std::to_string(i), kBatches));
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  std::vector<std::string> commits;
  for (int64_t version = 0; std::filesystem::exists(CommitPath(version)); ++version)
    commits.push_back(CommitText(version));
  EXPECT_EQ(commits.size(), 1u + kProcesses * kBatches);
  const auto batches = BatchesByQuery(commits);
  ASSERT_EQ(batches.size(), static_cast<size_t>(kProcesses));
  for (const auto& [app_id, numbers] : batches) {
    for (int64_t i = 0; i < kBatches; ++i)
      EXPECT_EQ(numbers.at(static_cast<size_t>(i)), i) << app_id;
  }
}

TEST_F(TableConflictTest, OfTwoWritersOfOneQueryExactlyOneCommitsABatch) {
  ASSERT_TRUE(Created() != nullptr);
  for (int round = 0; round < 10; ++round) {
    auto a = Opened();
    auto b = Opened();
    Result<CommitOutcome> outcome_b = Status::Ok();
    std::thread other([&] { outcome_b = b->Append(BatchOf("q", round, {"b.parquet"})); });
    const auto outcome_a = a->Append(BatchOf("q", round, {"a.parquet"}));
    other.join();
    EXPECT_NE(outcome_a.ok(), outcome_b.ok());
    const Status& loser = outcome_a.ok() ? outcome_b.status() : outcome_a.status();
    EXPECT_EQ(loser.code(), "FENCED");
  }
  EXPECT_EQ(Opened()->info().version, TableVersion{10});
}

}  // namespace
}  // namespace sluice::delta
