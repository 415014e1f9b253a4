// SPDX-License-Identifier: Apache-2.0
//
// A statement gives the same names, types and rows however it runs: natively, split, or in DuckDB alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/columns_builder.h"
#include "transform/duckdb_transform.h"
#include "transform/testing/all_types.h"
#include "transform/testing/sql_run.h"

namespace sluice::transform {
namespace {

struct Outcome {
  std::string schema;
  std::string rows;
};

Outcome RunOver(Transform& transform, int64_t rows) {
  const auto out = transform.Run(PickUsed(AllTypesRandom(rows, 11), transform), {1'000});
  if (!out.ok()) return {"", out.status().ToString()};
  for (const Columns& columns : *out) EXPECT_EQ(BrokenInvariant(columns), "");
  return {transform.output_schema()->ToDdl(), ToJsonLines(*out)};
}

void ExpectSameUnder(const TransformOptions& options, const std::string& engine) {
  SCOPED_TRACE(options.sql);
  auto chosen = Transform::Make(options, AllTypes());
  auto whole = DuckdbTransform::Make(options, std::make_shared<const Schema>(AllTypes()),
                                     /*allow_split=*/false);
  ASSERT_TRUE(chosen.ok()) << chosen.status().ToString();
  ASSERT_TRUE(whole.ok()) << whole.status().ToString();
  EXPECT_EQ((*chosen)->engine(), engine);
  for (int64_t rows : {0, 1, 3000}) {
    const Outcome given = RunOver(**chosen, rows);
    const Outcome expected = RunOver(**whole, rows);
    EXPECT_TRUE(rows == 0 || !expected.schema.empty());
    EXPECT_EQ(given.schema, expected.schema);
    ASSERT_EQ(given.rows, expected.rows) << rows;
  }
}

void ExpectSame(const std::string& sql, const std::string& engine) {
  for (bool ansi : {true, false}) ExpectSameUnder({.sql = sql, .ansi = ansi}, engine);
}

bool IsSplit(const std::string& sql) {
  auto made = DuckdbTransform::Make({.sql = sql}, std::make_shared<const Schema>(AllTypes()));
  EXPECT_TRUE(made.ok()) << sql << ": " << made.status().ToString();
  return made.ok() && (*made)->is_split();
}

void ExpectSameSplit(const std::string& sql) {
  EXPECT_TRUE(IsSplit(sql)) << sql;
  ExpectSameUnder({.sql = sql}, "duckdb");
}

std::vector<std::string> UsedBy(const std::string& sql) {
  const auto made = Transform::Make({.sql = sql}, AllTypes());
  EXPECT_TRUE(made.ok()) << sql << ": " << made.status().ToString();
  return made.ok() ? (*made)->used_inputs() : std::vector<std::string>{"?"};
}

TEST(Engines, NativeStatementsEqualDuckdbs) {
  for (const char* sql :
       {"SELECT * FROM input", "FROM input", "SELECT input.* FROM input",
        "SELECT i.* FROM input AS i", "SELECT * EXCLUDE (map, \"LIST\") FROM input",
        "SELECT text, id FROM input", "SELECT ID AS a, Text AS b, id AS c FROM input",
        "SELECT i.id AS x, i.s.a AS y FROM input i",
        "SELECT input.s.\"in\".t AS deep, s.a, s.\"in\" AS inner_struct FROM input",
        "SELECT s['a'] AS a, (s).\"in\".t AS t FROM input",
        "SELECT CAST(tiny AS SMALLINT) AS a, CAST(tiny AS INT) AS b, CAST(tiny AS BIGINT) AS c, "
        "CAST(small AS BIGINT) AS d, num::BIGINT AS e "
        "FROM input",
        "SELECT CAST(tiny AS FLOAT) AS a, CAST(small AS DOUBLE) AS b, CAST(num AS DOUBLE) AS c, "
        "CAST(f AS DOUBLE) AS d FROM input",
        "SELECT CAST(s.a AS BIGINT) AS wide, TRY_CAST(id AS BIGINT) AS same, CAST(num AS INT), "
        "list, structs, map FROM input"}) {
    ExpectSame(sql, "native");
  }
}

TEST(Engines, SplitStatementsEqualDuckdbs) {
  for (const char* sql :
       {"SELECT *, upper(text) AS u FROM input", "SELECT * FROM input WHERE id % 3 = 0",
        "SELECT * FROM input WHERE num > 0 AND text IS NOT NULL",
        "SELECT *, num * 2 AS twice, d + 1 AS more FROM input WHERE flag",
        "SELECT upper(text) AS u, s.\"in\".t AS t, id FROM input WHERE id > 1500",
        "SELECT CAST(tiny AS BIGINT) AS w, d * 2 AS x, s FROM input AS i WHERE i.id < 2900",
        "SELECT id, CAST(id AS UTINYINT) AS u FROM input WHERE id < 200",
        "SELECT CAST(`at` AS DATE) AS e, list, structs, map FROM input WHERE `at` IS NOT NULL",
        "SELECT id, hour(`at`) AS h, list FROM input WHERE `at` IS NOT NULL",
        "SELECT * EXCLUDE (s), now() AS t FROM input WHERE flag",
        "SELECT id, length(text) AS n FROM input WHERE length(text) > 20"}) {
    EXPECT_TRUE(IsSplit(sql)) << sql;
    ExpectSame(sql, "duckdb");
  }
}

// Fields of a struct that no computed item reads are not given to DuckDB.
TEST(Engines, SplitStatementsThatReadFieldsOfAStructEqualDuckdbs) {
  for (const char* sql :
       {"SELECT id, s.a + 1 AS next FROM input", "SELECT id, upper(s.\"in\".t) AS up FROM input",
        "SELECT s, upper(s.\"in\".t) AS up, s.a FROM input WHERE s.a > 100",
        "SELECT id, S.A * 2 AS twice FROM input AS i WHERE i.s.\"in\".t IS NOT NULL",
        "SELECT id, s IS NULL AS gone, s.a + 1 AS next FROM input",
        "SELECT id, s.\"in\" IS NULL AS gone FROM input WHERE s.a % 2 = 0",
        "SELECT id, to_json(s) AS j, s.a + 1 AS next FROM input",
        "SELECT text, (s).\"in\".t || '!' AS t, struct_extract(s, 'a') + 1 AS n FROM input",
        "SELECT text, list_transform(list, x -> x || s.a) AS xs FROM input WHERE s.a < 900",
        "SELECT id, coalesce(s.\"in\".t, text) AS t FROM input WHERE hash(s.\"in\") % 3 = 0"}) {
    ExpectSameSplit(sql);
  }
}

TEST(Engines, OtherStatementsRunInDuckdbAlone) {
  for (const char* sql :
       {"SELECT DISTINCT flag FROM input", "SELECT id FROM input ORDER BY id DESC",
        "SELECT id FROM input LIMIT 3", "SELECT max(id) AS m FROM input",
        "SELECT id, unnest(list) AS e FROM input", "SELECT upper(text) AS u FROM input",
        "SELECT id AS a, a + 1 AS b FROM input WHERE a > 3",
        "SELECT id, row_number() OVER () AS n FROM input",
        "WITH t AS (SELECT id FROM input) SELECT id, id + 1 AS n FROM t",
        "SELECT * REPLACE (id + 1 AS id) FROM input", "SELECT CAST(id AS INT) AS narrow FROM input",
        "SELECT CAST(id AS DOUBLE) AS lossy FROM input", "SELECT id FROM input WHERE false",
        "SELECT id FROM input UNION ALL SELECT num FROM input"}) {
    EXPECT_FALSE(IsSplit(sql)) << sql;
    ExpectSame(sql, "duckdb");
  }
}

// None of them picks the first column of the input.
TEST(Engines, ItemsThatReadNoColumnStandBesidePickedOnes) {
  for (const char* items :
       {"current_timestamp() AS t", "'gps' AS source, NULL AS nothing, 2.5e0 AS d, [1, 2] AS xs",
        "uuid() IS NOT NULL AS u, rand() < 2 AS r", "CAST(1 AS UTINYINT) AS b",
        "CASE WHEN true THEN 1 ELSE num END AS c, (num IS NULL OR true) AS b, NULL + num AS n"}) {
    ExpectSameSplit(std::string("SELECT ") + items + ", text FROM input");
  }
  for (const char* picked : {"text", "s.a AS a, list", "num AS n, num AS m"}) {
    for (const char* where : {"", " WHERE true", " WHERE num IS NULL OR true"}) {
      ExpectSameSplit(std::string("SELECT 1 AS x, ") + picked + " FROM input" + where);
    }
  }
}

TEST(Engines, OnlyItemsThatReadNoColumnGiveARowForEachOfTheInput) {
  for (const char* sql :
       {"SELECT 1 AS x FROM input", "SELECT 'a' AS a, now() AS t FROM input WHERE true",
        "SELECT CAST(1 AS UTINYINT) AS b FROM input", "SELECT count(*) AS n FROM input"}) {
    EXPECT_FALSE(IsSplit(sql)) << sql;
    ExpectSame(sql, "duckdb");
    EXPECT_THAT(UsedBy(sql), testing::IsEmpty()) << sql;
  }
  EXPECT_EQ(RunSql("SELECT 'gps' AS source FROM input", AllTypesSample()),
            "{\"source\":\"gps\"}\n{\"source\":\"gps\"}\n{\"source\":\"gps\"}\n"
            "{\"source\":\"gps\"}\n");
}

TEST(Engines, WhatIsReadIsWhatIsPickedOrComputedFrom) {
  EXPECT_THAT(UsedBy("SELECT 1 AS x, text FROM input"), testing::ElementsAre("text"));
  EXPECT_THAT(UsedBy("SELECT 1 AS x, s.a AS a FROM input WHERE num > 1"),
              testing::ElementsAre("num", "s"));
  EXPECT_THAT(UsedBy("SELECT id AS a, id AS b, d + 1 AS c, text FROM input WHERE true"),
              testing::ElementsAre("id", "d", "text"));
}

TEST(Split, KeepsTheOrderOfRowsBesideItemsThatReadNoColumn) {
  const Schema schema{{{"first", DataType(TypeKind::kString)}, {"n", DataType(TypeKind::kInt)}}};
  for (const int rows : {1, 2, 2047, 2048, 2049, 5000}) {
    std::string input;
    std::string expected;
    for (int i = 0; i < rows; ++i) {
      input += "{\"n\":" + std::to_string(i) + "}\n";
      expected += "{\"x\":7,\"n\":" + std::to_string(i) + "}\n";
    }
    for (const char* where : {"", " WHERE true", " WHERE n >= 0"}) {
      const std::string sql = std::string("SELECT 7 AS x, n FROM input") + where;
      ASSERT_EQ(RunSql(sql, BuildColumns(schema, input)), expected) << rows << where;
    }
  }
}

// The numbers of the rows, which a split statement asks for, are no column that a statement can see.
TEST(Split, TheWholeRowIsTheInputs) {
  for (const char* sql :
       {"SELECT text, to_json(input) AS r FROM input", "SELECT text, input AS r FROM input",
        "SELECT text, to_json(I) AS r FROM input AS i WHERE i.id > 5",
        "SELECT text, concat_ws(',', *COLUMNS(*)) AS r FROM input WHERE id > 5",
        "SELECT text, [*COLUMNS(c -> c <> 'id')]::STRING AS r FROM (SELECT id, text FROM input)",
        "SELECT text, 1 AS x FROM input WHERE length(to_json(input)::STRING) > 300"}) {
    EXPECT_FALSE(IsSplit(sql)) << sql;
    ExpectSame(sql, "duckdb");
  }
  ExpectSame("SELECT text, #1 + 1 AS next FROM input WHERE #1 > 5", "duckdb");
  const auto named =
      Transform::Make({.sql = "SELECT text, \"{row}\" + 1 AS x FROM input"}, AllTypes());
  EXPECT_EQ(named.status().code(), "SQL_BIND");
}

TEST(Native, CopiesNothingThatItPicks) {
  auto transform =
      Transform::Make({.sql = "SELECT text AS renamed, s.a AS a FROM input"}, AllTypes());
  ASSERT_TRUE(transform.ok());
  Columns in = PickUsed(AllTypesRandom(10, 1), **transform);
  const void* text = in.column(0).buffers[2];
  const auto out = (*transform)->Run(std::move(in), {});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ((*out)[0].column(0).buffers[2], text);
}

TEST(Split, CopiesNothingWithoutAFilter) {
  auto transform = Transform::Make({.sql = "SELECT text, num + 1 AS more FROM input"}, AllTypes());
  ASSERT_TRUE(transform.ok());
  Columns in = PickUsed(AllTypesRandom(5000, 1), **transform);
  const void* text = in.column(1).buffers[2];
  const auto out = (*transform)->Run(std::move(in), {});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ((*out)[0].column(0).buffers[2], text);
}

TEST(PassThrough, GivesTheNamedColumnsOfTheInput) {
  const Columns input = AllTypesSample();
  EXPECT_EQ(RunWith({.sql = " \n", .pass_through = {"text", "id"}}, AllTypesSample()),
            "{\"text\":\"a text of more than twelve "
            "bytes\",\"id\":1}\n{\"text\":null,\"id\":2}\n{\"text\":\"\",\"id\":3}\n"
            "{\"text\":null,\"id\":4}\n");
  const auto all = Transform::Make({}, AllTypes());
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*(*all)->output_schema(), AllTypes());
  EXPECT_EQ((*all)->engine(), "native");
  EXPECT_EQ(Transform::Make({.pass_through = {"textt"}}, AllTypes()).status().message(),
            "there is no column \"textt\" in the input; nearest: \"text\"");
}

TEST(Transform, RefusesABatchOfOtherColumns) {
  for (const char* sql : {"SELECT id, text FROM input", "SELECT id, upper(text) AS t FROM input"}) {
    auto transform = Transform::Make({.sql = sql}, AllTypes());
    ASSERT_TRUE(transform.ok());
    EXPECT_EQ((*transform)->Run(AllTypesSample(), {}).status().code(), "SQL_INPUT");
  }
}

TEST(Split, AStarWithAColumnThatCannotBePickedRunsInDuckdb) {
  const Schema schema{{{"a", DataType(TypeKind::kString)},
                       {"v", DataType(TypeKind::kVoid)},
                       {"n", DataType(TypeKind::kInt)}}};
  EXPECT_EQ(RunSql("SELECT *, upper(a) AS up FROM input",
                   BuildColumns(schema, R"({"a":"x","v":null,"n":7})")),
            "{\"a\":\"x\",\"v\":null,\"n\":7,\"up\":\"X\"}\n");
}

}  // namespace
}  // namespace sluice::transform
