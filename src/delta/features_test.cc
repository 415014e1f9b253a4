// SPDX-License-Identifier: Apache-2.0
//
// Tables of other writers: which are appended to, and which are refused by the name of a feature.
#include "delta/features.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "delta/log_reader.h"
#include "delta/table.h"
#include "delta/testing/table_fixture.h"

namespace sluice::delta {
namespace {

using Json = nlohmann::ordered_json;
using testing::BatchOf;
using testing::Lines;

std::string Column(const std::string& name, const std::string& type, bool nullable = true,
                   const std::string& metadata = "{}") {
  return R"({"name":")" + name + R"(","type":")" + type + R"(","nullable":)" +
         (nullable ? "true" : "false") + R"(,"metadata":)" + metadata + "}";
}

std::string SchemaOf(const std::string& columns) {
  return R"({"type":"struct","fields":[)" + columns + "]}";
}

std::string Protocol(int reader, int writer) {
  return R"({"protocol":{"minReaderVersion":)" + std::to_string(reader) +
         R"(,"minWriterVersion":)" + std::to_string(writer) + "}}";
}

// Protocol (3,7) or, without reader features, (1,7).
std::string Features(const std::vector<std::string>& reader,
                     const std::vector<std::string>& writer) {
  Json protocol = {{"minReaderVersion", reader.empty() ? 1 : 3}, {"minWriterVersion", 7}};
  if (!reader.empty()) protocol["readerFeatures"] = reader;
  protocol["writerFeatures"] = writer;
  return Json{{"protocol", protocol}}.dump();
}

class FeaturesTest : public testing::TableTest {
 protected:
  const std::string plain_ = SchemaOf(Column("id", "long") + "," + Column("name", "string"));

  // The refusal, or "appended" after two batches, a checkpoint and a look from outside.
  std::string TryAppending() {
    auto table = OpenTable(path_.string());
    if (!table.ok()) {
      EXPECT_EQ(table.status().code(), "UNSUPPORTED_FEATURE");
      EXPECT_TRUE(table.status().Is(ErrorKind::kStop));
      return table.status().message();
    }
    for (int64_t batch = 0; batch < 11; ++batch) {
      AppendRequest request = BatchOf("q", batch, {"part-" + std::to_string(batch) + ".parquet"});
      request.files[0].stats_json = R"({"numRecords":3})";
      const auto outcome = (*table)->Append(request);
      EXPECT_TRUE(outcome.ok()) << outcome.status().ToString();
      (*table)->Maintain();
      (*table)->FinishMaintenance({});
    }
    const auto warnings = (*table)->TakeWarnings();
    EXPECT_EQ(warnings, std::vector<std::string>{});
    EXPECT_EQ(Opened()->LastBatch("q").value(), BatchId{10});
    EXPECT_EQ(ListFiles(path_.string(), std::nullopt)->size(), 11u);
    EXPECT_TRUE(std::filesystem::exists(CheckpointOfTen()));
    return "appended";
  }

  std::filesystem::path CheckpointOfTen() const {
    return path_ / "_delta_log" / "00000000000000000010.checkpoint.parquet";
  }

  void ExpectRefused(const std::string& part) {
    const std::string text = TryAppending();
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(text.find(path_.string()), std::string::npos) << text;
    EXPECT_FALSE(std::filesystem::exists(CommitPath(1)));
  }
};

class LegacyProtocolTest : public FeaturesTest,
                           public ::testing::WithParamInterface<std::pair<int, int>> {};

TEST_P(LegacyProtocolTest, AnUnusedPromiseHindersNothingAndTheProtocolStays) {
  const auto [reader, writer] = GetParam();
  WriteForeignTable(Protocol(reader, writer), plain_);
  EXPECT_EQ(TryAppending(), "appended");
  auto table = Opened();
  EXPECT_EQ(table->info().min_reader_version, reader);
  EXPECT_EQ(table->info().min_writer_version, writer);
  // No commit and no checksum may claim the substitute protocol.
  for (int64_t version = 1; version <= 11; ++version) {
    EXPECT_EQ(CommitText(version).find("\"protocol\""), std::string::npos) << version;
  }
  if (writer > 2) {
    EXPECT_FALSE(std::filesystem::exists(path_ / "_delta_log" / "00000000000000000010.crc"));
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, LegacyProtocolTest,
                         ::testing::Values(std::pair(1, 1), std::pair(1, 2), std::pair(1, 3),
                                           std::pair(1, 4), std::pair(2, 5), std::pair(1, 6),
                                           std::pair(2, 6)));

TEST_F(FeaturesTest, ACheckConstraintIsRefusedByName) {
  for (int writer : {3, 4, 6}) {
    SetUp();
    WriteForeignTable(Protocol(1, writer), plain_, R"({"delta.constraints.pos":"id > 0"})");
    ExpectRefused("CHECK constraint `pos` (id > 0)");
    TearDown();
  }
}

TEST_F(FeaturesTest, RulesOfColumnsAreRefusedByNameAllAtOnce) {
  const std::string columns =
      Column("a", "long", false) + "," + Column("b", "long", true, R"({"delta.invariants":"{}"})") +
      "," + Column("c", "long", true, R"({"delta.generationExpression":"a + 1"})") + "," +
      Column("d", "long", true, R"({"delta.identity.start":1,"delta.identity.step":1})") + "," +
      Column("e", "string", true, R"x({"__CHAR_VARCHAR_TYPE_STRING":"varchar(10)"})x");
  WriteForeignTable(Protocol(1, 6), SchemaOf(columns));
  const std::string text = TryAppending();
  for (const char* part :
       {"column `a` is NOT NULL", "column `b` has an invariant", "column `c` is a generated column",
        "column `d` is an identity column", "column `e` has a limited length (\"varchar(10)\")"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST_F(FeaturesTest, ANestedNotNullIsFoundToo) {
  const std::string inner = R"({"name":"n","type":{"type":"array","elementType":)" +
                            SchemaOf(Column("x", "long", false)) +
                            R"(,"containsNull":true},"nullable":true,"metadata":{}})";
  WriteForeignTable(Protocol(1, 2), SchemaOf(Column("a", "long") + "," + inner));
  ExpectRefused("column `n.x` is NOT NULL");
}

TEST_F(FeaturesTest, ColumnMappingIsRefusedByName) {
  const std::string metadata =
      R"({"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"})";
  WriteForeignTable(Protocol(2, 5), SchemaOf(Column("id", "long", true, metadata)),
                    R"({"delta.columnMapping.mode":"name","delta.columnMapping.maxColumnId":"1"})");
  ExpectRefused("column mapping (mode name)");
}

TEST_F(FeaturesTest, ADefaultValueIsRefusedByName) {
  WriteForeignTable(Features({}, {"allowColumnDefaults"}),
                    SchemaOf(Column("id", "long", true, R"({"CURRENT_DEFAULT":"7"})")));
  ExpectRefused("column `id` has a default value");
}

TEST_F(FeaturesTest, AnUnknownFeatureIsRefusedByName) {
  WriteForeignTable(Features({}, {"appendOnly", "teleportation"}), plain_);
  ExpectRefused("teleportation");
}

TEST_F(FeaturesTest, CatalogCommitsAreRefusedByName) {
  WriteForeignTable(Features({"catalogManaged"}, {"catalogManaged", "inCommitTimestamp"}), plain_);
  ExpectRefused("catalogManaged");
}

TEST_F(FeaturesTest, IcebergCompatibilityIsRefusedByName) {
  WriteForeignTable(Features({}, {"icebergCompatV1"}), plain_,
                    R"({"delta.enableIcebergCompatV1":"true"})");
  ExpectRefused("Iceberg compatibility V1");
}

TEST_F(FeaturesTest, AForeignTypeIsRefusedByName) {
  WriteForeignTable(Features({"variantType"}, {"variantType"}), SchemaOf(Column("v", "variant")));
  ExpectRefused("variant");
}

TEST_F(FeaturesTest, WhatAnAppendKeepsByItselfIsAccepted) {
  struct Case {
    std::vector<std::string> reader, writer;
    std::string configuration;
  };
  const std::vector<Case> cases = {
      {{}, {"appendOnly", "invariants"}, R"({"delta.appendOnly":"true"})"},
      {{}, {"changeDataFeed"}, R"({"delta.enableChangeDataFeed":"true"})"},
      {{"deletionVectors"}, {"deletionVectors"}, R"({"delta.enableDeletionVectors":"true"})"},
      {{"timestampNtz"}, {"timestampNtz"}, "{}"},
      {{"vacuumProtocolCheck"}, {"vacuumProtocolCheck"}, "{}"},
      {{}, {"checkConstraints", "generatedColumns", "identityColumns"}, "{}"},
  };
  for (const Case& c : cases) {
    SetUp();
    WriteForeignTable(Features(c.reader, c.writer), plain_, c.configuration);
    EXPECT_EQ(TryAppending(), "appended") << c.writer[0];
    TearDown();
  }
}

TEST_F(FeaturesTest, InCommitTimestampsGoOnRising) {
  WriteForeignTable(Features({}, {"inCommitTimestamp"}), plain_,
                    R"({"delta.enableInCommitTimestamps":"true"})");
  // Version 0 lacks its timestamp, as no writer would leave it: give it one.
  std::string text = CommitText(0);
  const std::string start = R"({"commitInfo":{)";
  text.insert(text.find(start) + start.size(), R"("inCommitTimestamp":4102444800000,)");
  std::filesystem::remove(CommitPath(0));
  WriteCommit(0, Lines(text));
  ASSERT_TRUE(Opened()->Append(BatchOf("q", 0, {})).ok());
  const Json info = Json::parse(Lines(CommitText(1))[0])["commitInfo"];
  EXPECT_EQ(info.begin().key(), "inCommitTimestamp");
  EXPECT_EQ(info["inCommitTimestamp"], 4102444800001);
}

}  // namespace
}  // namespace sluice::delta
