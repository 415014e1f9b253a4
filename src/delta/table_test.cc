// SPDX-License-Identifier: Apache-2.0
#include "delta/table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "delta/schema_json.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

using Json = nlohmann::ordered_json;
using testing::BatchOf;
using testing::Lines;
using testing::TableTest;

// Fields that differ from run to run, replaced, so that the rest can be compared as text.
std::string Stable(const std::string& line) {
  Json action = Json::parse(line);
  for (auto& [name, value] : action.items()) {
    for (const char* field : {"timestamp", "createdTime", "lastUpdated"}) {
      if (value.contains(field)) value[field] = 0;
    }
    for (const char* field : {"txnId", "id"}) {
      if (value.contains(field)) value[field] = "*";
    }
  }
  return action.dump();
}

std::vector<std::string> StableLines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : Lines(text)) lines.push_back(Stable(line));
  return lines;
}

TEST_F(TableTest, VersionZeroIsWhatSparkWouldWrite) {
  Created({"day"}, {{"delta.checkpointInterval", "5"}});
  const std::vector<std::string> expected = {
      R"({"commitInfo":{"timestamp":0,"operation":"CREATE TABLE","operationParameters":{"isManaged":"false",)"
      R"("description":null,"partitionBy":"[\"day\"]","properties":"{\"delta.checkpointInterval\":\"5\"}"},)"
      R"("isolationLevel":"Serializable","isBlindAppend":true,"operationMetrics":{},"engineInfo":"Sluice/0.1.0","txnId":"*"}})",
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})",
      R"({"metaData":{"id":"*","format":{"provider":"parquet","options":{}},"schemaString":)"
      R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},)"
      R"({\"name\":\"name\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},)"
      R"({\"name\":\"day\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}}]}",)"
      R"("partitionColumns":["day"],"configuration":{"delta.checkpointInterval":"5"},"createdTime":0}})"};
  EXPECT_EQ(StableLines(CommitText(0)), expected);
}

TEST_F(TableTest, ABatchIsOneVersionInTheShapeOfSpark) {
  auto table = Created();
  const auto outcome = table->Append(BatchOf("q", 7, {"a.parquet"}));
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->kind, CommitOutcome::Kind::kCommitted);
  EXPECT_EQ(outcome->version, TableVersion{1});
  EXPECT_EQ(outcome->conflicts, 0);
  const std::vector<std::string> expected = {
      R"({"commitInfo":{"timestamp":0,"operation":"STREAMING UPDATE","operationParameters":{"outputMode":"Append",)"
      R"("queryId":"q","epochId":"7"},"readVersion":0,"isolationLevel":"Serializable","isBlindAppend":true,)"
      R"("operationMetrics":{"numRemovedFiles":"0","numOutputRows":"3","numOutputBytes":"1000","numAddedFiles":"1"},)"
      R"("engineInfo":"Sluice/test","txnId":"*","kernelVersion":"v0.30.1"}})",
      R"({"txn":{"appId":"q","version":7,"lastUpdated":0}})",
      R"({"add":{"path":"a.parquet","partitionValues":{},"size":1000,"modificationTime":1700000000000,)"
      R"("dataChange":true,"stats":"{\"numRecords\":3,\"nullCount\":{\"id\":0,\"name\":0,\"day\":3},)"
      R"(\"minValues\":{\"id\":1,\"name\":\"a\"},\"maxValues\":{\"id\":3,\"name\":\"c\"}}"}})"};
  EXPECT_EQ(StableLines(CommitText(1)), expected);
}

TEST_F(TableTest, TheOriginOfTheNewestBatchOfAQueryIsFound) {
  const BatchOrigin origin{{{"trips", "gLk0\"_w"}, {"alerts", "x"}}, R"({"trips":{"0":7}})"};
  auto table = Created();
  EXPECT_EQ(table->LastOrigin("q").value(), BatchOrigin());
  auto older = BatchOf("q", 0, {"a.parquet"});
  older.origin = {{{"trips", "older"}}, R"({"trips":{"0":3}})"};
  auto newer = BatchOf("q", 1, {"b.parquet"});
  newer.origin = origin;
  ASSERT_TRUE(table->Append(older).ok());
  ASSERT_TRUE(table->Append(newer).ok());
  ASSERT_TRUE(table->Append(BatchOf("other", 9, {"c.parquet"})).ok());
  auto again = Opened();
  EXPECT_EQ(again->LastOrigin("q").value(), origin);
  EXPECT_EQ(again->LastOrigin("other").value(), BatchOrigin());
}

TEST_F(TableTest, TheLastBatchOfEachQueryIsRemembered) {
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  ASSERT_TRUE(table->Append(BatchOf("r", 5, {"b.parquet"})).ok());
  ASSERT_TRUE(table->Append(BatchOf("q", 1, {"c.parquet"})).ok());
  for (Table* t : {table.get(), Opened().release()}) {
    EXPECT_EQ(t->LastBatch("q").value(), BatchId{1});
    EXPECT_EQ(t->LastBatch("r").value(), BatchId{5});
    EXPECT_EQ(t->LastBatch("s").value(), std::nullopt);
    EXPECT_EQ(t->info().version, TableVersion{3});
    if (t != table.get()) delete t;
  }
}

TEST_F(TableTest, AnEmptyBatchStillCommitsItsTransaction) {
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 0, {})).ok());
  const auto lines = StableLines(CommitText(1));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], R"({"txn":{"appId":"q","version":0,"lastUpdated":0}})");
}

TEST_F(TableTest, ABatchThatIsInIsNotWrittenAgain) {
  auto table = Created();
  ASSERT_TRUE(table->Append(BatchOf("q", 3, {"a.parquet"})).ok());
  for (int64_t batch : {3, 2}) {
    const auto outcome = Opened()->Append(BatchOf("q", batch, {"b.parquet"}));
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(outcome->kind, CommitOutcome::Kind::kAlreadyCommitted);
    EXPECT_EQ(outcome->version, TableVersion{1});
  }
  EXPECT_FALSE(std::filesystem::exists(CommitPath(2)));
}

TEST_F(TableTest, PartitionedFilesCarryTheirValuesAndAnEncodedPath) {
  auto table = CreateTable(path_.string(), {SmallSchema(), {"NAME"}, {}}).value();
  EXPECT_EQ(table->info().partition_columns, std::vector<std::string>{"name"});
  AppendRequest request = BatchOf(
      "q", 0, {"name=a%2Fb c/part-0.parquet", "name=__HIVE_DEFAULT_PARTITION__/part-1.parquet"});
  request.files[0].partition_values = {{"name", "a/b c"}};
  request.files[1].partition_values = {{"name", std::nullopt}};
  const auto outcome = table->Append(request);
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  const auto lines = Lines(CommitText(1));
  const Json first = Json::parse(lines[2])["add"];
  EXPECT_EQ(first["path"], "name=a%252Fb%20c/part-0.parquet");
  EXPECT_EQ(first["partitionValues"].dump(), R"({"name":"a/b c"})");
  EXPECT_EQ(Json::parse(lines[3])["add"]["partitionValues"].dump(), R"({"name":null})");
}

TEST_F(TableTest, NewColumnsComeInTheSameVersionAsTheirData) {
  auto table = Created();
  AppendRequest request = BatchOf("q", 0, {"a.parquet"});
  request.new_columns = {
      {{}, {"speed", DataType(TypeKind::kDouble)}},
      {{}, {"tags", DataType::Array(DataType::Struct({{"k", DataType(TypeKind::kString)}}))}}};
  const auto outcome = table->Append(request);
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{1});
  const std::string expected =
      "id BIGINT, name STRING, day DATE, speed DOUBLE, tags ARRAY<STRUCT<k: STRING>>";
  EXPECT_EQ(table->info().schema.ToDdl(), expected);
  EXPECT_EQ(Opened()->info().schema.ToDdl(), expected);
  EXPECT_EQ(Json::parse(Lines(CommitText(1))[1]).begin().key(), "metaData");
  // The schema in hand is the new one: the next batch has nothing to add.
  ASSERT_TRUE(table->Append(BatchOf("q", 1, {"b.parquet"})).ok());
}

// At every level: into a struct, the elements of an array, the values of a map.
TEST_F(TableTest, NewNestedFieldsComeAtTheEndOfTheirStructWithTheirData) {
  const DataType text(TypeKind::kString);
  const DataType pair = DataType::Struct({{"x", text}});
  auto table = CreateTable(path_.string(), {{{{"s", DataType::Struct({{"a", pair}, {"b", text}})},
                                              {"list", DataType::Array(pair)},
                                              {"map", DataType::Map(text, pair)}}},
                                            {},
                                            {}})
                   .value();
  ASSERT_TRUE(table->Append(BatchOf("q", 0, {})).ok());
  AppendRequest request = BatchOf("q", 1, {"a.parquet"});
  request.files[0].stats_json =
      R"({"numRecords":3,"minValues":{"s":{"a":{"y":5},"c":7}},"maxValues":{"s":{"a":{"y":6},"c":8}},)"
      R"("nullCount":{"s":{"a":{"x":0,"y":0},"b":3,"c":0},"list":0,"map":0}})";
  const DataType number(TypeKind::kLong);
  request.new_columns = {{{"s", "a"}, {"y", number}},
                         {{"s"}, {"c", number}},
                         {{"list", "element"}, {"y", number}},
                         {{"map", "value"}, {"y", number}}};
  const auto outcome = table->Append(request);
  ASSERT_TRUE(outcome.ok()) << outcome.status().ToString();
  EXPECT_EQ(outcome->version, TableVersion{2});
  const std::string expected =
      "s STRUCT<a: STRUCT<x: STRING, y: BIGINT>, b: STRING, c: BIGINT>, "
      "list ARRAY<STRUCT<x: STRING, y: BIGINT>>, map MAP<STRING, STRUCT<x: STRING, y: BIGINT>>";
  EXPECT_EQ(table->info().schema.ToDdl(), expected);
  EXPECT_EQ(Opened()->info().schema.ToDdl(), expected);
  const auto lines = Lines(CommitText(2));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(Json::parse(lines[1]).begin().key(), "metaData");
  EXPECT_EQ(Json::parse(Json::parse(lines[3])["add"]["stats"].get<std::string>())["maxValues"],
            Json::parse(R"({"s":{"a":{"y":6},"c":8}})"));
}

TEST_F(TableTest, StatisticsAreWantedOfTheFirst32LeavesThatAreNoPartition) {
  Schema schema{{{"day", DataType(TypeKind::kDate)},
                 {"s", DataType::Struct({{"a", DataType(TypeKind::kLong)},
                                         {"list", DataType::Array(DataType(TypeKind::kLong))}})}}};
  for (int i = 0; i < 40; ++i)
    schema.fields.push_back({"c" + std::to_string(i), DataType(TypeKind::kLong)});
  auto table = CreateTable(path_.string(), {schema, {"day"}, {}}).value();
  const auto columns = table->StatsColumns({{{}, {"new", DataType(TypeKind::kLong)}}});
  ASSERT_TRUE(columns.ok()) << columns.status().ToString();
  ASSERT_EQ(columns->size(), 32u);
  EXPECT_EQ(columns->at(0), (NamePath{"s", "a"}));
  EXPECT_EQ(columns->at(1), (NamePath{"s", "list"}));
  EXPECT_EQ(columns->at(31), (NamePath{"c29"}));
}

TEST_F(TableTest, TheTablesPropertiesSayWhatStatisticsAreWanted) {
  const std::vector<std::pair<std::string, std::vector<NamePath>>> cases = {
      {R"({"delta.dataSkippingNumIndexedCols":"1"})", {{"id"}}},
      {R"({"delta.dataSkippingNumIndexedCols":"0"})", {}},
      {R"({"delta.dataSkippingNumIndexedCols":"-1"})",
       {{"id"}, {"s", "a"}, {"s", "b"}, {"s", "new"}, {"new"}}},
      {R"({"delta.dataSkippingStatsColumns":"s.b,`new`","delta.dataSkippingNumIndexedCols":"1"})",
       {{"s", "b"}, {"new"}}},
      {R"({"delta.dataSkippingStatsColumns":"s, gone"})", {{"s", "a"}, {"s", "b"}, {"s", "new"}}}};
  const std::string schema = ToSchemaJson(
      {{{"id", DataType(TypeKind::kLong)},
        {"s",
         DataType::Struct({{"a", DataType(TypeKind::kLong)}, {"b", DataType(TypeKind::kLong)}})}}},
      true);
  for (const auto& [properties, expected] : cases) {
    SetUp();
    WriteForeignTable(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})", schema,
                      properties);
    const DataType number(TypeKind::kLong);
    const auto columns = Opened()->StatsColumns({{{"s"}, {"new", number}}, {{}, {"new", number}}});
    ASSERT_TRUE(columns.ok()) << columns.status().ToString();
    EXPECT_EQ(*columns, expected) << properties;
    TearDown();
  }
}

// Clustering asks for statistics of its columns whatever the properties say; without them the commit
// would be refused.
TEST_F(TableTest, StatisticsOfClusteringColumnsAreWanted) {
  WriteForeignTable(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":)"
                    R"(["clustering","domainMetadata","appendOnly","invariants"]}})",
                    ToSchemaJson(SmallSchema(), true),
                    R"({"delta.dataSkippingNumIndexedCols":"1"})");
  WriteCommit(1, {R"({"commitInfo":{"timestamp":5,"operation":"CLUSTER BY"}})",
                  R"({"domainMetadata":{"domain":"delta.clustering","configuration":)"
                  R"("{\"clusteringColumns\":[[\"day\"]]}","removed":false}})"});
  auto table = Opened();
  EXPECT_EQ(table->StatsColumns({}).value(), (std::vector<NamePath>{{"id"}, {"day"}}));
  AppendRequest request = BatchOf("q", 0, {"a.parquet"});
  request.files[0].stats_json =
      R"({"numRecords":1,"minValues":{"day":"2026-01-31"},"maxValues":{"day":"2026-01-31"},)"
      R"("nullCount":{"id":1,"day":0}})";
  const auto outcome = table->Append(request);
  EXPECT_TRUE(outcome.ok()) << outcome.status().ToString();
}

TEST_F(TableTest, TimestampNtzAsksForTheProtocolThatHasIt) {
  const Schema schema{{{"at", DataType(TypeKind::kTimestampNtz)}}};
  auto table = CreateTable(path_.string(), {schema, {}, {}});
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(
      Lines(CommitText(0))[1],
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],)"
      R"("writerFeatures":["timestampNtz","appendOnly","invariants"]}})");
  AppendRequest request = BatchOf("q", 0, {"a.parquet"});
  request.files[0].stats_json = R"({"numRecords":1})";
  EXPECT_TRUE((*table)->Append(request).ok());
}

TEST_F(TableTest, CreatingATableThatIsThereOpensIt) {
  ASSERT_TRUE(Created()->Append(BatchOf("q", 0, {"a.parquet"})).ok());
  auto again = CreateTable(path_.string(), {{{{"x", DataType(TypeKind::kInt)}}}, {}, {}});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->info().version, TableVersion{1});
  EXPECT_EQ((*again)->info().schema, SmallSchema());
}

TEST_F(TableTest, ATableThatCannotBeIsRefusedWithEveryReason) {
  const Schema schema{{{"a b", DataType(TypeKind::kInt)},
                       {"x", DataType(TypeKind::kVoid)},
                       {"X", DataType::Struct({{"y", DataType(TypeKind::kInt)}})}}};
  const auto table =
      CreateTable(path_.string(), {schema, {"X", "none"}, {{"delta.columnMapping.mode", "name"}}});
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.status().code(), "BAD_TABLE");
  for (const char* part :
       {"`a b`", "VOID", "`X`: twice", "`none`: no such column", "delta.columnMapping.mode = name",
        "STRUCT<y: INT> cannot be a partition column"}) {
    EXPECT_NE(table.status().message().find(part), std::string::npos) << part << " in\n"
                                                                      << table.status().message();
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(TableTest, NamesInsideOfColumnsAreCheckedAsColumnsAre) {
  const DataType number(TypeKind::kInt);
  const DataType inner = DataType::Struct({{"b c", number}, {"x", number}, {"X", number}});
  const Schema schema{{{"id", number},
                       {"s", DataType::Struct({{"a", inner}})},
                       {"list", DataType::Array(DataType::Struct({{"k=v", number}}))},
                       {"m", DataType::Map(DataType(TypeKind::kString),
                                           DataType::Struct({{"", number}, {"e;f", number}}))}}};
  const auto table = CreateTable(path_.string(), {schema, {}, {}});
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.status().code(), "BAD_TABLE");
  for (const char* part : {"`s.a.b c`: a name may not", "`s.a.X`: twice", "`list.element.k=v`",
                           "`m.value.`: a name may not be empty", "`m.value.e;f`"}) {
    EXPECT_NE(table.status().message().find(part), std::string::npos) << part << " in\n"
                                                                      << table.status().message();
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(TableTest, TheSameNameInTwoStructsIsNoMistake) {
  const DataType inner = DataType::Struct({{"id", DataType(TypeKind::kInt)}});
  const Schema schema{{{"id", DataType(TypeKind::kInt)}, {"s", inner}, {"t", inner}}};
  EXPECT_TRUE(CreateTable(path_.string(), {schema, {}, {}}).ok());
}

TEST_F(TableTest, ARetentionOfTransactionsIsSpokenOf) {
  Created({}, {{"delta.setTransactionRetentionDuration", "interval 7 days"}});
  const auto warnings = Opened()->TakeWarnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("interval 7 days"), std::string::npos);
}

TEST_F(TableTest, RefreshSeesWhatOthersDid) {
  auto table = Created();
  ASSERT_TRUE(Opened()->Append(BatchOf("other", 4, {"a.parquet"})).ok());
  EXPECT_EQ(table->LastBatch("other").value(), std::nullopt);
  ASSERT_TRUE(table->Refresh().ok());
  EXPECT_EQ(table->LastBatch("other").value(), BatchId{4});
  EXPECT_EQ(table->info().version, TableVersion{1});
}

}  // namespace
}  // namespace sluice::delta
