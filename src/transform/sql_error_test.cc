// SPDX-License-Identifier: Apache-2.0
#include "transform/sql_error.h"

#include <gtest/gtest.h>

namespace sluice::transform {
namespace {

TEST(SqlError, PlacesCountLinesAndCharactersFromOne) {
  const std::string sql = "SELECT a,\n  'ü' AS b, c\nFROM input";
  EXPECT_EQ(PlaceInSql(sql, 0), "line 1, column 1");
  EXPECT_EQ(PlaceInSql(sql, 7), "line 1, column 8");
  EXPECT_EQ(PlaceInSql(sql, sql.find("AS b")),
            "line 2, column 7");  // ü is one character of two bytes
  EXPECT_EQ(PlaceInSql(sql, sql.find("FROM")), "line 3, column 1");
  EXPECT_EQ(PlaceInSql(sql, 1000), "line 3, column 11");
}

TEST(SqlError, TheCaretStandsBelowThePlace) {
  EXPECT_EQ(PointIntoSql("SELECT 'ü',\tx FROM input", 13, "no x"),
            "SQL, line 1, column 13: no x\n  SELECT 'ü',\tx FROM input\n             \t^");
}

TEST(SqlError, ThePlaceIsReadBackOutOfTheMessage) {
  const auto place = PlaceOfMessage(PointIntoSql("SELECT a,\n  b FROM input", 12, "no b"));
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->line, 2);
  EXPECT_EQ(place->column, 3);
  EXPECT_FALSE(PlaceOfMessage("SQL: result column 1 needs a name").has_value());
}

TEST(SqlError, NearestNamesAreThoseThatCouldBeMeant) {
  const std::vector<std::string> names{"vehicle_id", "trip_id", "status", "lat", "lon"};
  EXPECT_EQ(NearestNames("statsu", names), std::vector<std::string>{"status"});
  EXPECT_EQ(NearestNames("Vehicle", names), std::vector<std::string>{"vehicle_id"});
  EXPECT_EQ(NearestNames("something_else", names), std::vector<std::string>{});
}

TEST(SqlError, ReadsWhatTheEngineSays) {
  const EngineError error = ParseEngineError(
      R"(Parser Error: {"exception_type":"Parser","exception_message":"syntax error","error_subtype":"SYNTAX_ERROR","position":"14"})");
  EXPECT_EQ(error.type, "Parser");
  EXPECT_EQ(error.message, "syntax error");
  EXPECT_EQ(error.position, 14U);
  EXPECT_EQ(ParseEngineError("plain text").message, "plain text");
  EXPECT_EQ(ParseEngineError(nullptr).message, "");
}

}  // namespace
}  // namespace sluice::transform
