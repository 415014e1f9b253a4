// SPDX-License-Identifier: Apache-2.0
#include "decode/schema_ddl.h"

#include <gtest/gtest.h>

namespace sluice::decode {
namespace {

// The schema written again in canonical form, or the error's message.
std::string Canonical(std::string_view ddl) {
  const Result<Schema> schema = ParseDdl(ddl);
  return schema.ok() ? schema->ToDdl() : schema.status().message();
}

TEST(SchemaDdlTest, EveryTypeAndItsAliases) {
  EXPECT_EQ(
      Canonical(
          "a boolean, b tinyint, c byte, d smallint, e short, f int, g integer, h bigint, i long"),
      "a BOOLEAN, b TINYINT, c TINYINT, d SMALLINT, e SMALLINT, f INT, g INT, h BIGINT, i BIGINT");
  EXPECT_EQ(
      Canonical("a float, b real, c double, d decimal, e dec(5), f numeric( 38 , 18 ), g date"),
      "a FLOAT, b FLOAT, c DOUBLE, d DECIMAL(10,0), e DECIMAL(5,0), f DECIMAL(38,18), g DATE");
  EXPECT_EQ(Canonical("a timestamp, b timestamp_ltz, c timestamp_ntz, d string, e binary, f void"),
            "a TIMESTAMP, b TIMESTAMP, c TIMESTAMP_NTZ, d STRING, e BINARY, f VOID");
}

TEST(SchemaDdlTest, NestingWithAndWithoutColons) {
  EXPECT_EQ(
      Canonical("id STRING,\n pos STRUCT<lat: DOUBLE, lon DOUBLE NOT NULL COMMENT 'it''s'>,"
                "l ARRAY<STRUCT<a: ARRAY<INT>>>, m MAP<STRING,MAP<STRING, INT>>"),
      "id STRING, pos STRUCT<lat: DOUBLE, lon: DOUBLE NOT NULL>, l ARRAY<STRUCT<a: ARRAY<INT>>>, "
      "m MAP<STRING, MAP<STRING, INT>>");
  EXPECT_EQ(Canonical("STRUCT<a: INT, b: STRING>"), "a INT, b STRING");
}

TEST(SchemaDdlTest, NamesAndComments) {
  EXPECT_EQ(
      Canonical("`a b` INT, `back``quote` INT, `日本` INT, é INT, _x1 INT, struct INT, a: INT"),
      "`a b` INT, `back``quote` INT, `日本` INT, `é` INT, _x1 INT, struct INT, a INT");
  EXPECT_EQ(Canonical("a INT COMMENT \"say \\\"hi\\\", x\" NOT NULL, b INT comment 'y'"),
            "a INT NOT NULL, b INT");
}

TEST(SchemaDdlTest, MistakesAreExplained) {
  EXPECT_EQ(Canonical("a INTT"),
            "schema, character 3: unknown type INTT, did you mean INT? (at 'a ^INTT')");
  EXPECT_NE(Canonical("a VARCHAR(3)").find("VARCHAR is not for from_json; use STRING"),
            std::string::npos);
  EXPECT_NE(Canonical("a CHAR(3)").find("CHAR is not"), std::string::npos);
  EXPECT_NE(Canonical("a MAP<INT, INT>").find("the key of a MAP has to be a STRING"),
            std::string::npos);
  EXPECT_NE(Canonical("a DECIMAL(39,1)").find("1 to 38 digits"), std::string::npos);
  EXPECT_NE(Canonical("a DECIMAL(3,4)").find("scale"), std::string::npos);
  EXPECT_NE(Canonical("a STRUCT<b: INT").find("expected ',' or '>' in STRUCT"), std::string::npos);
  EXPECT_NE(Canonical("a INT b INT").find("expected ',' or the end"), std::string::npos);
  EXPECT_NE(Canonical("a").find("expected a type"), std::string::npos);
  EXPECT_NE(Canonical("").find("expected a column name"), std::string::npos);
  EXPECT_NE(Canonical("a INT,").find("expected a column name"), std::string::npos);
  EXPECT_NE(Canonical("`a INT").find("backquote is not closed"), std::string::npos);
  EXPECT_NE(Canonical("1a INT, 2 INT").find("needs backquotes: `2`"), std::string::npos);
  EXPECT_NE(Canonical("ARRAY<INT>").find("expected a type"), std::string::npos);
  EXPECT_NE(Canonical("a INT, b STRING, a DOUBLE").find("column 'a' is declared twice"),
            std::string::npos);
}

TEST(SchemaDdlTest, StructsNeedFields) {
  EXPECT_NE(Canonical("a INT, e ARRAY<STRUCT<>>").find("a STRUCT<> without fields"),
            std::string::npos);
}

TEST(SchemaDdlTest, NestingIsLimited) {
  const auto nested = [](size_t arrays) {
    std::string type = "INT";
    for (size_t i = 0; i < arrays; ++i) type = "ARRAY<" + type + ">";
    return "a " + type;
  };
  EXPECT_EQ(Canonical(nested(99)), nested(99));
  EXPECT_NE(Canonical(nested(100)).find("nested deeper than 100 levels"), std::string::npos);
  std::string deep = "a ";
  for (int i = 0; i < 60'000; ++i) deep += "STRUCT<a: ";
  EXPECT_NE(Canonical(deep).find("nested deeper than 100 levels"), std::string::npos);
}

TEST(SchemaDdlTest, ErrorsAreTheCallersInput) {
  EXPECT_TRUE(ParseDdl("a INTT").status().Is(ErrorKind::kExit));
  EXPECT_NE(ParseDdl("a INT COMMENT 'x\\").status().message().find("is not closed"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::decode
