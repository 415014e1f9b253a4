// SPDX-License-Identifier: Apache-2.0
#include "transform/duckdb_transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/columns_builder.h"
#include "transform/testing/all_types.h"
#include "transform/testing/sql_run.h"

namespace sluice::transform {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<DuckdbTransform> MakeWhole(const std::string& sql, const Schema& input) {
  auto made = DuckdbTransform::Make({.sql = sql}, std::make_shared<const Schema>(input),
                                    /*allow_split=*/false);
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  return made.ok() ? std::move(made).value() : nullptr;
}

std::string TypesOf(const std::string& sql) {
  const auto made = Transform::Make({.sql = sql}, AllTypes());
  return made.ok() ? (*made)->output_schema()->ToDdl() : made.status().ToString();
}

std::string Refusal(const std::string& sql) {
  const auto made = Transform::Make({.sql = sql}, AllTypes());
  if (made.ok()) return "accepted";
  EXPECT_EQ(made.status().kind(), ErrorKind::kExit);
  return made.status().ToString();
}

TEST(DuckdbTransform, PassesEveryTypeThroughUnchanged) {
  const auto transform = MakeWhole("SELECT * FROM input", AllTypes());
  ASSERT_TRUE(transform);
  EXPECT_EQ(transform->output_schema()->ToDdl(), AllTypes().ToDdl());
  for (int64_t rows : {1, 2047, 2048, 2049, 5000}) {
    std::vector<Columns> expected;
    expected.push_back(AllTypesRandom(rows, 7));
    const auto out = transform->Run(AllTypesRandom(rows, 7), {});
    ASSERT_TRUE(out.ok()) << out.status().ToString();
    ASSERT_EQ(out->size(), 1U) << "chunks are put together";
    EXPECT_EQ(BrokenInvariant((*out)[0]), "");
    ASSERT_EQ(ToJsonLines(*out), ToJsonLines(expected)) << rows;
  }
}

TEST(DuckdbTransform, PassesTheSampleThrough) {
  const auto transform = MakeWhole("SELECT * FROM input", AllTypes());
  ASSERT_TRUE(transform);
  std::vector<Columns> expected;
  expected.push_back(AllTypesSample());
  const auto out = transform->Run(AllTypesSample(), {});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(ToJsonLines(*out), ToJsonLines(expected));
}

TEST(DuckdbTransform, AnEmptyBatchGivesNothing) {
  const auto transform = MakeWhole("SELECT * FROM input", AllTypes());
  ASSERT_TRUE(transform);
  const auto out = transform->Run(BuildColumns(AllTypes(), ""), {});
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->empty());
}

TEST(DuckdbTransform, RunsBatchAfterBatch) {
  const auto transform = MakeWhole("SELECT count(*) AS n, max(id) AS last FROM input", AllTypes());
  ASSERT_TRUE(transform);
  for (int rows : {3, 3000, 1}) {
    const auto out = transform->Run(PickUsed(AllTypesRandom(rows, 1), *transform), {});
    ASSERT_TRUE(out.ok());
    EXPECT_EQ(ToJsonLines(*out),
              "{\"n\":" + std::to_string(rows) + ",\"last\":" + std::to_string(rows - 1) + "}\n");
  }
}

TEST(DuckdbTransform, ReadsOnlyTheColumnsOfThePlan) {
  const auto used = [](const std::string& sql) {
    const auto made = Transform::Make({.sql = sql}, AllTypes());
    return made.ok() ? (*made)->used_inputs() : std::vector<std::string>{made.status().ToString()};
  };
  EXPECT_EQ(used("SELECT text AS t FROM input WHERE id > 1"),
            (std::vector<std::string>{"id", "text"}));
  EXPECT_EQ(used("SELECT upper(text) AS t FROM (SELECT *, id + 1 AS more FROM input)"),
            std::vector<std::string>{"text"});
  EXPECT_LE(used("SELECT count(*) AS n FROM input").size(), 1u) << "one to count by, at most";
  EXPECT_EQ(used("SELECT * FROM input WHERE id > 1").size(), AllTypes().fields.size());
  EXPECT_EQ(used("WITH t AS (SELECT num FROM input) SELECT num + 1 AS n FROM t"),
            std::vector<std::string>{"num"});
}

TEST(DuckdbTransform, CountsABatchWithoutColumns) {
  EXPECT_EQ(RunSql("SELECT count(*) AS n FROM input", AllTypesRandom(2500, 3)), "{\"n\":2500}\n");
}

TEST(DuckdbTransform, WidensTypesThatSparkLacks) {
  EXPECT_EQ(
      TypesOf(
          "SELECT sum(id) AS total, CAST(id AS UTINYINT) AS u1, CAST(id AS USMALLINT) AS u2, "
          "CAST(id AS UINTEGER) AS u4, "
          "CAST(id AS UBIGINT) AS u8, uuid() AS u, make_timestamp_ns(id) AS ns, epoch_ms(id) AS "
          "ms, "
          "[CAST(id AS UTINYINT)] AS l, {'a': uuid()} AS st, MAP {'k': CAST(id AS UTINYINT)} AS m, "
          "NULL AS none, array_value(1, 2) AS fixed FROM input GROUP BY ALL"),
      "total DECIMAL(38,0), u1 SMALLINT, u2 INT, u4 BIGINT, u8 DECIMAL(20,0), u STRING, ns "
      "TIMESTAMP, ms TIMESTAMP, "
      "l ARRAY<SMALLINT>, st STRUCT<a: STRING>, m MAP<STRING, SMALLINT>, none INT, fixed "
      "ARRAY<INT>");
  EXPECT_EQ(
      RunSql("SELECT sum(id) AS total, [CAST(3 AS UTINYINT)] AS l FROM input", AllTypesSample()),
      "{\"total\":10,\"l\":[3]}\n");
}

TEST(DuckdbTransform, RefusesResultTypesWithoutASparkType) {
  EXPECT_THAT(Refusal("SELECT id, CAST('10:00:00' AS TIME) AS t FROM input"),
              StartsWith("SQL_RESULT_TYPE: SQL: result column 2, \"t\", is a TIME, which Spark and "
                         "Delta do not have; CAST it"));
  EXPECT_THAT(Refusal("SELECT `at` - `at` AS t FROM input"), HasSubstr("is an INTERVAL"));
  EXPECT_THAT(Refusal("SELECT CAST('101' AS BIT) AS t FROM input"), HasSubstr("is a BIT string"));
  EXPECT_THAT(Refusal("SELECT [CAST('10:00:00' AS TIME)] AS t FROM input"), HasSubstr("is a TIME"));
}

TEST(DuckdbTransform, RefusesNamesThatDeltaRefuses) {
  EXPECT_THAT(Refusal("SELECT id, upper(text) FROM input"),
              HasSubstr("result column 2, upper(\"text\"), needs a name: write ... AS name"));
  EXPECT_THAT(Refusal("SELECT id AS \"a b\" FROM input"), HasSubstr("needs a name"));
  EXPECT_THAT(Refusal("SELECT {'a b': id} AS s FROM input"),
              HasSubstr("holds a field named \"a b\""));
  EXPECT_THAT(Refusal("SELECT id AS a, num AS A FROM input"),
              HasSubstr("result column 1 and result column 2 are both named \"A\""));
}

TEST(DuckdbTransform, NamesAnUnnamedCastAsSparkDoes) {
  EXPECT_EQ(TypesOf("SELECT CAST(id AS INT), CAST(s.a AS STRING), text FROM input"),
            "id INT, a STRING, text STRING");
}

TEST(DuckdbTransform, RefusesAnInputThatSqlCannotTellApart) {
  const Schema twice{{{"a", DataType(TypeKind::kInt)}, {"A", DataType(TypeKind::kInt)}}};
  EXPECT_THAT(Transform::Make({.sql = "SELECT a FROM input"}, twice).status().message(),
              HasSubstr("\"a\" and \"A\""));
}

TEST(DuckdbTransform, PointsAtAMistake) {
  EXPECT_EQ(Refusal("SELECT id,\n  textt FROM input"),
            "SQL_BIND: SQL, line 2, column 3: there is no column \"textt\"; nearest: \"text\"\n"
            "    textt FROM input\n"
            "    ^");
  EXPECT_THAT(Refusal("SELECT i.statuss FROM input i"),
              HasSubstr("column 8: there is no column \"statuss\"; the input has: \"id\""));
  EXPECT_THAT(Refusal("SELECT id FROM input WHERE text = \"OK\""),
              HasSubstr("text is written in single quotes: 'OK'"));
  EXPECT_THAT(Refusal("SELECT id\nFROM input\nWHRE id > 1"),
              StartsWith("SQL_SYNTAX: SQL, line 3, column 6: syntax error at or near \"id\""));
  EXPECT_THAT(Refusal("SELECT from_jsn(text) AS a FROM input"),
              AllOf(HasSubstr("line 1, column 8"), HasSubstr("docs/sql.md")));
  EXPECT_THAT(Refusal("SELECT id, sum(num) AS n FROM input"), HasSubstr("GROUP BY"));
  // Positions hold in statements that are rewritten for Spark, too.
  EXPECT_THAT(Refusal("SELECT CAST(text AS TIMESTAMP) AS t,\n nope FROM input"),
              HasSubstr("line 2, column 2"));
}

TEST(DuckdbTransform, ARunTimeErrorStopsWithItsMessage) {
  const std::string outcome = RunSql("SELECT CAST(text AS INT) AS n FROM input", AllTypesSample());
  EXPECT_EQ(outcome,
            "SQL_RUNTIME: SQL, line 1, column 8: the text 'a text of more than twelve bytes' is no "
            "integer of 32 bits when casting from source column text\n"
            "  SELECT CAST(text AS INT) AS n FROM input\n"
            "         ^\n"
            "Nothing of this batch was written. TRY_CAST gives NULL instead of this error, and so "
            "does every CAST with ansi: false.");
  // Also when the error comes after rows that are right.
  EXPECT_THAT(
      RunSql("SELECT 1 // (CASE WHEN id = 4999 THEN CAST('x' AS INT) ELSE 1 END) AS n FROM input",
             AllTypesRandom(5000, 2)),
      StartsWith("SQL_RUNTIME"));
  EXPECT_THAT(RunSql("SELECT CAST(text AS TIMESTAMP) AS n FROM input", AllTypesSample()),
              HasSubstr("is no date or timestamp"));
  EXPECT_EQ(RunSql("SELECT id + 9223372036854775807 AS n FROM input", AllTypesSample()),
            "SQL_RUNTIME: SQL: Overflow in addition of INT64 (1 + 9223372036854775807)!\n"
            "Nothing of this batch was written. TRY(...) around what is computed gives NULL "
            "instead of this error.");
  EXPECT_EQ(RunSql("SELECT TRY(id + 9223372036854775806) AS n FROM input", AllTypesSample()),
            "{\"n\":9223372036854775807}\n{\"n\":null}\n{\"n\":null}\n{\"n\":null}\n");
}

TEST(DuckdbTransform, GoesOnAfterARunTimeError) {
  const auto transform = MakeWhole("SELECT CAST(text AS INT) AS n FROM input", AllTypes());
  ASSERT_TRUE(transform);
  const auto run = [&](const char* rows) {
    return transform->Run(PickUsed(BuildColumns(AllTypes(), rows), *transform), {});
  };
  EXPECT_EQ(run(R"({"text":"bad"})").status().kind(), ErrorKind::kStop);
  const auto out = run(R"({"text":"12"})");
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(ToJsonLines(*out), "{\"n\":12}\n");
}

TEST(DuckdbTransform, WithoutAnsiEveryCastOfTheStatementGivesNull) {
  for (const char* cast :
       {"CAST(text AS INT)", "text::BIGINT", "CAST(text AS DECIMAL(9, 2))", "CAST(text AS DOUBLE)",
        "CAST(text AS BOOLEAN)", "CAST(text AS TIMESTAMP)", "CAST(text AS DATE)",
        "CAST(text AS TIMESTAMP_NTZ)", "double(text)", "CAST(num AS TINYINT)",
        "CAST(d * 1e300 AS INT)", "upper(CAST(CAST(text AS INT) AS STRING))",
        "CASE WHEN CAST(text AS INT) IS NULL THEN NULL ELSE 1 END"}) {
    const std::string sql = std::string("SELECT ") + cast + " AS v FROM input WHERE id = 1";
    EXPECT_EQ(RunWith({.sql = sql, .ansi = false}, AllTypesSample()), "{\"v\":null}\n") << cast;
    EXPECT_THAT(RunWith({.sql = sql, .ansi = true}, AllTypesSample()), StartsWith("SQL_RUNTIME"))
        << cast;
  }
  EXPECT_EQ(RunWith({.sql = "SELECT id FROM input WHERE CAST(text AS INT) IS NULL", .ansi = false},
                    AllTypesSample()),
            "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
}

TEST(DuckdbTransform, TextsAreReadAsIntegersTheWayOfSpark) {
  const Schema schema{{{"t", DataType(TypeKind::kString)}}};
  const auto read = [&](const std::string& text, bool ansi) {
    return RunWith({.sql = "SELECT CAST(t AS INT) AS v FROM input", .ansi = ansi},
                   BuildColumns(schema, "{\"t\":\"" + text + "\"}"));
  };
  for (bool ansi : {true, false}) EXPECT_EQ(read(" 12 ", ansi), "{\"v\":12}\n");
  EXPECT_EQ(read("12.7", false), "{\"v\":12}\n");
  for (const char* text : {"1e3", "0x1F", "1_000", "9999999999", "12a", ""}) {
    EXPECT_EQ(read(text, false), "{\"v\":null}\n") << text;
    EXPECT_THAT(read(text, true), StartsWith("SQL_RUNTIME")) << text;
  }
  EXPECT_THAT(read("12.7", true), HasSubstr("the text '12.7' is no integer of 32 bits"));
}

TEST(DuckdbTransform, WithoutAnsiABadCastIsNull) {
  EXPECT_EQ(
      RunWith(
          {.sql =
               "SELECT id, CAST(text AS INT) AS n, CAST(text AS DATE) AS d FROM input WHERE id = 1",
           .ansi = false},
          AllTypesSample()),
      "{\"id\":1,\"n\":null,\"d\":null}\n");
}

TEST(DuckdbTransform, TimeIsTheBatchsAndMovesWithIt) {
  const auto made = Transform::Make(
      {.sql =
           "SELECT now() AS a, current_timestamp AS b, current_date AS c, localtimestamp AS d, id "
           "FROM input WHERE id = 1 AND now() < TIMESTAMP '2002-01-01 00:00:00'"},
      AllTypes());
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  const auto run = [&](int64_t ms) {
    const auto out = (*made)->Run(PickUsed(AllTypesSample(), **made), {ms});
    return out.ok() ? ToJsonLines(*out) : out.status().ToString();
  };
  EXPECT_EQ(run(1'000'000'000'123),
            "{\"a\":\"2001-09-09T01:46:40.123000Z\",\"b\":\"2001-09-09T01:46:40.123000Z\",\"c\":"
            "\"2001-09-09\","
            "\"d\":\"2001-09-09T01:46:40.123000Z\",\"id\":1}\n");
  EXPECT_THAT(run(0), HasSubstr("\"c\":\"1970-01-01\""));
  EXPECT_EQ(run(1'700'000'000'000), "");
}

TEST(DuckdbTransform, WorksInAnotherTimeZone) {
  EXPECT_EQ(
      RunWith({.sql = "SELECT hour(`at`) AS h, to_date(`at`) AS d, CAST(`at` AS STRING) AS t, "
                      "date_trunc('day', `at`) AS midnight, "
                      "CAST('2024-07-01 00:00:00' AS TIMESTAMP) AS summer, date_format(`at`, "
                      "'HH:mm') AS f FROM input WHERE id = 1",
               .time_zone = "Europe/Paris"},
              AllTypesSample()),
      "{\"h\":3,\"d\":\"2024-03-10\",\"t\":\"2024-03-10 "
      "03:30:00.123456\",\"midnight\":\"2024-03-09T23:00:00.000000Z\","
      "\"summer\":\"2024-06-30T22:00:00.000000Z\",\"f\":\"03:30\"}\n");
  EXPECT_THAT(RunWith({.sql = "SELECT upper(text) AS t FROM input", .time_zone = "Mars/Base"},
                      AllTypesSample()),
              StartsWith("SQL_TIME_ZONE"));
}

TEST(DuckdbTransform, KeepsTimestampsWithoutZoneOnlyWhereTheyAreMeant) {
  EXPECT_EQ(TypesOf("SELECT epoch_ms(id) AS t FROM input"), "t TIMESTAMP");
  EXPECT_EQ(TypesOf("SELECT local_at + INTERVAL 1 DAY AS t FROM input"), "t TIMESTAMP_NTZ");
  EXPECT_EQ(TypesOf("SELECT CAST(text AS TIMESTAMP_NTZ) AS t FROM input"), "t TIMESTAMP_NTZ");
}

TEST(DuckdbTransform, WarnsOfSlowPlansAndOfResultsAcrossRows) {
  const auto warning = [](const std::string& sql) {
    const auto made = Transform::Make({.sql = sql}, AllTypes());
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() && !(*made)->warnings().empty() ? (*made)->warnings()[0] : "";
  };
  EXPECT_THAT(warning("SELECT id, e.x AS x FROM input, UNNEST(structs) AS t(e) WHERE e.x > 1"),
              HasSubstr("DELIM_JOIN"));
  EXPECT_EQ(
      warning(
          "SELECT id, e.x AS x FROM (SELECT id, unnest(structs) AS e FROM input) WHERE e.x > 1"),
      "");
  for (const char* sql : {"SELECT DISTINCT id FROM input", "SELECT id FROM input ORDER BY num",
                          "SELECT id FROM input LIMIT 2", "SELECT max(id) AS m FROM input",
                          "SELECT id, row_number() OVER () AS n FROM input",
                          "SELECT a.id FROM input a JOIN input b ON a.id = b.num"}) {
    EXPECT_THAT(warning(sql), HasSubstr("one chunk of records at a time")) << sql;
  }
  EXPECT_EQ(warning("SELECT id, upper(text) AS t FROM input WHERE num > 1"), "");
}

TEST(DuckdbTransform, ExplodesNestedLists) {
  EXPECT_EQ(RunSql("SELECT id, e.x AS x FROM (SELECT id, explode(structs) AS e FROM input)",
                   AllTypesSample()),
            "{\"id\":1,\"x\":1}\n{\"id\":1,\"x\":null}\n{\"id\":1,\"x\":3}\n{\"id\":4,\"x\":7}\n");
}

// duckdb_arrow_scan() of 1.5.6 applies no pushed-down filter and crashes on one over text; the table
// function must do neither.
TEST(DuckdbRegression, AFilterOverANumberIsApplied) {
  EXPECT_EQ(RunSql("SELECT id FROM input WHERE id > 4997", AllTypesRandom(5000, 4)),
            "{\"id\":4998}\n{\"id\":4999}\n");
}

TEST(DuckdbRegression, AFilterOverTextIsApplied) {
  EXPECT_EQ(RunSql("SELECT id FROM input WHERE text <> 'a text of more than twelve bytes'",
                   AllTypesSample()),
            "{\"id\":3}\n");
}

// duckdb_data_chunk_from_arrow() of 1.5.6 lets go of the batch too early when the first column is not
// read; the bytes of our batch must be alive until the last row is out.
TEST(DuckdbRegression, TheBatchLivesUntilTheLastRowIfItsFirstColumnIsNotRead) {
  const Schema schema{
      {{"first", DataType(TypeKind::kLong)}, {"note", DataType(TypeKind::kString)}}};
  std::string rows;
  std::string expected;
  for (int i = 0; i < 4100; ++i) {
    const std::string note = "a note that does not fit into a view " + std::to_string(i);
    rows += R"({"first":1,"note":")" + note + "\"}";
    expected += "{\"n\":\"" + note + "!\",\"note\":\"" + note + "\"}\n";
  }
  const auto transform = MakeWhole("SELECT note || '!' AS n, note FROM input", schema);
  ASSERT_TRUE(transform);
  EXPECT_EQ(transform->used_inputs(), std::vector<std::string>{"note"});
  std::vector<Columns> out;
  {
    auto result = transform->Run(PickUsed(BuildColumns(schema, rows), *transform), {});
    ASSERT_TRUE(result.ok());
    out = std::move(result).value();
  }  // the batch is gone here: what came out owns its bytes
  EXPECT_EQ(ToJsonLines(out), expected);
}

TEST(DuckdbTransform, DoublesStayDoublesInARewrittenStatement) {
  EXPECT_EQ(TypesOf("SELECT 1.5e0 AS a, -1e7 AS b, 1.5 AS c, concat(text, 'x') AS d, "
                    "round(num, 2) + 1e300 AS e FROM input"),
            "a DOUBLE, b DOUBLE, c DECIMAL(2,1), d STRING, e DOUBLE");
}

TEST(DuckdbTransform, AMistakeThatTheRewritingUncoversIsTheOneTold) {
  EXPECT_THAT(Refusal("SELECT CAST(list AS TIMESTAMP) AS t FROM input"),
              AllOf(HasSubstr("instant_of"), testing::Not(HasSubstr("^"))));
}

TEST(DuckdbTransform, SecretsOfTheSqlStandInNoMessage) {
  const std::string outcome =
      RunWith({.sql = "SELECT 'hunter2' AS s, CAST(concat('hunter2', text) AS INT) AS n FROM input",
               .secrets = {"hunter2"},
               .ansi = true},
              AllTypesSample());
  EXPECT_THAT(outcome, AllOf(StartsWith("SQL_RUNTIME"), HasSubstr("****"),
                             testing::Not(HasSubstr("hunter2"))));
  const std::string placed =
      RunWith({.sql = "SELECT 'hunter2' AS s, CAST(text AS INT) AS n FROM input",
               .secrets = {"hunter2"},
               .ansi = true},
              AllTypesSample());
  EXPECT_THAT(placed, AllOf(StartsWith("SQL_RUNTIME"), testing::Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace sluice::transform
