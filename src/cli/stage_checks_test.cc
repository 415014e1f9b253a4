// SPDX-License-Identifier: Apache-2.0
#include "cli/stage_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/demo_config.h"
#include "core/columns_json.h"
#include "core/testing/source_dir.h"
#include "decode/testing/decode_text.h"

namespace sluice::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> MistakesOf(const std::string& text,
                                    const std::map<std::string, std::string>& environment = {}) {
  std::vector<std::string> texts;
  for (const auto& mistake :
       config::ParseJobConfig("job.yaml", text, environment, AllStageChecks()).mistakes) {
    texts.push_back(mistake.ToString());
  }
  return texts;
}

std::string Job(const std::string& more, const std::string& source = "",
                const std::string& sink = "") {
  return "source: {kafka.bootstrap.servers: 'b:1', subscribe: t" + source +
         "}\nsink: {path: /t, checkpointLocation: /c" + sink + "}\n" + more;
}

// The only mistake; else all of them.
std::string OnlyMistake(const std::string& text) {
  const std::vector<std::string> mistakes = MistakesOf(text);
  return mistakes.size() == 1 ? mistakes[0] : ::testing::PrintToString(mistakes);
}

TEST(StageChecks, ASoundJobHasNoMistakes) {
  EXPECT_THAT(
      MistakesOf(
          Job("decode: {schema: 'id STRING, at TIMESTAMP'}\nsql: SELECT id, `at` FROM input\n")),
      ::testing::IsEmpty());
  EXPECT_THAT(MistakesOf(Job("")), ::testing::IsEmpty());
  EXPECT_THAT(MistakesOf(kDemoConfig), ::testing::IsEmpty());
}

TEST(StageChecks, KafkaOptionsAreJudgedByTheClient) {
  EXPECT_THAT(OnlyMistake(Job("", ", kafka.fetch.max.bites: 5")),
              HasSubstr("job.yaml:1: source.kafka.fetch.max.bites: "));
  EXPECT_THAT(OnlyMistake(Job("", ", kafka.auto.offset.reset: earliest")),
              HasSubstr("job.yaml:1: source.kafka.auto.offset.reset: "));
}

TEST(StageChecks, KafkaValuesAreJudgedOncePerKey) {
  EXPECT_EQ(OnlyMistake(Job("", ", kafka.metadata.max.age.ms: 5 minutes")),
            "job.yaml:1: source.kafka.metadata.max.age.ms: expected a whole number of milliseconds "
            "from 1 to 3600000, such as 1000, found '5 minutes'");
  EXPECT_THAT(OnlyMistake(Job("", ", kafka.security.protocol: SASL_SSL")),
              HasSubstr("job.yaml:1: source.kafka.security.protocol: SASL_SSL needs "
                        "kafka.sasl.mechanism"));
  EXPECT_THAT(OnlyMistake("source: {kafka.bootstrap.servers: localhost, subscribe: t}\n"
                          "sink: {path: /t, checkpointLocation: /c}\n"),
              HasSubstr("job.yaml:1: source.kafka.bootstrap.servers: expected host:port"));
}

TEST(StageChecks, WhatALoginLacksIsNotToldBesideWhatIsWrongWithIt) {
  EXPECT_THAT(OnlyMistake(Job("",
                              ", kafka.security.protocol: SASL_SSL, kafka.sasl.mechanism: PLAIN, "
                              "kafka.sasl.jaas.config: '${NOBODY_KNOWS}'")),
              HasSubstr("source.kafka.sasl.jaas.config: variable NOBODY_KNOWS is not defined"));
}

// From a file of one line, as a mounted secret is.
TEST(StageChecks, WhiteSpaceAroundTopicsIsNotOfThem) {
  const auto report = config::ParseJobConfig(
      "job.yaml",
      "source: {kafka.bootstrap.servers: '${B}', subscribe: '${T}'}\nsink: {path: /t, "
      "checkpointLocation: /c}\n",
      {{"B", "b:1\n"}, {"T", " t, u\n"}}, AllStageChecks());
  ASSERT_TRUE(report.mistakes.empty()) << report.mistakes[0].message;
  EXPECT_EQ(report.config->query.topics, (std::set<std::string>{"t", "u"}));
}

TEST(StageChecks, ThePatternIsCompiled) {
  const auto with = [](const std::string& pattern) {
    return OnlyMistake(
        "source:\n  kafka.bootstrap.servers: b:1\n"
        "  subscribePattern: '" +
        pattern + "'\nsink: {path: /t, checkpointLocation: /c}\n");
  };
  EXPECT_EQ(with("b["),
            "job.yaml:3: source.subscribePattern: the pattern 'b[' cannot be used: missing "
            "terminating ] for character class at character 3");
  EXPECT_THAT(with("[a-z&&[^b]]"), HasSubstr("nested character classes are not supported"));
  EXPECT_EQ(with("dev_.*"), "{}");
}

TEST(StageChecks, KafkaOptionsWithoutEffectAreToldWithTheirLine) {
  const config::ConfigReport report =
      config::ParseJobConfig("job.yaml", Job("", ", kafka.group.id: mine"), {}, AllStageChecks());
  EXPECT_TRUE(report.config.has_value());
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0].ToString(),
              HasSubstr("job.yaml:1: source.kafka.group.id: has no effect: "));
}

TEST(StageChecks, TheSchemaIsParsed) {
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id STRNG'}\n")),
              HasSubstr("job.yaml:3: decode.schema: "));
}

TEST(StageChecks, ExplodeNeedsAnArrayOfStructs) {
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a STRING\n  explode: a\n")),
              HasSubstr("job.yaml:5: decode.explode: "));
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a STRING\n  explode: b\n")),
              HasSubstr("job.yaml:5: decode.explode: "));
}

TEST(StageChecks, AnUnknownZoneIsNamed) {
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a STRING\n  timeZone: Mars/Base\n")),
              HasSubstr("job.yaml:5: decode.timeZone: "));
}

TEST(StageChecks, SqlIsBound) {
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id STRING'}\nsql: SELECT nope FROM input\n")),
              HasSubstr("job.yaml:4: sql: "));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id STRING'}\nsql: DROP TABLE input\n")),
              HasSubstr("job.yaml:4: sql: "));
}

TEST(StageChecks, AMistakeInTheSqlIsToldWithItsOwnLine) {
  const std::string schema = "decode: {schema: 'id STRING'}\n";
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: |\n  SELECT id,\n    nope\n  FROM input\n")),
              HasSubstr("job.yaml:6: sql: SQL, line 2, column 3: there is no column \"nope\""));
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: >\n  SELECT id,\n  nope\n  FROM input\n")),
              HasSubstr("job.yaml:6: sql: SQL, line 1, column 12: there is no column"));
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: SELECT id,\n  nope\n  FROM input\n")),
              HasSubstr("job.yaml:5: sql: SQL, line 1, column 12: there is no column"));
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: |\n\n  SELECT id\n  FROM input\n  WHRE id > 1\n")),
              HasSubstr("job.yaml:8: sql: SQL, line 4, column 6: syntax error"));
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: |\n  SELECT id\n  FROM read_csv('x')\n")),
              HasSubstr("job.yaml:6: sql: SQL, line 2, column 6: the table function read_csv()"));
  // The whole statement is meant.
  EXPECT_THAT(OnlyMistake(Job(schema + "sql: |\n  DELETE\n  FROM input\n")),
              HasSubstr("job.yaml:4: sql: the SQL must be one SELECT"));
}

TEST(StageChecks, OptionsOfTheDecoderAreToldAtTheirKeys) {
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a DATE\n  dateFormat: bbb\n")),
              HasSubstr("job.yaml:5: decode.dateFormat: dateFormat 'bbb'"));
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a INT, _corrupt_record INT\n")),
              HasSubstr("job.yaml:4: decode.schema: columnNameOfCorruptRecord: column"));
  EXPECT_THAT(OnlyMistake(Job("decode:\n  schema: a STRING\n  explode_outer: b\n")),
              HasSubstr("job.yaml:5: decode.explode_outer: explode_outer: the schema has no"));
}

TEST(StageChecks, AllMistakesOfTheDecoderAndWhatFollowsAreToldAtOnce) {
  const std::string decode =
      "decode:\n  schema: a STRING, d DATE, _corrupt_record INT\n  timeZone: M/P\n"
      "  timestampFormat: QQQ\n  dateFormat: '{'\n  mode: LOUD\n";
  EXPECT_THAT(
      MistakesOf(Job(decode + "  explode: zz\nsql: |\n  SELECT zz.b\n  FROM input\n", "",
                     ", partitionBy: nope")),
      ElementsAre(HasSubstr("job.yaml:2: sink.partitionBy: there is no column nope: `sql` does"),
                  HasSubstr("job.yaml:4: decode.schema: columnNameOfCorruptRecord: column"),
                  HasSubstr("job.yaml:5: decode.timeZone: timeZone 'M/P'"),
                  HasSubstr("job.yaml:6: decode.timestampFormat: timestampFormat 'QQQ'"),
                  HasSubstr("job.yaml:7: decode.dateFormat: dateFormat '{'"),
                  HasSubstr("job.yaml:8: decode.mode: expected one of"),
                  HasSubstr("job.yaml:9: decode.explode: explode: the schema has no column")));
  // Without the explode the columns are known, and the SQL is judged by them.
  EXPECT_THAT(
      MistakesOf(
          Job(decode + "sql: |\n  SELECT a,\n    nope\n  FROM input\n", "", ", partitionBy: a")),
      ElementsAre(HasSubstr("job.yaml:4: "), HasSubstr("job.yaml:5: "), HasSubstr("job.yaml:6: "),
                  HasSubstr("job.yaml:7: "), HasSubstr("job.yaml:8: "),
                  HasSubstr("job.yaml:11: sql: SQL, line 2, column 3: there is no column")));
  EXPECT_THAT(
      MistakesOf(Job("decode: {schema: a STRING, timeZone: M/P}\nsql: SELECT a FROM input\n", "",
                     ", partitionBy: b")),
      ElementsAre(HasSubstr("sink.partitionBy: there is no column b; the rows have a"),
                  HasSubstr("decode.timeZone: ")));
}

TEST(StageChecks, WithoutTheColumnsTheFormOfTheSqlIsJudged) {
  EXPECT_THAT(MistakesOf(Job("decode:\n  schema: a STRNG\n  explode: a\n  timeZone: M/P\n"
                             "sql: SELECT a FROM input WHRE a\n",
                             "", ", partitionBy: day")),
              ElementsAre(HasSubstr("job.yaml:4: decode.schema: "),
                          HasSubstr("job.yaml:6: decode.timeZone: "),
                          HasSubstr("job.yaml:7: sql: SQL, line 1, column 26: syntax error")));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: a STRNG}\nsql: SELECT a FROM input\n", "",
                              ", partitionBy: day")),
              HasSubstr("decode.schema: "));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: a STRING, explode: b}\n"
                              "sql: SELECT b.c AS d, e FROM input\n",
                              "", ", partitionBy: d")),
              HasSubstr("decode.explode: "));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'e ARRAY<STRUCT<a: INT>>', explode: f}\n"
                              "sql: SELECT e.a AS a FROM input\n")),
              HasSubstr("decode.explode: "));
  // What an explode does not change is known.
  EXPECT_THAT(MistakesOf(Job("decode: {schema: 'a STRING, e ARRAY<STRUCT<a: INT>>', explode: f}\n"
                             "sql: SELECT nope FROM input\n")),
              ElementsAre(HasSubstr("decode.explode: "), HasSubstr("sql: SQL, line 1, column 8")));
  // Nor is a column that the SQL means, but spells wrongly.
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'a STRING, day DATE'}\n"
                              "sql: SELECT a, dya FROM input\n",
                              "", ", partitionBy: day")),
              HasSubstr("sql: SQL, line 1, column 11: "));
  // An unknown key may be the one that would have said what the columns are.
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'e ARRAY<STRUCT<a: INT>>', explod: e}\n"
                              "sql: SELECT e.a FROM input\n")),
              HasSubstr("decode.explod: unknown key"));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: '${NOWHERE}', explode: e}\n")),
              HasSubstr("decode.schema: variable NOWHERE is not defined"));
}

TEST(StageChecks, OptionsOfTheDecoderWithoutEffectAreWarnedOf) {
  const auto warnings = [](const std::string& decode) {
    std::vector<std::string> texts;
    const auto report =
        config::ParseJobConfig("job.yaml", Job("decode:\n" + decode), {}, AllStageChecks());
    EXPECT_TRUE(report.config);
    for (const auto& warning : report.warnings) texts.push_back(warning.ToString());
    return texts;
  };
  EXPECT_THAT(
      warnings("  schema: a STRING\n  dateFormat: yyyy\n  timestampFormat: yyyy\n"
               "  timestampNTZFormat: yyyy\n  columnNameOfCorruptRecord: bad\n"),
      ElementsAre(
          HasSubstr("job.yaml:5: decode.dateFormat: has no effect: decode.schema declares no DATE"),
          HasSubstr("job.yaml:6: decode.timestampFormat: has no effect: decode.schema declares no "
                    "TIMESTAMP"),
          HasSubstr("job.yaml:7: decode.timestampNTZFormat: has no effect: decode.schema declares "
                    "no TIMESTAMP_NTZ"),
          HasSubstr("job.yaml:8: decode.columnNameOfCorruptRecord: has no effect: decode.schema "
                    "declares no column bad")));
  EXPECT_THAT(
      warnings("  schema: bad STRING\n  mode: FAILFAST\n  columnNameOfCorruptRecord: bad\n"),
      ElementsAre(HasSubstr("has no effect: with mode: FAILFAST the query stops")));
  EXPECT_THAT(
      warnings("  schema: 'bad STRING, m MAP<STRING, ARRAY<STRUCT<d: DATE>>>, t TIMESTAMP'\n"
               "  dateFormat: yyyy\n  timestampFormat: yyyy\n"
               "  columnNameOfCorruptRecord: bad\n"),
      ::testing::IsEmpty());
}

// Rows that the job makes of one message, or the error.
std::string RowsOf(const std::string& text, const std::string& message) {
  const auto report = config::ParseJobConfig("job.yaml", text, {}, AllStageChecks());
  if (!report.config) return report.mistakes.at(0).ToString();
  auto job = BindJob(StagesOf(*report.config));
  if (!job.ok()) return job.status().ToString();
  auto decoded = job->decoder->Decode(decode::testing::BatchOf({message}), {});
  if (!decoded.ok()) return decoded.status().ToString();
  auto rows = job->transform->Run(std::move(decoded->columns), {});
  if (!rows.ok()) return rows.status().ToString();
  std::string lines;
  for (const Columns& columns : *rows) {
    for (int64_t row = 0; row < columns.num_rows(); ++row) AppendRowJson(columns, row, &lines);
  }
  return lines;
}

TEST(StageChecks, ACastFollowsTheDeclaredVersionOfSpark) {
  const std::string sql = "sql: SELECT CAST(a AS INT) AS n FROM input\n";
  const auto rows = [&](const std::string& version, const std::string& more) {
    return RowsOf(Job("decode: {schema: 'a STRING'" + version + "}\n" + more + sql),
                  R"({"a":"abc"})");
  };
  for (const char* version : {"", ", sparkVersion: '3.4'", ", sparkVersion: '3.5'"}) {
    EXPECT_EQ(rows(version, ""), R"({"n":null})") << version;
    EXPECT_THAT(rows(version, "ansi: true\n"),
                HasSubstr("the text 'abc' is no integer of 32 bits"));
  }
  EXPECT_THAT(rows(", sparkVersion: '4.0'", ""), HasSubstr("SQL_RUNTIME: "));
  EXPECT_EQ(rows(", sparkVersion: '4.0'", "ansi: false\n"), R"({"n":null})");
}

TEST(StageChecks, AnEventTimeIsAColumnThatHoldsOne) {
  const auto job = [](const std::string& column, const std::string& sink = "") {
    return Job("decode: {schema: 'id STRING, at TIMESTAMP, lat DOUBLE'}\nmonitor: {eventTime: " +
                   column + "}\n",
               "", sink);
  };
  EXPECT_THAT(MistakesOf(job("at")), ::testing::IsEmpty());
  EXPECT_THAT(MistakesOf(job("AT")), ::testing::IsEmpty());
  EXPECT_THAT(OnlyMistake(job("seen")),
              HasSubstr("job.yaml:4: monitor.eventTime: there is no column seen in the result"));
  EXPECT_THAT(OnlyMistake(job("lat")), HasSubstr("column lat is a DOUBLE, which holds no time"));
  EXPECT_THAT(OnlyMistake(job("at", ", partitionBy: at")), HasSubstr("partitioned by that column"));
}

TEST(StageChecks, TheShippedConfigurationsBindTheirSchemaAndSql) {
  const std::map<std::string, std::string> environment = {
      {"KAFKA_USERNAME", "u"},
      {"KAFKA_PASSWORD", "p-w"},
      {"SLUICE_MONITOR_TOKEN", "0123456789abcdef"}};
  const std::map<std::string, std::string> first_columns = {
      {"dev", "entity_id STRING, vehicle_id STRING, vehicle_label STRING, trip_id STRING"},
      {"demo", "vehicle_id STRING, vehicle_label STRING, route_id STRING, trip_id STRING"},
      {"prod", "source STRING, entity_id STRING, vehicle_id STRING, route_id STRING"}};
  for (const auto& [name, columns] : first_columns) {
    const std::string file = SourceDir() / (std::string("config/config_") + name + ".yaml");
    const auto report = config::LoadJobConfig(file, environment, AllStageChecks());
    for (const auto& mistake : report.mistakes) ADD_FAILURE() << mistake.ToString();
    ASSERT_TRUE(report.config.has_value()) << name;
    const auto job = BindJob(StagesOf(*report.config));
    ASSERT_TRUE(job.ok()) << job.status().ToString();
    EXPECT_THAT(job->transform->output_schema()->ToDdl(), ::testing::StartsWith(columns));
    EXPECT_THAT(job->transform->warnings(), ::testing::IsEmpty()) << name;
  }
}

TEST(StageChecks, PartitionColumnsMustBeThere) {
  EXPECT_THAT(
      OnlyMistake(Job("decode: {schema: 'id STRING, b INT'}\n", "", ", partitionBy: day")),
      HasSubstr("job.yaml:2: sink.partitionBy: there is no column day; the rows have id, b"));
  EXPECT_THAT(
      OnlyMistake(Job("decode: {schema: 'id STRING, l ARRAY<INT>'}\n", "", ", partitionBy: l")),
      HasSubstr("sink.partitionBy: partitionBy: column 'l' is ARRAY<INT>"));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id STRING'}\n", "", ", partitionBy: id")),
              HasSubstr("a table needs a column besides"));
}

TEST(StageChecks, WhatIsWrongAlreadyIsNotToldTwice) {
  const std::vector<std::string> mistakes =
      MistakesOf(Job("decode: {schema: 'id STRNG', mode: LOUD}\nsql: SELECT x FROM input\n"));
  EXPECT_EQ(mistakes.size(), 2u) << ::testing::PrintToString(mistakes);
}

TEST(StageChecks, WhatTheWriterRefusesIsToldBefore) {
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id STRING, b BINARY'}\n", "", ", partitionBy: b")),
              HasSubstr("column 'b' is BINARY, which cannot be a partition column"));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id INT, l ARRAY<VOID>'}\n")),
              HasSubstr("job.yaml:3: decode.schema: column l holds the type VOID"));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: 'id INT, ID STRING'}\n")),
              HasSubstr("are both named \"ID\""));
  EXPECT_THAT(OnlyMistake(Job("decode: {schema: '`a b` INT'}\n")), HasSubstr("a b, needs a name"));
}

TEST(StageChecks, MissingServersAreToldOnce) {
  EXPECT_THAT(OnlyMistake("source: {subscribe: t}\nsink: {path: /t, checkpointLocation: /c}\n"),
              HasSubstr("source.kafka.bootstrap.servers: missing: "));
}

}  // namespace
}  // namespace sluice::cli
