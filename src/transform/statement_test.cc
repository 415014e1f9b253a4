// SPDX-License-Identifier: Apache-2.0
//
// The gate: what the SQL may be, and that nothing else gets through.
#include "transform/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transform/testing/all_types.h"
#include "transform/transform.h"

namespace sluice::transform {
namespace {

using testing::HasSubstr;

std::string Outcome(const std::string& sql) {
  const auto made = Transform::Make({.sql = sql}, AllTypes());
  return made.ok() ? "accepted" : made.status().ToString();
}

class Refused : public testing::TestWithParam<const char*> {};

TEST_P(Refused, AtBinding) {
  const auto made = Transform::Make({.sql = GetParam()}, AllTypes());
  ASSERT_FALSE(made.ok()) << GetParam();
  EXPECT_EQ(made.status().kind(), ErrorKind::kExit) << made.status().ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Files, Refused,
    testing::Values("SELECT * FROM read_csv('in.csv')", "SELECT * FROM 'in.csv'",
                    "SELECT * FROM 'in.parquet'", "SELECT * FROM read_text('in.txt')",
                    "SELECT * FROM read_blob('in')", "SELECT * FROM glob('*')",
                    "SELECT * FROM read_json('in.json')", "SELECT * FROM parquet_scan('in')",
                    "COPY (SELECT 1) TO 'out.csv'", "COPY input TO 'out.csv'", "ATTACH 'x.db'",
                    "EXPORT DATABASE 'x'", "SELECT * FROM sniff_csv('x')"));
INSTANTIATE_TEST_SUITE_P(Extensions, Refused,
                         testing::Values("INSTALL httpfs", "LOAD httpfs",
                                         "LOAD 'x.duckdb_extension'", "CREATE SECRET s (TYPE s3)",
                                         "FROM duckdb_secrets()", "FROM duckdb_extensions()"));
INSTANTIATE_TEST_SUITE_P(
    Settings, Refused,
    testing::Values("SET threads=2", "SET enable_external_access=true", "RESET lock_configuration",
                    "SET memory_limit='8GB'", "SET TimeZone='Asia/Tokyo'", "SET VARIABLE x = 1",
                    "PRAGMA enable_profiling", "PRAGMA version", "CALL pragma_version()",
                    "SELECT name FROM duckdb_settings()", "FROM pragma_database_list()",
                    "SELECT current_setting('threads') AS s FROM input",
                    "SELECT getvariable('x') AS v FROM input",
                    "SELECT getenv('HOME') AS h FROM input"));
INSTANTIATE_TEST_SUITE_P(
    Catalog, Refused,
    testing::Values("CREATE TABLE t AS SELECT 1", "CREATE VIEW v AS SELECT 1", "DROP VIEW input",
                    "INSERT INTO t SELECT 1", "DELETE FROM input", "UPDATE input SET id = 1",
                    "SHOW TABLES", "DESCRIBE input", "SUMMARIZE input",
                    "SELECT * FROM information_schema.tables", "SELECT * FROM duckdb_tables()",
                    "SELECT * FROM pg_catalog.pg_class", "SELECT * FROM sqlite_master",
                    "SELECT * FROM numbered_input", "SELECT * FROM batch_source()",
                    "SELECT * FROM main.input", "FROM query('SELECT 1')",
                    "FROM query_table('input')", "FROM json_execute_serialized_sql('{}')"));
INSTANTIATE_TEST_SUITE_P(NotOneSelect, Refused,
                         testing::Values("SELECT 1 AS a; SELECT 2 AS a", ";", "EXPLAIN SELECT 1",
                                         "PIVOT input ON text USING count(*)", "BEGIN",
                                         "SELECT id FROM input WHERE id = ?",
                                         "SELECT id FROM input WHERE id = $1",
                                         "PREPARE p AS SELECT 1", "VACUUM",
                                         "SELECT sleep_ms(100000) AS s FROM input",
                                         "SELECT write_log('x') AS w FROM input"));

TEST(Gate, SaysWhereAndWhy) {
  EXPECT_EQ(Outcome("SELECT *\nFROM read_csv('in.csv')"),
            "SQL_REFUSED: SQL, line 2, column 6: the table function read_csv() is not allowed: the "
            "SQL reads the batch (FROM input) and "
            "nothing else\n  FROM read_csv('in.csv')\n       ^");
  EXPECT_THAT(
      Outcome("SELECT id FROM inptu"),
      HasSubstr("there is no table \"inptu\"; the columns of the source are the view `input`"));
  EXPECT_THAT(Outcome("SELECT id FROM input; SELECT 1"),
              HasSubstr("must be one SELECT statement, here are 2"));
  EXPECT_THAT(Outcome("DELETE FROM input"),
              HasSubstr("must be one SELECT statement over the view `input`"));
  EXPECT_THAT(Outcome("SELECT CAST(s AS STRUCT<a: INT>) AS s FROM input"),
              HasSubstr("types are written STRUCT(a INT)"));
}

TEST(Gate, LetsSelectsOverTheBatchThrough) {
  for (const char* sql : {"SELECT id FROM input", "SELECT id FROM input;", "FROM input",
                          "SELECT id FROM INPUT AS i", "  \n SELECT id FROM input -- a comment",
                          "WITH t AS (SELECT id FROM input) SELECT * FROM t",
                          "SELECT id FROM input UNION ALL SELECT num FROM input",
                          "SELECT id, e FROM input, UNNEST(list) AS t(e)",
                          "SELECT id, r.range AS r FROM input, range(3) r", "VALUES (1)",
                          "SELECT id FROM input WHERE id IN (SELECT max(id) FROM input)",
                          "SELECT `id` FROM `input` WHERE `text` = 'a `b` \"c\"'",
                          "SELECT id /* ; */ FROM input WHERE text <> ';'"}) {
    EXPECT_THAT(Outcome(sql), testing::AnyOf("accepted", HasSubstr("needs a name"))) << sql;
  }
}

TEST(Gate, SaysWhereJsonIsRead) {
  for (const char* sql : {"SELECT from_json(CAST(value AS STRING), 'a INT') AS j FROM input",
                          "SELECT FROM_JSON(text, '{\"a\": \"INT\"}') AS j FROM input",
                          "SELECT id FROM input WHERE from_json(text, 'a INT').a > 1"}) {
    EXPECT_THAT(Outcome(sql), testing::StartsWith("SQL_REFUSED: SQL, line 1, column ")) << sql;
    EXPECT_THAT(Outcome(sql), HasSubstr("from_json() is not there: the message is read by "
                                        "`decode.schema`"));
  }
}

TEST(Gate, ACommonTableExpressionMayHideNoTable) {
  EXPECT_THAT(Outcome("WITH t AS (SELECT * FROM secret) SELECT * FROM t"),
              HasSubstr("there is no table \"secret\""));
}

TEST(Statement, TranslatesBackquotesOutsideOfTexts) {
  auto session = DuckdbSession::Open(64 << 20, "UTC");
  ASSERT_TRUE(session.ok());
  const auto statement =
      ParseStatement(**session, "SELECT `a` AS `b`, '`' AS c, \"`\" AS d -- `e`\nFROM input", {});
  ASSERT_TRUE(statement.ok()) << statement.status().ToString();
  EXPECT_EQ(statement->text, "SELECT \"a\" AS \"b\", '`' AS c, \"`\" AS d -- `e`\nFROM input");
}

TEST(Statement, GivesSparksTypesTheirMeaning) {
  auto session = DuckdbSession::Open(64 << 20, "UTC");
  ASSERT_TRUE(session.ok());
  const auto canonical = [&](const std::string& sql) {
    const auto statement = ParseStatement(**session, sql, {});
    return statement.ok() ? statement->canonical_text : statement.status().ToString();
  };
  EXPECT_THAT(canonical("SELECT CAST(a AS TIMESTAMP) FROM input"),
              HasSubstr("checked_instant_of(a)"));
  EXPECT_THAT(canonical("SELECT TRY_CAST(a AS TIMESTAMP) FROM input"), HasSubstr(" instant_of(a)"));
  EXPECT_THAT(canonical("SELECT CAST(a AS TIMESTAMP[]) FROM input"),
              HasSubstr("TIMESTAMP WITH TIME ZONE[]"));
  EXPECT_THAT(canonical("SELECT CAST(a AS TIMESTAMP_NTZ) FROM input"),
              HasSubstr("CAST(a AS TIMESTAMP)"));
  EXPECT_THAT(canonical("SELECT concat(a, b, c) AS x FROM input"),
              HasSubstr("((a || b) || c) AS x"));
}

TEST(Statement, WithoutAnsiCastsThatAreWrittenOutAreTried) {
  auto session = DuckdbSession::Open(64 << 20, "UTC");
  ASSERT_TRUE(session.ok());
  const auto canonical = [&](const std::string& sql) {
    const auto statement = ParseStatement(**session, sql, {.try_casts = true});
    return statement.ok() ? statement->canonical_text : statement.status().ToString();
  };
  EXPECT_THAT(canonical("SELECT CAST(a AS INT) FROM input"), HasSubstr("TRY_CAST(a AS INTEGER)"));
  EXPECT_THAT(
      canonical("SELECT a::INT FROM input WHERE CAST(b AS DOUBLE) > 1"),
      testing::AllOf(HasSubstr("TRY_CAST(a AS INTEGER)"), HasSubstr("TRY_CAST(b AS DOUBLE)")));
  EXPECT_THAT(canonical("SELECT CAST(a AS TIMESTAMP) FROM input"), HasSubstr(" instant_of(a)"));
  EXPECT_THAT(canonical("SELECT double(a) AS d FROM input"), HasSubstr("try_double(a)"));
  // Texts of the statement itself have to be right in every version of Spark.
  EXPECT_THAT(canonical("SELECT DATE '2024-03-10' AS d, TIMESTAMP '2024-03-10' AS t FROM input"),
              testing::AllOf(HasSubstr("checked_day_of('2024-03-10')"),
                             HasSubstr("checked_instant_of('2024-03-10')")));
  EXPECT_THAT(
      canonical("SELECT a + INTERVAL 1 DAY AS b, a + INTERVAL '1 day' AS c, true AS d FROM input"),
      testing::Not(HasSubstr("TRY_CAST")));
}

TEST(Gate, ACommonTableExpressionMayNotTakeTheNameOfATable) {
  EXPECT_THAT(Outcome("WITH t AS (WITH sqlite_master AS (SELECT 1 AS a) SELECT * FROM "
                      "sqlite_master) SELECT * FROM sqlite_master"),
              HasSubstr("WITH sqlite_master takes the name of a table that is there already"));
  EXPECT_THAT(Outcome("WITH Numbered_Input AS (SELECT 1 AS a) SELECT a FROM numbered_input"),
              HasSubstr("takes the name of a table"));
  EXPECT_EQ(Outcome("WITH columns AS (SELECT id FROM input) SELECT id FROM columns"), "accepted");
}

TEST(Gate, RefusesWhatNothingBounds) {
  EXPECT_THAT(Outcome("WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) "
                      "SELECT a FROM t"),
              HasSubstr("WITH RECURSIVE is not allowed: nothing bounds how long it runs"));
}

TEST(Gate, RefusesFunctionsThatLookAtTheEngine) {
  for (const char* call : {"setseed(0.5)", "version()", "current_query()", "txid_current()",
                           "json_serialize_sql('SELECT 1')", "current_schema()"}) {
    EXPECT_THAT(Outcome(std::string("SELECT ") + call + " AS v FROM input"),
                HasSubstr("looks at the engine and not at the data"))
        << call;
  }
}

TEST(Gate, RefusesWhatIsNoText) {
  EXPECT_EQ(Outcome("SELECT '\xFF' AS a FROM input"), "SQL_SYNTAX: the SQL is not UTF-8");
  EXPECT_THAT(Outcome("SELECT 1e999 AS a FROM input"), testing::StartsWith("SQL_"));
}

TEST(Statement, AdvisesQuotesForAColumnThatIsAReservedWord) {
  EXPECT_THAT(Outcome("SELECT id, at FROM input"),
              HasSubstr("(the column at has the name of a reserved word: write \"at\" or `at`)"));
  EXPECT_THAT(Outcome("SELECT id FROM input WHRE id = 'at'"),
              testing::Not(HasSubstr("reserved word")));
}

}  // namespace
}  // namespace sluice::transform
