// SPDX-License-Identifier: Apache-2.0
#include "config/job_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/decode_settings.h"
#include "config/key_reference.h"
#include "config/key_table.h"
#include "config/variables.h"
#include "core/testing/source_dir.h"

namespace sluice::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The shortest configuration that is right; `more` is added to its end.
std::string Job(const std::string& source = "", const std::string& more = "") {
  return "source:\n  kafka.bootstrap.servers: b:9092\n  subscribe: t\n" + source +
         "sink: {path: /data/t, checkpointLocation: /data/c}\n" + more;
}

ConfigReport Load(const std::string& text,
                  const std::map<std::string, std::string>& environment = {},
                  const std::vector<StageCheck>& checks = {}) {
  return ParseJobConfig("job.yaml", text, environment, checks);
}

std::vector<std::string> Texts(const std::vector<Mistake>& mistakes) {
  std::vector<std::string> texts;
  for (const Mistake& mistake : mistakes) texts.push_back(mistake.ToString());
  return texts;
}

JobConfig Good(const std::string& text,
               const std::map<std::string, std::string>& environment = {}) {
  ConfigReport report = Load(text, environment);
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  return report.config.value_or(JobConfig{});
}

EffectiveValue Effective(const ConfigReport& report, const std::string& key) {
  for (const EffectiveValue& value : report.effective) {
    if (value.key == key) return value;
  }
  return {key, "(not listed)", ""};
}

// One mistake: YAML in, message out.
struct MistakeCase {
  const char* name;
  std::string yaml;
  const char* message;
};

class OneMistake : public ::testing::TestWithParam<MistakeCase> {};

TEST_P(OneMistake, IsToldWithItsLine) {
  const ConfigReport report = Load(GetParam().yaml);
  EXPECT_THAT(Texts(report.mistakes), ElementsAre(HasSubstr(GetParam().message)));
  EXPECT_FALSE(report.config.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Table, OneMistake,
    ::testing::Values(
        MistakeCase{
            "unknown_key", Job("  startingOffset: earliest\n"),
            "job.yaml:4: source.startingOffset: unknown key; did you mean startingOffsets?"},
        MistakeCase{"unknown_section", Job("", "snik: {path: /x}\n"),
                    "job.yaml:5: snik: unknown key; did you mean sink?"},
        MistakeCase{"far_from_all", Job("  colour: red\n"),
                    "job.yaml:4: source.colour: unknown key; known here: subscribe, "},
        MistakeCase{"wrong_section", Job("", "query: {maxOffsetsPerTrigger: 5}\n"),
                    "unknown key here; maxOffsetsPerTrigger belongs under source:"},
        MistakeCase{"nested_kafka", Job("  kafka: {client.id: x}\n"),
                    "write the client's options in one word"},
        MistakeCase{"no_number", Job("  maxOffsetsPerTrigger: many\n"),
                    "job.yaml:4: source.maxOffsetsPerTrigger: expected a whole number, at least 1, "
                    "found 'many'"},
        MistakeCase{"zero", Job("  maxOffsetsPerTrigger: 0\n"), "at least 1, found '0'"},
        MistakeCase{"no_bool", Job("  failOnDataLoss: yes\n"),
                    "expected true or false, found 'yes'"},
        MistakeCase{
            "no_choice", Job("", "decode: {mode: FAILFSAT}\n"),
            "expected one of PERMISSIVE, FAILFAST, found 'FAILFSAT'; did you mean FAILFAST?"},
        MistakeCase{"dropmalformed", Job("", "decode: {mode: DROPMALFORMED}\n"),
                    "expected one of PERMISSIVE, FAILFAST"},
        MistakeCase{"no_duration", Job("", "query: {trigger: {processingTime: soon}}\n"),
                    "query.trigger.processingTime: expected a duration such as '1 second' or "
                    "'15m', found 'soon'"},
        MistakeCase{"small_memory", Job("", "query: {memory: 1 MiB}\n"),
                    "expected a size such as '512 MiB', at least 64 MiB, found '1 MiB'"},
        MistakeCase{
            "trigger_word", Job("", "query: {trigger: once}\n"),
            "query.trigger: expected a map with processingTime, availableNow, once, found 'once'"},
        MistakeCase{"section_list", Job("", "log: [a]\n"),
                    "log: expected a map with level, format, found a list"},
        MistakeCase{"nothing", Job("", "sql:\n"), "sql: expected a text, found nothing"},
        MistakeCase{"start_word", Job("  startingOffsets: erliest\n"),
                    "expected earliest, latest or a map"},
        MistakeCase{"start_json", Job("  startingOffsets: '{\"t\": {\"0\": \"x\"}}'\n"),
                    "topic t, partition 0: expected a number, found \"x\""},
        MistakeCase{"start_minus3", Job("  startingOffsets: {t: {0: -3}}\n"),
                    "t-0: offset -3; expected 0 or more, -2 (earliest) or -1 (latest)"},
        MistakeCase{"start_other_topic", Job("  startingOffsets: {u: {0: 1}}\n"),
                    "topic u is not among those of subscribe"},
        MistakeCase{
            "no_topic_name",
            "source: {kafka.bootstrap.servers: b, subscribe: [t, 'a b/ü']}\nsink: {path: /t, "
            "checkpointLocation: /c}\n",
            "job.yaml:1: source.subscribe: 'a b/ü' is no name of a topic: at most 249 "
            "letters, digits, '.', '_' and '-', and not . or .."},
        MistakeCase{"no_topic_name_assign",
                    "source: {kafka.bootstrap.servers: b, assign: {..: [0]}}\nsink: {path: /t, "
                    "checkpointLocation: /c}\n",
                    "source.assign: '..' is no name of a topic"},
        MistakeCase{"long_topic_name",
                    "source: {kafka.bootstrap.servers: b, subscribe: " + std::string(250, 'x') +
                        "}\nsink: {path: /t, checkpointLocation: /c}\n",
                    "xxx' is no name of a topic: at most 249"},
        MistakeCase{"repeat", Job("  failOnDataLoss: true\n  failOnDataLoss: false\n"),
                    "job.yaml:5: source.failOnDataLoss: written twice; first in line 4"},
        MistakeCase{"repeat_case", Job("  failOnDataLoss: true\n  FAILONDATALOSS: false\n"),
                    "job.yaml:5: source.failOnDataLoss: set twice; first in line 4"},
        MistakeCase{"repeat_nested", Job("  startingOffsets: {t: {0: 1, 0: 2}}\n"),
                    "source.startingOffsets.t.0: written twice"},
        MistakeCase{"repeat_section", Job("", "sink: {path: /x, checkpointLocation: /y}\n"),
                    "job.yaml:5: sink: written twice; first in line 4"},
        MistakeCase{"two_subscriptions", Job("  subscribePattern: t.*\n"),
                    "source.subscribePattern: contradicts subscribe in line 3"},
        MistakeCase{"min_over_max", Job("  minOffsetsPerTrigger: 9\n  maxOffsetsPerTrigger: 5\n"),
                    "job.yaml:4: source.minOffsetsPerTrigger: 9 is more than maxOffsetsPerTrigger: "
                    "5 in line 5"},
        MistakeCase{"two_triggers", Job("", "query: {trigger: {availableNow: true, once: true}}\n"),
                    "query.trigger.once: contradicts trigger.availableNow"},
        MistakeCase{"two_explodes",
                    Job("", "decode: {schema: a ARRAY<INT>, explode: a, explode_outer: a}\n"),
                    "decode.explode_outer: contradicts explode"},
        MistakeCase{"explode_no_schema", Job("", "decode: {explode: entity}\n"),
                    "decode.explode: needs decode.schema"},
        MistakeCase{"strategy_alone", Job("  startingOffsetsByTimestampStrategy: latest\n"),
                    "has no effect without startingTimestamp"},
        MistakeCase{"ansi_alone", Job("", "ansi: true\n"),
                    "job.yaml:5: ansi: has no effect without sql"},
        MistakeCase{"ansi_as_spark", Job("", "spark.sql.ansi.enabled: true\n"),
                    "job.yaml:5: spark.sql.ansi.enabled: write it as ansi, beside sql"},
        MistakeCase{"undefined", Job("  startingOffsets: ${WHERE}\n"),
                    "job.yaml:4: source.startingOffsets: variable WHERE is not defined: set it in "
                    "the environment, in .env"},
        MistakeCase{"undefined_near",
                    Job("  startingOffsets: ${KAFKA_STRAT}\n", "KAFKA_START: earliest\n"),
                    "variable KAFKA_STRAT is not defined (did you mean KAFKA_START?)"},
        MistakeCase{"unfinished", Job("  startingOffsets: ${WHERE\n"), "'${' without its '}'"},
        MistakeCase{"circle", Job("  startingOffsets: ${A}\n", "A: ${B}\nB: ${A}\n"),
                    "refers to itself"},
        MistakeCase{"rejects", Job("", "rejects: {policy: dead_letter}\n"),
                    "rejects: not supported yet: bad records are counted"},
        MistakeCase{"ending", Job("  endingOffsets: latest\n"),
                    "source.endingOffsets: not allowed for a stream, as in Spark"},
        MistakeCase{"multi_line", Job("", "decode: {multiLine: true}\n"),
                    "decode.multiLine: remove it"},
        MistakeCase{"plain_secret", Job("  kafka.sasl.password: hunter2\n"),
                    "a secret must not stand in this file: write ${NAME}"},
        MistakeCase{
            "bad_port", Job("", "monitor: {listen: localhost}\n"),
            "monitor.listen: expected address:port such as 127.0.0.1:4040, found 'localhost'"},
        MistakeCase{"level_snappy",
                    "source: {kafka.bootstrap.servers: b, subscribe: t}\nsink: {path: /t, "
                    "checkpointLocation: /c, compression: snappy, compressionLevel: 3}\n",
                    "sink.compressionLevel: has no effect with compression: snappy"},
        MistakeCase{"object_store",
                    "source: {kafka.bootstrap.servers: b, subscribe: t}\nsink: {path: 's3a://b/t', "
                    "checkpointLocation: /c}\n",
                    "sink.path: 's3a://b/t': object stores and remote file systems are not "
                    "supported yet; expected a local directory"},
        MistakeCase{"same_directory",
                    "source: {kafka.bootstrap.servers: b, subscribe: t}\nsink: {path: /d/t, "
                    "checkpointLocation: /d/t/}\n",
                    "sink.checkpointLocation: is the table's own directory"},
        MistakeCase{"partition_twice",
                    "source: {kafka.bootstrap.servers: b, subscribe: t}\nsink: {path: /t, "
                    "checkpointLocation: /c, partitionBy: 'a, A'}\n",
                    "sink.partitionBy: column A is named twice"},
        MistakeCase{"no_servers",
                    "source: {subscribe: t}\nsink: {path: /t, checkpointLocation: /c}\n",
                    "source.kafka.bootstrap.servers: missing: addresses of Kafka brokers"},
        MistakeCase{
            "no_subscription",
            "source: {kafka.bootstrap.servers: b}\nsink: {path: /t, checkpointLocation: /c}\n",
            "source.subscribe: missing: one of subscribe, subscribePattern and assign"},
        MistakeCase{"assign_incomplete",
                    "source: {kafka.bootstrap.servers: b, assign: {t: [0, 1]}, startingOffsets: "
                    "{t: {0: 5}}}\nsink: {path: /t, checkpointLocation: /c}\n",
                    "t-1 of assign is missing: every partition must be listed"},
        MistakeCase{"default_secret", Job("  kafka.sasl.password: ${X:-hunter2}\n"),
                    "a secret must not stand in this file: write ${NAME}"},
        MistakeCase{"plain_secret_in_any_case", Job("  kafka.ssl.Key.Password: hunter2\n"),
                    "source.kafka.ssl.key.password: a secret must not stand in this file"},
        MistakeCase{"undefined_secret", Job("  kafka.sasl.password: ${NOWHERE}\n"),
                    "variable NOWHERE is not defined: set it in the environment or in .env"},
        MistakeCase{"client_option_in_two_cases",
                    Job("  kafka.sasl.mechanism: PLAIN\n  kafka.sasl.MECHANISM: PLAIN\n"),
                    "job.yaml:5: source.kafka.sasl.mechanism: set twice; first in line 4"},
        MistakeCase{"offset_beyond_64_bits",
                    Job("  startingOffsets: '{\"t\": {\"0\": 18446744073709551615}}'\n"),
                    "topic t, partition 0: 18446744073709551615 is too large"},
        MistakeCase{
            "remote_path",
            "source: {kafka.bootstrap.servers: b, subscribe: t}\nsink: {path: /t, "
            "checkpointLocation: 'dbfs:/mnt/c'}\n",
            "sink.checkpointLocation: 'dbfs:/mnt/c': object stores and remote file systems"},
        MistakeCase{"broken_yaml", "source: {a: b\nsink: ]\n", "job.yaml:2: broken YAML: "},
        MistakeCase{"colon_in_text", Job("", "decode:\n  schema: a STRUCT<b: INT>\n"),
                    "job.yaml:6: broken YAML: illegal map value (a text with ': ' in it needs "
                    "quotes, or '>' and lines of its own)"},
        MistakeCase{"tab", "source:\n\tsubscribe: t\n", "job.yaml:2: broken YAML: "},
        MistakeCase{"not_a_map", "- a\n- b\n",
                    "expected sections query, source, decode, sql, sink, found a list"},
        MistakeCase{"two_documents", "a: 1\n---\nb: 2\n", "one document a file"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(JobConfig, ReportsAllMistakesAtOnceInOrderOfLines) {
  const ConfigReport report = Load(
      "source:\n"
      "  subscribe: t\n"
      "  maxOffsetsPerTrigger: -1\n"
      "sink:\n"
      "  path: /t\n"
      "  checkpointlocation: ${NOWHERE}\n"
      "  compresion: zstd\n");
  EXPECT_THAT(
      Texts(report.mistakes),
      ElementsAre(
          HasSubstr("job.yaml: source.kafka.bootstrap.servers: missing"),
          HasSubstr("job.yaml:3: source.maxOffsetsPerTrigger: expected"),
          HasSubstr("job.yaml:6: sink.checkpointLocation: variable NOWHERE"),
          HasSubstr("job.yaml:7: sink.compresion: unknown key; did you mean compression?")));
  EXPECT_THAT(Texts(report.warnings),
              ElementsAre(HasSubstr("'checkpointlocation' is taken as checkpointLocation")));
}

TEST(JobConfig, ASecretIsNotToBeSetInTheFile) {
  const auto only = [](const std::string& source) {
    const ConfigReport report = Load(Job(source));
    return report.mistakes.size() == 1 ? report.mistakes[0].message : "";
  };
  const std::string told = " is not defined: set it in the environment or in .env";
  EXPECT_EQ(only("  kafka.sasl.jaas.config: 'x username=\"${WHO}\"'\n"), "variable WHO" + told);
  // By the name of the variable.
  EXPECT_EQ(only("  startingOffsets: ${MY_TOKEN}\n"), "variable MY_TOKEN" + told);
  EXPECT_EQ(
      only("  startingOffsets: ${WHO}\n"),
      "variable WHO is not defined: set it in the environment, in .env, or at the top of this "
      "file, or write ${WHO:-default}");
}

TEST(JobConfig, DecodingNeedsNeitherKafkasSecretsNorThePages) {
  const std::string text = Job("  kafka.sasl.jaas.config: 'x ${NOWHERE}'\n  includeHeaders: true\n",
                               "monitor: {listen: '0.0.0.0:4040', token: '${NO_TOKEN}'}\n");
  EXPECT_EQ(Load(text).mistakes.size(), 2u);
  const ConfigReport report = ParseJobConfig("job.yaml", text, {}, {}, Purpose::kDecode);
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  ASSERT_TRUE(report.config);
  EXPECT_TRUE(report.config->source.include_headers);
  // What else is wrong still is.
  EXPECT_THAT(
      Texts(ParseJobConfig("job.yaml",
                           "source:\n  kafka.bootstrap.servers: b\n  subscribe: ${NOWHERE}\n"
                           "  includeHeaders: ${NOWHERE}\n  colour: '${NOWHERE ${'\n"
                           "sink: {path: '${NOWHERE}', checkpointLocation: /c}\n"
                           "decode: {schema: '${NOWHERE}'}\n",
                           {}, {}, Purpose::kDecode)
                .mistakes),
      ElementsAre(HasSubstr("job.yaml:4: source.includeHeaders"),
                  HasSubstr("job.yaml:5: source.colour: unknown key"),
                  HasSubstr("job.yaml:6: sink.path"), HasSubstr("job.yaml:7: decode.schema")));
}

TEST(JobConfig, FillsTheOptionsOfEveryStage) {
  const JobConfig job = Good(
      "query: {name: q, trigger: {processingTime: 1 second}, lanes: 2, memory: 256 MiB, scala: "
      "2.13}\n"
      "source:\n"
      "  kafka.bootstrap.servers: b:9092\n"
      "  kafka.fetch.max.bytes: 1000\n"
      "  subscribe: [a, b]\n"
      "  startingOffsets: earliest\n"
      "  maxOffsetsPerTrigger: 1000000\n"
      "  minOffsetsPerTrigger: 10\n"
      "  maxTriggerDelay: 15m\n"
      "  failOnDataLoss: false\n"
      "  includeHeaders: true\n"
      "decode:\n"
      "  schema: 'entity ARRAY<STRUCT<id: STRING>>'\n"
      "  explode: entity\n"
      "  mode: failfast\n"
      "sql: |\n"
      "  SELECT id\n"
      "  FROM input\n"
      "sink: {path: 'file:///data/t/', checkpointLocation: data/c, partitionBy: [day], "
      "mergeSchema: true, compression: snappy}\n"
      "monitor: {listen: '0.0.0.0:0', allowAnonymous: true}\n"
      "log: {level: debug, format: json}\n");
  EXPECT_EQ(job.query.name, "q");
  EXPECT_EQ(job.query.trigger.interval, std::chrono::seconds(1));
  EXPECT_EQ(job.query.lanes, 2);
  EXPECT_EQ(job.query.memory_bytes, 256LL << 20);
  EXPECT_EQ(job.query.scala, "2.13");
  EXPECT_EQ(std::get<kafka::Subscribe>(job.source.subscription).topics,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(job.source.client.at("bootstrap.servers"), "b:9092");
  EXPECT_EQ(job.source.client.at("fetch.max.bytes"), "1000");
  EXPECT_EQ(job.source.starting.kind, kafka::StartingPosition::Kind::kEarliest);
  EXPECT_FALSE(job.source.fail_on_data_loss);
  EXPECT_TRUE(job.source.include_headers);
  EXPECT_EQ(job.query.limits.max_offsets_per_trigger, 1000000);
  EXPECT_EQ(job.query.limits.min_offsets_per_trigger, 10);
  EXPECT_EQ(job.query.limits.max_trigger_delay, std::chrono::minutes(15));
  EXPECT_EQ(job.decode.explode, "entity");
  EXPECT_EQ(job.decode.mode, decode::DecodeOptions::Mode::kFailFast);
  EXPECT_EQ(job.sql, "SELECT id\nFROM input\n");
  EXPECT_EQ(job.query.table_path, "/data/t");
  EXPECT_EQ(job.query.partition_by, std::vector<std::string>{"day"});
  EXPECT_EQ(job.writer.partition_by, std::vector<std::string>{"day"});
  EXPECT_TRUE(job.query.merge_schema);
  EXPECT_EQ(job.writer.compression, "snappy");
  EXPECT_EQ(job.log.level, "debug");
}

TEST(JobConfig, TakesOffsetsAsAMapAndAsJson) {
  const OffsetMap expected = {{{"t", PartitionId{0}}, Offset{23}},
                              {{"t", PartitionId{1}}, Offset{-2}}};
  EXPECT_EQ(Good(Job("  startingOffsets: {t: {0: 23, 1: -2}}\n")).source.starting.by_partition,
            expected);
  EXPECT_EQ(Good(Job("  startingOffsets: '{\"t\": {\"0\": 23, \"1\": -2}}'\n"))
                .source.starting.by_partition,
            expected);
}

TEST(JobConfig, StartingTimestampGoesBeforeTheOthers) {
  const ConfigReport report =
      Load(Job("  startingOffsets: earliest\n  startingOffsetsByTimestamp: {t: {0: 5}}\n  "
               "startingTimestamp: 7\n"));
  ASSERT_TRUE(report.config.has_value());
  EXPECT_EQ(report.config->source.starting.kind, kafka::StartingPosition::Kind::kTimestamp);
  EXPECT_EQ(report.config->source.starting.timestamp_ms, 7);
  EXPECT_EQ(report.warnings.size(), 2u);
}

TEST(JobConfig, LimitsThatADrainingRunIgnoresAreToldOf) {
  const auto warnings = [](const char* trigger, const char* limits) {
    const ConfigReport report =
        Load(Job(limits, std::string("query: {trigger: {") + trigger + ": true}}\n"));
    EXPECT_TRUE(report.config.has_value());
    return Texts(report.warnings);
  };
  EXPECT_THAT(warnings("availableNow", "  minOffsetsPerTrigger: 5\n"),
              ElementsAre(HasSubstr("job.yaml:4: source.minOffsetsPerTrigger: has no effect with "
                                    "the trigger availableNow")));
  EXPECT_THAT(warnings("availableNow", "  maxOffsetsPerTrigger: 5\n"), IsEmpty());
  EXPECT_THAT(warnings("once", "  minOffsetsPerTrigger: 5\n"),
              ElementsAre(HasSubstr("has no effect with the trigger once, as in Spark")));
  EXPECT_THAT(warnings("once", "  maxOffsetsPerTrigger: 5\n"),
              ElementsAre(HasSubstr("availableNow keeps to it")));
}

TEST(JobConfig, SaysHowToTellOfItsMistakes) {
  const ConfigReport report = Load(Job("  colour: red\n", "log: {format: json, level: warn}\n"));
  EXPECT_FALSE(report.config.has_value());
  EXPECT_EQ(report.log.format, "json");
  EXPECT_EQ(report.log.level, "warn");
  EXPECT_EQ(Load("source: [").log.format, "auto");
}

TEST(JobConfig, EnvironmentGoesBeforeTheFile) {
  const std::string text = "TOPIC: from_file\n" + Job();
  std::string with_variable = text;
  with_variable.replace(with_variable.find("subscribe: t"), 12, "subscribe: ${TOPIC}");
  EXPECT_EQ(std::get<kafka::Subscribe>(Good(with_variable).source.subscription).topics[0],
            "from_file");
  const ConfigReport report = Load(with_variable, {{"TOPIC", "from_env"}});
  EXPECT_EQ(Effective(report, "source.subscribe").value, "from_env");
  EXPECT_EQ(Effective(report, "source.subscribe").origin, "job.yaml:4 (TOPIC: environment)");
}

TEST(JobConfig, AKeyInCapitalsAtTheTopIsNoVariable) {
  const ConfigReport report =
      Load(Job("", "SQL: SELECT '${SQLS}' AS a FROM input\nANSI: true\nSQLS: x\n"));
  EXPECT_THAT(Texts(report.mistakes), IsEmpty());
  EXPECT_THAT(Texts(report.warnings),
              ElementsAre("job.yaml:5: sql: 'SQL' is taken as sql, its usual spelling",
                          "job.yaml:6: ansi: 'ANSI' is taken as ansi, its usual spelling"));
  ASSERT_TRUE(report.config.has_value());
  EXPECT_EQ(report.config->sql, "SELECT 'x' AS a FROM input");
  EXPECT_TRUE(report.config->ansi);
  EXPECT_THAT(Texts(Load(Job("", "LOG: {level: loud}\nREJECTS: x\n")).mistakes),
              ElementsAre(HasSubstr("job.yaml:5: log.level: expected one of"),
                          HasSubstr("job.yaml:6: REJECTS: not supported yet: bad records")));
}

TEST(JobConfig, DefaultsAndEscapes) {
  const ConfigReport report =
      Load(Job("  startingOffsets: ${START:-earliest}\n", "sql: SELECT '$${X}' AS x FROM input\n"));
  ASSERT_TRUE(report.config.has_value());
  EXPECT_EQ(report.config->source.starting.kind, kafka::StartingPosition::Kind::kEarliest);
  EXPECT_EQ(report.config->sql, "SELECT '${X}' AS x FROM input");
  EXPECT_EQ(Effective(report, "query.memory").value, "512 MiB");
  EXPECT_EQ(Effective(report, "query.memory").origin, "default");
}

TEST(JobConfig, AnsiFollowsTheSparkVersion) {
  const std::string sql = "sql: SELECT 1 AS a FROM input\n";
  const auto ansi = [&](const std::string& more) { return Good(Job("", sql + more)).ansi; };
  EXPECT_FALSE(ansi(""));
  EXPECT_FALSE(ansi("decode: {sparkVersion: 3.4}\n"));
  EXPECT_TRUE(ansi("decode: {sparkVersion: 4.0}\n"));
  EXPECT_TRUE(ansi("ansi: true\n"));
  EXPECT_FALSE(ansi("ansi: false\ndecode: {sparkVersion: 4.0}\n"));
  const ConfigReport report = Load(Job("", sql + "decode: {sparkVersion: 4.0}\n"));
  EXPECT_EQ(Effective(report, "ansi").value, "true");
  EXPECT_EQ(Effective(report, "ansi").origin, "by decode.sparkVersion");
}

TEST(JobConfig, DecodeSettingsCarryAnsiToo) {
  const auto ansi = [](const std::vector<std::pair<std::string, std::string>>& settings) {
    const auto parsed = ParseDecodeSettings(settings);
    return parsed.ok() ? (parsed->ansi ? "on" : "off") : parsed.status().message();
  };
  EXPECT_EQ(ansi({{"schema", "a INT"}}), "off");
  EXPECT_EQ(ansi({{"sparkVersion", "4.0"}}), "on");
  EXPECT_EQ(ansi({{"ansi", "true"}}), "on");
  EXPECT_EQ(ansi({{"ansi", "maybe"}}), "ansi: expected true or false, found 'maybe'");
  EXPECT_NE(ansi({{"sql", "x"}}).find("sql: unknown key"), std::string::npos);
}

TEST(JobConfig, NeverShowsSecrets) {
  const std::map<std::string, std::string> environment = {{"KAFKA_PASSWORD", "hunter2"},
                                                          {"API_KEY", "s3cret"}};
  const ConfigReport report = Load(Job("  kafka.sasl.jaas.config: org.x.PlainLoginModule required "
                                       "username=\"u\" password=\"${KAFKA_PASSWORD}\";\n"
                                       "  kafka.client.id: ${API_KEY}\n"
                                       "  maxOffsetsPerTrigger: ${KAFKA_PASSWORD}\n"),
                                   environment);
  EXPECT_EQ(Effective(report, "source.kafka.sasl.jaas.config").value, "****");
  EXPECT_EQ(Effective(report, "source.kafka.client.id").value, "****");
  ASSERT_EQ(report.mistakes.size(), 1u);
  EXPECT_EQ(report.mistakes[0].message, "expected a whole number, at least 1, found '****'");
}

TEST(JobConfig, StageChecksStandAmongTheOthersWithTheirLines) {
  std::vector<StageCheck> checks;
  checks.push_back({{"sql"}, [](const JobConfig&) {
                      return std::vector<StageMistake>{{"sql", "no such column", 2, 1},
                                                       {"source.kafka.acks", "is for producers"}};
                    }});
  checks.push_back({{"log"}, [](const JobConfig&) {
                      return std::vector<StageMistake>{{"log.level", "must not run"}};
                    }});
  const ConfigReport report =
      Load(Job("  kafka.acks: 1\n", "log: {level: loud}\nsql: |\n  SELECT\n  nope\n"), {}, checks);
  EXPECT_THAT(Texts(report.mistakes),
              ElementsAre("job.yaml:4: source.kafka.acks: is for producers",
                          HasSubstr("job.yaml:6: log.level: expected one of"),
                          "job.yaml:9: sql: no such column"));
}

TEST(JobConfig, ReadsDotEnvBesideTheFile) {
  const std::filesystem::path dir =
      std::filesystem::path(::testing::TempDir()) / "sluice_config_test";
  std::filesystem::create_directories(dir);
  std::ofstream(dir / ".env")
      << "# comment\nexport TOPIC='quoted topic' \nSTART=latest # why\nbroken line\n";
  std::ofstream(dir / "job.yaml")
      << "START: earliest\n"
      << Job("  startingOffsets: ${START}\n  kafka.client.id: ${TOPIC}\n");
  const ConfigReport report = LoadJobConfig((dir / "job.yaml").string(), {});
  EXPECT_THAT(Texts(report.mistakes),
              ElementsAre(HasSubstr(".env:4: expected NAME=VALUE or a comment")));
  EXPECT_EQ(Effective(report, "source.startingOffsets").value, "latest");
  EXPECT_EQ(Effective(report, "source.startingOffsets").origin, "job.yaml:5 (START: .env:3)");
  EXPECT_EQ(Effective(report, "source.kafka.client.id").value, "quoted topic");
  std::filesystem::remove_all(dir);
}

TEST(JobConfig, MissingFileIsOneMistake) {
  const ConfigReport report = LoadJobConfig("/nonexistent/job.yaml", {});
  EXPECT_THAT(Texts(report.mistakes),
              ElementsAre("/nonexistent/job.yaml: cannot be read: No such file or directory"));
}

TEST(JobConfig, AliasBombIsRefused) {
  std::string text = "A: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    text += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i)
      text += std::string(i == 0 ? "*" : ", *") + static_cast<char>(c - 1);
    text += "]\n";
  }
  EXPECT_THAT(Texts(Load(text).mistakes), ElementsAre(HasSubstr("nested or repeated too much")));
}

TEST(JobConfig, ATextThatAliasesRepeatManyTimesIsRefused) {
  const std::string megabyte(1 << 20, 'x');
  for (const char* again : {"- *a\n", "- *a : 1\n"}) {
    std::string text = "A: &a " + megabyte + "\nB:\n";
    for (int i = 0; i < 64; ++i) text += again;
    EXPECT_THAT(Texts(Load(text).mistakes), ElementsAre(HasSubstr("more than 64 MiB of text")))
        << again;
  }
}

std::string FileText(const std::string& path) {
  std::ifstream in(SourceDir() / path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(KeyReference, CommittedSchemaIsCurrent) {
  EXPECT_TRUE(FileText("docs/sluice.schema.json") == KeySchema(JobKeys()))
      << "sluice check --schema > docs/sluice.schema.json";
}

TEST(KeyReference, CommittedTablesAreCurrent) {
  EXPECT_TRUE(FileText("docs/configuration.md").find(KeyMarkdown(JobKeys())) != std::string::npos)
      << "sluice check --keys prints them";
}

TEST(KeyTable, NoKeyTwiceAndNoneAlsoRefused) {
  std::set<std::string> names;
  for (const KeySpec& key : JobKeys().keys)
    EXPECT_TRUE(names.insert(key.path()).second) << key.path();
  for (const RefusedKey& key : RefusedKeys())
    EXPECT_TRUE(names.insert(key.section + "." + key.name).second) << key.name;
}

TEST(LoadJobConfig, NamesAProducerForWhatItIs) {
  const ConfigReport report = LoadJobConfig(SourceDir() / "config/producer_dev.yaml", {});
  EXPECT_THAT(Texts(report.mistakes), ElementsAre(HasSubstr("`sluice produce` takes it")));
}

TEST(EffectiveValues, StandSectionBySection) {
  const ConfigReport report = LoadJobConfig(SourceDir() / "config/config_dev.yaml", {});
  std::vector<std::string> sections;
  for (const EffectiveValue& value : report.effective) {
    const std::string section = value.key.substr(0, value.key.find('.'));
    if (sections.empty() || sections.back() != section) sections.push_back(section);
  }
  EXPECT_THAT(sections,
              ElementsAre("query", "source", "decode", "sink", "sql", "ansi", "monitor", "log"));
}

TEST(ShippedConfigurations, AreRight) {
  for (const char* name : {"dev", "demo", "prod"}) {
    const ConfigReport report =
        LoadJobConfig(SourceDir() / ("config/config_" + std::string(name) + ".yaml"),
                      {{"KAFKA_USERNAME", "u"},
                       {"KAFKA_PASSWORD", "p-w"},
                       {"KAFKA_KEY_PASSWORD", "k-p"},
                       {"SLUICE_MONITOR_TOKEN", "0123456789abcdef"}});
    EXPECT_THAT(Texts(report.mistakes), IsEmpty()) << name;
    EXPECT_THAT(Texts(report.warnings), IsEmpty()) << name;
    ASSERT_TRUE(report.config.has_value());
    EXPECT_EQ(report.config->query.trigger.interval, std::chrono::seconds(1)) << name;
  }
}

TEST(JobConfig, SecretsInAnyCaseAndInsideOfTextsAreHidden) {
  const std::map<std::string, std::string> environment = {{"hash_key", "hunter2"},
                                                          {"other_key", "hunter2-and-more"}};
  std::vector<StageCheck> checks;
  checks.push_back({{}, [](const JobConfig& job) {
                      return std::vector<StageMistake>{
                          {"sql", "near hunter2-and-more: " + job.sql}};
                    }});
  const ConfigReport report =
      Load(Job("  kafka.sasl.JAAS.config: x password=\"${hash_key}\";\n",
               "sql: SELECT '${hash_key}' AS a, '${other_key}' AS b FROM input\n"),
           environment, checks);
  EXPECT_EQ(Effective(report, "source.kafka.sasl.jaas.config").value, "****");
  EXPECT_THAT(
      Texts(report.mistakes),
      ElementsAre("job.yaml:6: sql: near ****: SELECT '****' AS a, '****' AS b FROM input"));
}

TEST(JobConfig, TheSecretsOfTheSqlGoWithIt) {
  EXPECT_THAT(Load(Job("", "sql: SELECT '${API_KEY}' AS a FROM input\n"), {{"API_KEY", "s3cret"}})
                  .config->sql_secrets,
              ElementsAre("s3cret"));
}

TEST(JobConfig, AnEmptyIdentificationAlgorithmIsAValue) {
  const JobConfig job = Good(Job("  kafka.ssl.endpoint.identification.algorithm: \"\"\n"));
  EXPECT_EQ(job.source.client.at("ssl.endpoint.identification.algorithm"), "");
}

TEST(JobConfig, VariablesStandInKeysOfMapsToo) {
  const std::string text = "TOPIC: t\n" + Job("  startingOffsets: {'${TOPIC}': {0: 5}}\n");
  EXPECT_EQ(Good(text).source.starting.by_partition.begin()->first.topic, "t");
  EXPECT_THAT(Texts(Load("TOPIC: t\n" + Job("  startingOffsets: {'${TOPIC}': {0: 5}, t: {0: 6}}\n"))
                        .mistakes),
              ElementsAre(HasSubstr("source.startingOffsets.t: written twice")));
}

TEST(JobConfig, KeysWithoutEffectAreToldOf) {
  EXPECT_THAT(Texts(Load(Job("",
                             "decode: {mode: FAILFAST, timestampFormat: yyyy, "
                             "columnNameOfCorruptRecord: c}\n"
                             "monitor: {enabled: false, listen: 'localhost:1'}\n"))
                        .warnings),
              ElementsAre(HasSubstr("decode.mode: has no effect without decode.schema"),
                          HasSubstr("decode.columnNameOfCorruptRecord: has no effect"),
                          HasSubstr("decode.timestampFormat: has no effect"),
                          HasSubstr("monitor.listen: has no effect with enabled: false")));
}

TEST(JobConfig, SamplesOfBadRecordsAreKeptForThePageOnly) {
  EXPECT_EQ(Good(Job()).query.bad_samples, 5);
  EXPECT_EQ(Good(Job("", "monitor: {samples: false}\n")).query.bad_samples, 0);
  EXPECT_EQ(Good(Job("", "monitor: {enabled: false}\n")).query.bad_samples, 0);
}

TEST(DotEnv, SaysWhatItWouldLose) {
  const DotEnv read = ParseDotEnv("A=1\nB='open\nA=2\nC=\"x\"y\nD=\"x\" # why\n");
  ASSERT_EQ(read.broken.size(), 3u);
  EXPECT_EQ(read.broken[0].line, 2);
  EXPECT_EQ(read.broken[0].message, "the quote is not closed");
  EXPECT_EQ(read.broken[1].message, "A is set twice; first in line 1");
  EXPECT_EQ(read.broken[2].message, "expected nothing behind the closing quote but a comment");
  EXPECT_EQ(read.lines.back().value, "x");
}

}  // namespace
}  // namespace sluice::config
