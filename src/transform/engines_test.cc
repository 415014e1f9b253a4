// SPDX-License-Identifier: Apache-2.0
//
// A statement gives the same names, types and rows however it runs: natively, split, or in DuckDB alone.
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
        "SELECT id, CAST(`at` AS DATE) AS day2, hour(`at`) AS h, list, structs, map FROM input "
        "WHERE "
        "`at` IS NOT NULL",
        "SELECT * EXCLUDE (s), now() AS t FROM input WHERE flag",
        "SELECT id, length(text) AS n FROM input WHERE length(text) > 20"}) {
    EXPECT_TRUE(IsSplit(sql)) << sql;
    ExpectSame(sql, "duckdb");
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
