// SPDX-License-Identifier: Apache-2.0
//
// Functions and casts as Spark's documentation describes them: expression in, value out (as JSON).
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string_view>

#include "core/testing/columns_builder.h"
#include "transform/duckdb_session.h"
#include "transform/spark_macros.h"
#include "transform/testing/sql_run.h"

namespace sluice::transform {
namespace {

struct Case {
  const char* expression;
  const char* expected;
};

Columns OneRow() {
  return BuildColumns(
      Schema{{{"ts", DataType(TypeKind::kTimestamp)},
              {"ntz", DataType(TypeKind::kTimestampNtz)},
              {"bin", DataType(TypeKind::kBinary)},
              {"none", DataType(TypeKind::kString)},
              {"seconds", DataType(TypeKind::kLong)},
              {"xs", DataType::Array(DataType(TypeKind::kInt))}}},
      R"({"ts":"2024-03-10 02:30:05.123456","ntz":"2024-03-10 02:30:05","bin":"Zürich",
                          "none":null,"seconds":1700000000,"xs":[3,1,3]})");
}

std::string Evaluate(const std::string& expression) {
  const std::string line =
      RunSql("SELECT " + expression + " AS v FROM input", OneRow(), 1'000'000'000'123);
  return line.starts_with("{\"v\":") ? line.substr(5, line.size() - 7) : line;
}

class SparkFunction : public testing::TestWithParam<Case> {};

TEST_P(SparkFunction, GivesSparksValue) {
  EXPECT_EQ(Evaluate(GetParam().expression), GetParam().expected) << GetParam().expression;
}

// The name of a test case: the function's name and its place in the table.
std::string CaseName(const testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char* c = info.param.expression; *c && *c != '('; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c))) name += *c;
  }
  return name + "_" + std::to_string(info.index);
}

constexpr Case kDatetime[] = {
    {"to_timestamp('2016-12-31 00:12:00')", R"("2016-12-31T00:12:00.000000Z")"},
    {"to_timestamp('2016-12-31')", R"("2016-12-31T00:00:00.000000Z")"},
    {"to_timestamp('2016-12-31T10:00:00+02:00')", R"("2016-12-31T08:00:00.000000Z")"},
    {"to_timestamp('no time')", "null"},
    {"to_timestamp('2016-12-31T10:00:00Z', 'yyyy-MM-dd''T''HH:mm:ssXXX')",
     R"("2016-12-31T10:00:00.000000Z")"},
    {"to_timestamp('2016-12-31T10:00:00+02:00', 'yyyy-MM-dd''T''HH:mm:ssX')",
     R"("2016-12-31T08:00:00.000000Z")"},
    {"zoned_text('10Z', '%z')", R"("10+00:00")"},
    {"to_timestamp('2016-12-31', 'yyyy-MM-dd')", R"("2016-12-31T00:00:00.000000Z")"},
    {"to_timestamp('31.12.2016 07:08:09.250', 'dd.MM.yyyy HH:mm:ss.SSS')",
     R"("2016-12-31T07:08:09.250000Z")"},
    {"to_timestamp('2016-12-31T07:08:09+0100', 'yyyy-MM-dd''T''HH:mm:ssZ')",
     R"("2016-12-31T06:08:09.000000Z")"},
    {"to_timestamp('20240310', 'yyyyMMdd')", R"("2024-03-10T00:00:00.000000Z")"},
    {"to_timestamp('x', 'yyyyMMdd')", "null"},
    {"to_timestamp(seconds)", R"("2023-11-14T22:13:20.000000Z")"},
    {"to_timestamp(none)", "null"},
    {"try_to_timestamp('2016-12-31 00:12:00')", R"("2016-12-31T00:12:00.000000Z")"},
    {"try_to_timestamp('31.12.2016', 'dd.MM.yyyy')", R"("2016-12-31T00:00:00.000000Z")"},
    {"try_to_timestamp('no time', 'dd.MM.yyyy')", "null"},
    {"to_timestamp_ntz('2016-12-31 00:12:00')", R"("2016-12-31T00:12:00.000000")"},
    {"to_timestamp_ntz('no time')", "null"},
    {"to_date('2009-07-30 04:17:52')", R"("2009-07-30")"},
    {"to_date('2016-12-31', 'yyyy-MM-dd')", R"("2016-12-31")"},
    {"to_date('20240310', 'yyyyMMdd')", R"("2024-03-10")"},
    {"to_date('nonsense')", "null"},
    {"to_date(ts)", R"("2024-03-10")"},
    {"date('2020-01-02')", R"("2020-01-02")"},
    {"unix_timestamp('2016-04-08', 'yyyy-MM-dd')", "1460073600"},
    {"unix_timestamp('1970-01-01 00:00:01')", "1"},
    {"unix_timestamp(ts)", "1710037805"},
    {"unix_timestamp()", "1000000000"},
    {"to_unix_timestamp('2016-04-08', 'yyyy-MM-dd')", "1460073600"},
    {"unix_timestamp(TIMESTAMP '1969-12-31 23:59:59.5')", "-1"},
    {"from_unixtime(0)", R"("1970-01-01 00:00:00")"},
    {"from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')", R"("1970-01-01 00:00:00")"},
    {"from_unixtime(seconds, 'yyyy/M/d H:mm a')", R"("2023/11/14 22:13 PM")"},
    {"date_format('2016-04-08', 'y')", R"("2016")"},
    {"date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSS')", R"("2024-03-10 02:30:05.123")"},
    {"date_format(ts, 'EEEE, d MMMM yyyy')", R"("Sunday, 10 March 2024")"},
    {"date_format(ts, 'yyyyMMdd''T''hhmmssXXX')", R"("20240310T023005Z")"},
    {"timestamp_seconds(1230219000)", R"("2008-12-25T15:30:00.000000Z")"},
    {"timestamp_seconds(1230219000.123)", R"("2008-12-25T15:30:00.123000Z")"},
    {"timestamp_millis(1230219000123)", R"("2008-12-25T15:30:00.123000Z")"},
    {"timestamp_micros(1230219000123123)", R"("2008-12-25T15:30:00.123123Z")"},
    {"unix_seconds(TIMESTAMP '1970-01-01 00:00:01Z')", "1"},
    {"unix_millis(TIMESTAMP '1970-01-01 00:00:01Z')", "1000"},
    {"unix_micros(TIMESTAMP '1970-01-01 00:00:01Z')", "1000000"},
    {"unix_date(DATE '1970-01-02')", "1"},
    {"date_from_unix_date(1)", R"("1970-01-02")"},
    {"date_trunc('YEAR', '2015-03-05T09:32:05.359')", R"("2015-01-01T00:00:00.000000Z")"},
    {"date_trunc('MM', '2015-03-05T09:32:05.359')", R"("2015-03-01T00:00:00.000000Z")"},
    {"date_trunc('DD', '2015-03-05T09:32:05.359')", R"("2015-03-05T00:00:00.000000Z")"},
    {"date_trunc('HOUR', '2015-03-05T09:32:05.359')", R"("2015-03-05T09:00:00.000000Z")"},
    {"date_trunc('minute', ts)", R"("2024-03-10T02:30:00.000000Z")"},
    {"date_trunc('week', DATE '2024-03-10')", R"("2024-03-04T00:00:00.000000Z")"},
    {"trunc('2019-08-04', 'week')", R"("2019-07-29")"},
    {"trunc('2009-02-12', 'MM')", R"("2009-02-01")"},
    {"trunc('2015-10-27', 'YEAR')", R"("2015-01-01")"},
    {"year('2016-07-30')", "2016"},
    {"quarter('2016-08-31')", "3"},
    {"month('2016-07-30')", "7"},
    {"day('2009-07-30')", "30"},
    {"dayofmonth('2009-07-30')", "30"},
    {"dayofyear('2016-04-09')", "100"},
    {"weekofyear('2008-02-20')", "8"},
    {"dayofweek('2009-07-30')", "5"},
    {"dayofweek(DATE '2024-03-10')", "1"},
    {"weekday('2009-07-30')", "3"},
    {"hour('2009-07-30 12:58:59')", "12"},
    {"hour(ts)", "2"},
    {"minute('2009-07-30 12:58:59')", "58"},
    {"second('2009-07-30 12:58:59')", "59"},
    {"date_add('2016-07-30', 1)", R"("2016-07-31")"},
    {"dateadd('2016-07-30', 1)", R"("2016-07-31")"},
    {"date_sub('2016-07-30', 1)", R"("2016-07-29")"},
    {"datediff('2009-07-31', '2009-07-30')", "1"},
    {"datediff('2009-07-30', '2009-07-31')", "-1"},
    {"date_diff('2009-07-31', '2009-07-30')", "1"},
    {"add_months('2016-08-31', 1)", R"("2016-09-30")"},
    {"last_day('2009-01-12')", R"("2009-01-31")"},
    {"from_utc_timestamp('2016-08-31', 'Asia/Seoul')", R"("2016-08-31T09:00:00.000000Z")"},
    {"to_utc_timestamp('2016-08-31', 'Asia/Seoul')", R"("2016-08-30T15:00:00.000000Z")"},
    {"current_date()", R"("2001-09-09")"},
    {"current_timestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"current_timestamp", R"("2001-09-09T01:46:40.123000Z")"},
    {"now()", R"("2001-09-09T01:46:40.123000Z")"},
    {"today()", R"("2001-09-09")"},
    {"curdate()", R"("2001-09-09")"},
    {"get_current_timestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"transaction_timestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"batch_timestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"localtimestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"current_localtimestamp()", R"("2001-09-09T01:46:40.123000Z")"},
    {"CAST(get_current_time() AS STRING)", R"("01:46:40.123")"},
    {"CAST(current_localtime() AS STRING)", R"("01:46:40.123")"},
};
INSTANTIATE_TEST_SUITE_P(Datetime, SparkFunction, testing::ValuesIn(kDatetime), CaseName);

// What the macros and the CASTs of a statement are made of.
constexpr Case kInner[] = {
    {"instant_of('2016-12-31')", R"("2016-12-31T00:00:00.000000Z")"},
    {"instant_of('no time')", "null"},
    {"checked_instant_of(DATE '2016-12-31')", R"("2016-12-31T00:00:00.000000Z")"},
    {"naive_of(60)", R"("1970-01-01T00:01:00.000000Z")"},
    {"day_of('2016-12-31 10:00:00')", R"("2016-12-31")"},
    {"day_of('no day')", "null"},
    {"checked_day_of('2016-12-31')", R"("2016-12-31")"},
    {"parsed_instant('2016', '%Y')", R"("2016-01-01T00:00:00.000000Z")"},
    {"seconds_of('1970-01-01 00:01:00')", "60"},
    {"datetime_unit('YYYY')", R"("year")"},
    {"spark_text(ts)", R"("2024-03-10 02:30:05.123456")"},
    {"crc32_of(CAST('Spark' AS BINARY))", "1557323817"},
};
INSTANTIATE_TEST_SUITE_P(Inner, SparkFunction, testing::ValuesIn(kInner), CaseName);

constexpr Case kText[] = {
    {"get_json_object('{\"a\":\"b\"}', '$.a')", R"("b")"},
    {"get_json_object('{\"a\":{\"b\":[1,2]}}', '$.a')", R"("{\"b\":[1,2]}")"},
    {"get_json_object('{\"a\":{\"b\":[1,2]}}', '$.a.b[1]')", R"("2")"},
    {"get_json_object('{\"a\":null}', '$.a')", "null"},
    {"get_json_object('no json', '$.a')", "null"},
    {"get_json_object(none, '$.a')", "null"},
    // What docs/sql.md gives instead of from_json and window, and what it says of to_json.
    {"json_transform(TRY_CAST('{\"a\":5,\"b\":[\"x\"]}' AS JSON), '{\"a\": \"INT\", \"b\": "
     "[\"VARCHAR\"]}')",
     R"({"a":5,"b":["x"]})"},
    {"json_transform(TRY_CAST('no json' AS JSON), '{\"a\": \"INT\"}')", "null"},
    {"to_json({'a': 1, 'b': NULL, 't': to_timestamp('2024-03-10 02:30:00')})",
     R"("{\"a\":1,\"b\":null,\"t\":\"2024-03-10 02:30:00+00\"}")"},
    {"time_bucket(INTERVAL 5 MINUTE, to_timestamp('2024-03-10 02:33:00'))",
     R"("2024-03-10T02:30:00.000000Z")"},
    {"regexp_extract('100-200', '(\\d+)-(\\d+)', 1)", R"("100")"},
    {"regexp_extract('100-200', '(\\d+)-(\\d+)')", R"("100")"},
    {"regexp_extract('100-200', '(\\d+)-(\\d+)', 2)", R"("200")"},
    {"regexp_extract('100-200', '\\d+', 0)", R"("100")"},
    {"regexp_extract('none', '(\\d+)', 1)", R"("")"},
    {"regexp_extract_all('100-200, 300-400', '(\\d+)-(\\d+)', 1)", R"(["100","300"])"},
    {"regexp_replace('100-200', '(\\d+)', 'num')", R"("num-num")"},
    {"regexp_replace('100-200', '(\\d+)-(\\d+)', '$2-$1')", R"("200-100")"},
    {"rlike('%SystemDrive%', '.*Drive%')", "true"},
    {"regexp_like('abc', '^b')", "false"},
    {"regexp('abc', 'b')", "true"},
    {"split('oneAtwoBthreeC', '[ABC]')", R"(["one","two","three",""])"},
    {"substring_index('www.apache.org', '.', 2)", R"("www.apache")"},
    {"substring_index('www.apache.org', '.', -2)", R"("apache.org")"},
    {"substring_index('www.apache.org', '.', 0)", R"("")"},
    {"instr('SparkSQL', 'SQL')", "6"},
    {"locate('bar', 'foobarbar')", "4"},
    {"locate('bar', 'foobarbar', 5)", "7"},
    {"locate('x', 'foobarbar', 5)", "0"},
    {"length('Spark SQL ')", "10"},
    {"char_length('Zürich')", "6"},
    {"character_length('Zürich')", "6"},
    {"substring('Spark SQL', 5, 1)", R"("k")"},
    {"substring('Spark SQL', 0, 2)", R"("Sp")"},
    {"substr('Spark SQL', -3)", R"("SQL")"},
    {"substr('Spark SQL', 5)", R"("k SQL")"},
    {"initcap('sPark sql')", R"("Spark Sql")"},
    {"lpad('hi', 5, 'xy')", R"("xyxhi")"},
    {"lpad('hi', 1, 'xy')", R"("h")"},
    {"lpad('hi', 5)", R"("   hi")"},
    {"rpad('hi', 5)", R"("hi   ")"},
    {"replace('ABCabc', 'abc', 'DEF')", R"("ABCDEF")"},
    {"replace('ABCabc', 'abc')", R"("ABC")"},
    {"space(2)", R"("  ")"},
    {"startswith('Spark SQL', 'Spark')", "true"},
    {"endswith('Spark SQL', 'SQL')", "true"},
    {"contains('Spark SQL', 'k S')", "true"},
    {"translate('AaBbCc', 'abc', '123')", R"("A1B2C3")"},
    {"concat('Spark', 'SQL')", R"("SparkSQL")"},
    {"concat('Spark', none, 'SQL')", "null"},
    {"concat('n', 1, '-', 2.5)", R"("n1-2.5")"},
    {"concat_ws(' ', 'Spark', 'SQL')", R"("Spark SQL")"},
    {"concat_ws('s', 'a', none, 'b')", R"("asb")"},
    {"string(12)", R"("12")"},
    {"double('1.5')", "1.5"},
    {"try_double('abc')", "null"},
    {"base64('Spark SQL')", R"("U3BhcmsgU1FM")"},
    {"CAST(unbase64('U3BhcmsgU1FM') AS STRING)", R"("Spark SQL")"},
    {"decode(encode('abc', 'utf-8'), 'utf-8')", R"("abc")"},
    {"md5('Spark')", R"("8cde774d6f7333752ed72cacddb05126")"},
    {"sha('Spark')", R"("85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c")"},
    {"sha1('Spark')", R"("85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c")"},
    {"sha2('Spark', 256)", R"("529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b")"},
    {"crc32('Spark')", "1557323817"},
    {"crc32(none)", "null"},
    {"hex(17)", R"("11")"},
    {"hex('Spark SQL')", R"("537061726B2053514C")"},
    {"ascii('2')", "50"},
    {"chr(65)", R"("A")"},
    {"left('Spark SQL', 3)", R"("Spa")"},
    {"right('Spark SQL', 3)", R"("SQL")"},
    {"reverse('Spark SQL')", R"("LQS krapS")"},
    {"repeat('123', 2)", R"("123123")"},
    {"levenshtein('kitten', 'sitting')", "3"},
    {"upper('SparkSql')", R"("SPARKSQL")"},
    {"ucase('SparkSql')", R"("SPARKSQL")"},
    {"lcase('SparkSql')", R"("sparksql")"},
    {"trim('    SparkSQL   ')", R"("SparkSQL")"},
    {"url_decode('https%3A%2F%2Fspark.apache.org')", R"("https://spark.apache.org")"},
};
INSTANTIATE_TEST_SUITE_P(Text, SparkFunction, testing::ValuesIn(kText), CaseName);

constexpr Case kNumbersAndNulls[] = {
    {"nvl(none, 'array')", R"("array")"},
    {"nvl2(none, 2, 1)", "1"},
    {"ifnull(none, 'x')", R"("x")"},
    {"nullif(2, 2)", "null"},
    {"if(1 < 2, 'a', 'b')", R"("a")"},
    {"isnull(1)", "false"},
    {"isnotnull(1)", "true"},
    {"nanvl(CAST('NaN' AS DOUBLE), 123.0)", "123.0"},
    {"equal_null(none, none)", "true"},
    {"greatest(10, 9, NULL, 4)", "10"},
    {"least(10, 9, NULL, 4)", "4"},
    {"ceil(-0.1)", "0"},
    {"ceil(5.5)", "6"},
    {"ceiling(5.5)", "6"},
    {"floor(-0.1)", "-1"},
    {"round(CAST(2.5 AS DOUBLE))", "3.0"},
    {"bround(CAST(2.5 AS DOUBLE), 0)", "2.0"},
    {"signum(40)", "1.0"},
    {"pmod(10, 3)", "1"},
    {"pmod(-10, 3)", "2"},
    {"ln(1)", "0.0"},
    {"ln(0)", "null"},
    {"log(10, 100)", "2.0"},
    {"log(CAST(1 AS DOUBLE))", "0.0"},
    {"log2(2)", "1.0"},
    {"log10(10)", "1.0"},
    {"log1p(0)", "0.0"},
    {"sqrt(4)", "2.0"},
    {"sqrt(-4)", R"("NaN")"},
    {"hypot(3, 4)", "5.0"},
    {"power(2, 3)", "8.0"},
    {"shiftleft(2, 1)", "4"},
    {"shiftright(4, 1)", "2"},
    {"rand() >= 0 AND rand() < 1", "true"},
    {"3 / 2", "1.5"},
    {"1 / 0", "null"},
    {"CAST(1.5 AS DOUBLE) / 0", "null"},
    {"7 % 0", "null"},
};
INSTANTIATE_TEST_SUITE_P(NumbersAndNulls, SparkFunction, testing::ValuesIn(kNumbersAndNulls),
                         CaseName);

constexpr Case kCollections[] = {
    {"size(['b', 'd', 'c', 'a'])", "4"},
    {"size(CAST(NULL AS INT[]))", "-1"},
    {"array_size([1, 2])", "2"},
    {"map_size(MAP {'a': 1, 'b': 2})", "2"},
    {"element_at([1, 2, 3], 2)", "2"},
    {"element_at([1, 2, 3], -1)", "3"},
    {"element_at(MAP {1: 'a', 2: 'b'}, 2)", R"("b")"},
    {"array_contains([1, 2, 3], 2)", "true"},
    {"slice([1, 2, 3, 4], 2, 2)", "[2,3]"},
    {"array_join(['hello', 'world'], ' ')", R"("hello world")"},
    {"array_position([3, 2, 1], 1)", "3"},
    {"array_position([3, 2, 1], 4)", "0"},
    {"array_distinct(xs)", "[3,1]"},
    {"array_remove([1, 2, 3, 3], 3)", "[1,2]"},
    {"array_compact([1, NULL, 3])", "[1,3]"},
    {"array_max([1, 20, NULL, 3])", "20"},
    {"array_min([1, 20, NULL, 3])", "1"},
    {"array_repeat('123', 2)", R"(["123","123"])"},
    {"arrays_overlap([1, 2, 3], [3, 4, 5])", "true"},
    {"sort_array(['b', 'd', NULL, 'c', 'a'])", R"([null,"a","b","c","d"])"},
    {"sort_array([2, 1, 3], false)", "[3,2,1]"},
    {"array_sort([3, NULL, 1])", "[1,3,null]"},
    {"sequence(1, 5)", "[1,2,3,4,5]"},
    {"sequence(1, 5, 2)", "[1,3,5]"},
    {"flatten([[1, 2], [3, 4]])", "[1,2,3,4]"},
    {"transform([1, 2, 3], x -> x + 1)", "[2,3,4]"},
    {"filter([1, 2, 3], x -> x % 2 = 1)", "[1,3]"},
    {"map_from_arrays(['a'], [1])", R"({"a":1})"},
    {"map_contains_key(MAP {1: 'a'}, 1)", "true"},
    {"explode([7])", "7"},
    {"collect_list(seconds)", "[1700000000]"},
    {"collect_list(none)", "[]"},
    {"(SELECT collect_list(x) FROM unnest([2, NULL, 1, 2]) AS t(x))", "[2,1,2]"},
    {"(SELECT sort_array(collect_set(x)) FROM unnest([2, NULL, 1, 2]) AS t(x))", "[1,2]"},
    {"collect_set(none)", "[]"},
    {"map_keys(MAP {'a': 1, 'b': 2})", R"(["a","b"])"},
    {"map_values(MAP {'a': 1, 'b': 2})", "[1,2]"},
};
INSTANTIATE_TEST_SUITE_P(Collections, SparkFunction, testing::ValuesIn(kCollections), CaseName);

constexpr Case kCasts[] = {
    {"CAST(bin AS STRING)", R"("Zürich")"},
    {"upper(CAST(bin AS STRING))", R"("ZÜRICH")"},
    {"CAST(CAST('Zürich' AS BINARY) AS STRING)", R"("Zürich")"},
    {"CAST(unbase64('Yf9i') AS STRING)",
     "\"a\xEF\xBF\xBD"
     "b\""},
    {"CAST(CAST(2.7 AS DOUBLE) AS INT)", "2"},
    {"CAST(CAST(-2.7 AS DOUBLE) AS BIGINT)", "-2"},
    {"CAST(1.50 AS INT)", "1"},
    {"CAST(CAST(-12345678.99 AS DECIMAL(18, 2)) AS BIGINT)", "-12345678"},
    {"CAST(CAST('12345678901234567890.9' AS DECIMAL(38, 1)) AS DECIMAL(20, 0))",
     "12345678901234567891"},
    {"CAST(CAST('-1.9' AS DECIMAL(38, 1)) AS SMALLINT)", "-1"},
    {"TRY_CAST(CAST('99999999999.9' AS DECIMAL(38, 1)) AS INT)", "null"},
    {"TRY_CAST(128.5 AS TINYINT)", "null"},
    {"[CAST(1.5 AS DECIMAL(2, 1))]::INT[]", "[1]"},
    {"TRY_CAST(CAST(300 AS DOUBLE) AS TINYINT)", "null"},
    {"TRY_CAST(CAST('NaN' AS DOUBLE) AS INT)", "null"},
    {"TRY_CAST('abc' AS INT)", "null"},
    {"CAST(seconds AS TIMESTAMP)", R"("2023-11-14T22:13:20.000000Z")"},
    {"CAST(CAST(1.5 AS DOUBLE) AS TIMESTAMP)", R"("1970-01-01T00:00:01.500000Z")"},
    {"CAST('2024-03-10T02:30:00+01:00' AS TIMESTAMP)", R"("2024-03-10T01:30:00.000000Z")"},
    {"TIMESTAMP '2024-03-10 02:30:00'", R"("2024-03-10T02:30:00.000000Z")"},
    {"CAST('2024-03-10 02:30:00' AS TIMESTAMP_NTZ)", R"("2024-03-10T02:30:00.000000")"},
    {"CAST(ts AS BIGINT)", "1710037805"},
    {"CAST(ts AS DOUBLE)", "1710037805.123456"},
    {"CAST(ts AS STRING)", R"("2024-03-10 02:30:05.123456")"},
    {"CAST(date_trunc('day', ts) AS STRING)", R"("2024-03-10 00:00:00")"},
    {"CAST(CAST(1e10 AS DOUBLE) AS STRING)", R"("1.0E10")"},
    {"CAST(CAST(123456.75 AS DOUBLE) AS STRING)", R"("123456.75")"},
    {"CAST(CAST(0.00012 AS DOUBLE) AS STRING)", R"("1.2E-4")"},
    {"CAST(CAST(-0.05 AS DOUBLE) AS STRING)", R"("-0.05")"},
    {"CAST(CAST(100 AS DOUBLE) AS STRING)", R"("100.0")"},
    {"CAST(CAST(0.1 AS FLOAT) AS STRING)", R"("0.1")"},
    {"concat('x', CAST(100 AS DOUBLE))", R"("x100.0")"},
    {"concat('at ', ts)", R"("at 2024-03-10 02:30:05.123456")"},
    {"'at ' || date_trunc('day', ts)", R"("at 2024-03-10 00:00:00")"},
    {"concat('a', timestamp_millis(-1))", R"("a1969-12-31 23:59:59.999")"},
    {"ts || ' ' || CAST(1 AS STRING)", R"("2024-03-10 02:30:05.123456 1")"},
    {"concat(xs, [4])", "[3,1,3,4]"},
    {"CAST(seconds AS STRING)", R"("1700000000")"},
    {"CAST(CAST(1.50 AS DECIMAL(9,2)) AS STRING)", R"("1.50")"},
    {"CAST(true AS STRING)", R"("true")"},
    {"CAST(ts AS DATE)", R"("2024-03-10")"},
    {"CAST(ntz AS TIMESTAMP)", R"("2024-03-10T02:30:05.000000Z")"},
    {"ntz", R"("2024-03-10T02:30:05.000000")"},
    {"ts + INTERVAL 1 DAY", R"("2024-03-11T02:30:05.123456Z")"},
    {"ts > TIMESTAMP '2024-03-10 02:30:05'", "true"},
    {"CAST('2024-03-10 02:30:00' AS TIMESTAMP_LTZ)", R"("2024-03-10T02:30:00.000000Z")"},
    {"CAST(5 AS BYTE)", "5"},
    {"CAST('true' AS BOOLEAN)", "true"},
};
INSTANTIATE_TEST_SUITE_P(Casts, SparkFunction, testing::ValuesIn(kCasts), CaseName);

// Words of the expressions in the tables above, in small letters.
std::set<std::string> TestedWords() {
  std::set<std::string> words;
  const auto add = [&](const Case& tested) {
    std::string word;
    for (const char* c = tested.expression;; ++c) {
      if (std::isalnum(static_cast<unsigned char>(*c)) || *c == '_') {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
        continue;
      }
      words.insert(std::exchange(word, ""));
      if (*c == '\0') return;
    }
  };
  for (const Case& tested : kDatetime) add(tested);
  for (const Case& tested : kInner) add(tested);
  for (const Case& tested : kText) add(tested);
  for (const Case& tested : kNumbersAndNulls) add(tested);
  for (const Case& tested : kCollections) add(tested);
  for (const Case& tested : kCasts) add(tested);
  return words;
}

// Whatever a session declares, function, macro or type, stands in one of the tables.
TEST(SparkFunctions, EachThatIsDeclaredIsTested) {
  const std::set<std::string> tested = TestedWords();
  for (const char* zone : {"UTC", "Europe/Paris"}) {
    auto session = DuckdbSession::Open(64 << 20, zone);
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    ASSERT_TRUE((*session)->DeclareAllMacros().ok());
    const auto names = (*session)->QueryText(
        "SELECT string_agg(DISTINCT name, ' ') FROM ("
        "SELECT function_name AS name FROM duckdb_functions() WHERE NOT internal UNION ALL "
        "SELECT type_name FROM duckdb_types() WHERE NOT internal)",
        "");
    ASSERT_TRUE(names.ok()) << names.status().ToString();
    std::istringstream words(*names);
    int count = 0;
    for (std::string name; words >> name; ++count) {
      EXPECT_TRUE(tested.contains(name)) << name << " stands in no table of cases";
    }
    EXPECT_GT(count, 100) << *names;
  }
}

TEST(SparkFunctions, OnlyThoseThatAStatementCanCallAreDeclared) {
  const auto declares = [](std::string_view sql, const std::string& name) {
    return std::ranges::any_of(SparkMacrosFor(sql, true), [&](std::string_view macro) {
      return macro.starts_with("CREATE MACRO " + name + "(");
    });
  };
  EXPECT_LT(SparkMacrosFor("SELECT id FROM input", true).size(), 25);
  EXPECT_FALSE(declares("SELECT id FROM input", "isnotnull"));
  EXPECT_TRUE(declares("SELECT IsNotNull(id) FROM input", "isnotnull"));
  EXPECT_TRUE(declares("SELECT \"ISNULL\"(id) FROM input", "\"isnull\""));
  // What the parser makes of a keyword.
  EXPECT_TRUE(declares("SELECT CURRENT_TIMESTAMP FROM input", "get_current_timestamp"));
  // What a macro calls comes along.
  EXPECT_TRUE(declares("SELECT last_day(a, 'yyyy') FROM input", "last_day"));
  EXPECT_TRUE(declares("SELECT to_date(a, 'yyyy') FROM input", "zoned_text"));
}

TEST(SparkFunctions, AMisspeltOneIsCorrectedFromAll) {
  EXPECT_NE(RunSql("SELECT to_timestam('x') AS v FROM input", OneRow(), 0).find("to_timestamp"),
            std::string::npos);
}

TEST(SparkFunctions, IntegersHaveSparksType) {
  const auto made = Transform::Make(
      {.sql = "SELECT year(ts) AS y, hour(ts) AS h, length(none) AS l, dayofweek(ts) AS w, "
              "instr(none, 'x') AS i, size(xs) AS s, ceil(1.5) AS c, count(*) AS n "
              "FROM input GROUP BY ALL"},
      OneRow().schema());
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  EXPECT_EQ((*made)->output_schema()->ToDdl(),
            "y INT, h INT, l INT, w INT, i INT, s INT, c BIGINT, n BIGINT");
}

TEST(SparkFunctions, AnUnknownPatternLetterIsNamed) {
  const std::string outcome = Evaluate("date_format(ts, 'yyyy QQQ')");
  EXPECT_NE(outcome.find("'QQQ' are not supported"), std::string::npos) << outcome;
}

}  // namespace
}  // namespace sluice::transform
