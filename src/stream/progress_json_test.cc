// SPDX-License-Identifier: Apache-2.0
#include "stream/progress_json.h"
#include "core/testing/source_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sluice::stream {
namespace {

namespace fs = std::filesystem;
using checkpoint::ScalaVersion;
using Json = nlohmann::ordered_json;

OffsetMap Orders(int64_t offset) { return {{{"orders", PartitionId{0}}, Offset{offset}}}; }

ProgressContext OrdersContext() {
  ProgressContext context;
  context.id = "b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55";
  context.run_id = "2f1e7f6b-8f0c-4b6a-9d55-0e6b7c8d9e0f";
  context.name = "q";
  context.source_description = "KafkaV2[Subscribe[orders]]";
  context.sink_description = "DeltaSink[file:/t]";
  return context;
}

Progress SomeProgress() {
  Progress progress;
  progress.batch = BatchId{7};
  progress.timestamp_ms = 1'714'557'600'000;
  progress.records = 1000;
  progress.duration_ms = {{"walCommit", 30},        {"addBatch", 640},     {"getBatch", 0},
                          {"latestOffset", 9},      {"queryPlanning", 60}, {"commitOffsets", 25},
                          {"triggerExecution", 800}};
  progress.source = {Orders(1), Orders(5), Orders(5)};
  return progress;
}

std::string Text(const Progress& progress, int64_t previous_trigger_ms = 1'714'557'590'000,
                 bool first = false) {
  return ProgressJson(OrdersContext(), progress, previous_trigger_ms, first);
}

// The value of one key of the source's part.
std::string InSource(const std::string& text, const char* key) {
  const Json source = Json::parse(text)["sources"][0];
  return source.contains(key) ? source[key].dump() : "absent";
}

// spark-contract section 4, as Spark 3 prints it: no batchDuration, rates with all their digits.
TEST(ProgressJson, IsSparksText) {
  EXPECT_EQ(
      Text(SomeProgress()),
      R"({"id":"b3f0c9c2-6a0e-4c4e-9a3e-0d2b4f1c7a55",)"
      R"("runId":"2f1e7f6b-8f0c-4b6a-9d55-0e6b7c8d9e0f",)"
      R"("name":"q","timestamp":"2024-05-01T10:00:00.000Z","batchId":7,"numInputRows":1000,)"
      R"("inputRowsPerSecond":100.0,"processedRowsPerSecond":1250.0,"durationMs":{"addBatch":640,)"
      R"("commitOffsets":25,"getBatch":0,"latestOffset":9,"queryPlanning":60,)"
      R"("triggerExecution":800,"walCommit":30},"stateOperators":[],)"
      R"("sources":[{"description":"KafkaV2[Subscribe[orders]]",)"
      R"("startOffset":{"orders":{"0":1}},"endOffset":{"orders":{"0":5}},)"
      R"("latestOffset":{"orders":{"0":5}},"numInputRows":1000,"inputRowsPerSecond":100.0,)"
      R"("processedRowsPerSecond":1250.0,"metrics":{"avgOffsetsBehindLatest":"0.0",)"
      R"("maxOffsetsBehindLatest":"0","minOffsetsBehindLatest":"0"}}],)"
      R"("sink":{"description":"DeltaSink[file:/t]","numOutputRows":-1}})");
}

// What real Spark 3.4.1 printed for the first batch of a query without a name.
TEST(ProgressJson, TheFirstBatchIsSparks) {
  auto at = [](int64_t p0, int64_t p1, int64_t p2) {
    return OffsetMap{{{"golden-3.4.1", PartitionId{0}}, Offset{p0}},
                     {{"golden-3.4.1", PartitionId{1}}, Offset{p1}},
                     {{"golden-3.4.1", PartitionId{2}}, Offset{p2}}};
  };
  ProgressContext context;
  context.id = "744ad0b7-6806-4290-963c-631fb1b42315";
  context.run_id = "64c0ab7a-c28b-4433-82ae-1c1387a43af6";
  context.source_description = "KafkaV2[Subscribe[golden-3.4.1]]";
  context.sink_description = "DeltaSink[/golden/3.4.1/table]";
  Progress progress;
  progress.timestamp_ms = 1'795'466'759'383;
  progress.records = 10;
  progress.duration_ms = {{"addBatch", 36784}, {"commitOffsets", 168}, {"getBatch", 10},
                          {"latestOffset", 4}, {"queryPlanning", 442}, {"triggerExecution", 37494},
                          {"walCommit", 67}};
  progress.source = {at(0, 0, 0), at(4, 3, 3), at(4, 3, 3)};
  EXPECT_EQ(ProgressJson(context, progress, -1, true),
            R"({"id":"744ad0b7-6806-4290-963c-631fb1b42315",)"
            R"("runId":"64c0ab7a-c28b-4433-82ae-1c1387a43af6",)"
            R"("name":null,"timestamp":"2026-11-23T20:45:59.383Z","batchId":0,"numInputRows":10,)"
            R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":0.26670934016109243,)"
            R"("durationMs":{"addBatch":36784,"commitOffsets":168,"getBatch":10,"latestOffset":4,)"
            R"("queryPlanning":442,"triggerExecution":37494,"walCommit":67},"stateOperators":[],)"
            R"("sources":[{"description":"KafkaV2[Subscribe[golden-3.4.1]]","startOffset":null,)"
            R"("endOffset":{"golden-3.4.1":{"2":3,"1":3,"0":4}},)"
            R"("latestOffset":{"golden-3.4.1":{"2":3,"1":3,"0":4}},"numInputRows":10,)"
            R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":0.26670934016109243,)"
            R"("metrics":{"avgOffsetsBehindLatest":"0.0","maxOffsetsBehindLatest":"0",)"
            R"("minOffsetsBehindLatest":"0"}}],)"
            R"("sink":{"description":"DeltaSink[/golden/3.4.1/table]","numOutputRows":-1}})");
}

// An idle query reports the next batch's id and the two durations that there are.
TEST(ProgressJson, AnIdleReportHasNoRates) {
  Progress idle = SomeProgress();
  idle.records = 0;
  idle.duration_ms = {{"triggerExecution", 4}, {"latestOffset", 3}};
  const Json json = Json::parse(Text(idle));
  EXPECT_EQ(json["durationMs"].dump(), R"({"latestOffset":3,"triggerExecution":4})");
  EXPECT_EQ(json["inputRowsPerSecond"].dump(), "0.0");
  EXPECT_EQ(json["processedRowsPerSecond"].dump(), "0.0");
}

TEST(ProgressJson, RatesAreNumbersWhateverTheClockDoes) {
  Progress progress = SomeProgress();
  for (int64_t previous : {progress.timestamp_ms, progress.timestamp_ms + 1000, int64_t{-1}}) {
    EXPECT_EQ(InSource(Text(progress, previous), "inputRowsPerSecond"), "0.0");
  }
  progress.duration_ms["triggerExecution"] = 0;
  EXPECT_EQ(InSource(Text(progress), "processedRowsPerSecond"), "0.0");
  progress.duration_ms.clear();
  EXPECT_EQ(InSource(Text(progress), "processedRowsPerSecond"), "0.0");
}

TEST(ProgressJson, TellsHowFarBehindTheSourceIs) {
  Progress progress = SomeProgress();
  progress.source.end = {{{"a", PartitionId{0}}, Offset{10}},
                         {{"a", PartitionId{1}}, Offset{20}},
                         {{"b", PartitionId{0}}, Offset{30}}};
  progress.source.latest = {{{"a", PartitionId{0}}, Offset{10}},
                            {{"a", PartitionId{1}}, Offset{23}},
                            {{"b", PartitionId{0}}, Offset{40}}};
  EXPECT_EQ(InSource(Text(progress), "metrics"),
            R"({"avgOffsetsBehindLatest":"4.333333333333333","maxOffsetsBehindLatest":"10",)"
            R"("minOffsetsBehindLatest":"0"})");
}

TEST(ProgressJson, APartitionThatShrankIsNotBehind) {
  Progress progress = SomeProgress();
  progress.source.latest = Orders(2);
  EXPECT_EQ(InSource(Text(progress), "metrics"),
            R"({"avgOffsetsBehindLatest":"0.0","maxOffsetsBehindLatest":"0",)"
            R"("minOffsetsBehindLatest":"0"})");
}

TEST(ProgressJson, WithoutPartitionsThereAreNoMetrics) {
  Progress progress = SomeProgress();
  progress.source = {};
  EXPECT_EQ(InSource(Text(progress), "metrics"), "absent");
  EXPECT_EQ(InSource(Text(progress), "endOffset"), "{}");
}

TEST(ProgressJson, NamesAreEscaped) {
  ProgressContext context = OrdersContext();
  context.name = "a \"b\"\n\xff";
  const std::string text = ProgressJson(context, SomeProgress(), -1, false);
  EXPECT_NE(text.find(R"("name":"a \"b\"\n)"
                      "\xEF\xBF\xBD\""),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << "one line";
}

TEST(Iso8601Millis, HasThreeDigitsAfterThePoint) {
  EXPECT_EQ(Iso8601Millis(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Iso8601Millis(1'709'251'199'007), "2024-02-29T23:59:59.007Z");
  EXPECT_EQ(Iso8601Millis(-1), "1969-12-31T23:59:59.999Z");
}

fs::path GoldenRoot() { return SharedDir() / "data" / "spark-golden"; }

OffsetMap OffsetsOf(const Json& json) {
  if (json.is_null()) return {};
  return checkpoint::OffsetsFromJson(json.dump()).value();
}

// Spark's report as the values that ours is made of, and back.
std::string Again(const Json& spark, ScalaVersion scala) {
  const Json& source = spark["sources"][0];
  ProgressContext context;
  context.id = spark["id"];
  context.run_id = spark["runId"];
  context.source_description = source["description"];
  context.sink_description = spark["sink"]["description"];
  context.scala = scala;
  Progress progress;
  progress.batch = BatchId{spark["batchId"]};
  progress.records = spark["numInputRows"];
  progress.duration_ms = spark["durationMs"].get<std::map<std::string, int64_t>>();
  progress.source = {OffsetsOf(source["startOffset"]), OffsetsOf(source["endOffset"]),
                     OffsetsOf(source["latestOffset"])};
  Json ours = Json::parse(ProgressJson(context, progress, -1, source["startOffset"].is_null()));
  // Spark takes them from a clock of its own, a millisecond beside triggerExecution.
  for (Json* part : {&ours, &ours["sources"][0]}) {
    (*part)["processedRowsPerSecond"] = spark["processedRowsPerSecond"];
  }
  ours["timestamp"] = spark["timestamp"];
  return ours.dump();
}

TEST(ProgressJson, ReportsOfRealSparkComeOutAgain) {
  for (const auto& [version, scala] :
       {std::pair("3.4.1", ScalaVersion::k212), std::pair("4.2.0", ScalaVersion::k213)}) {
    const fs::path file = GoldenRoot() / ("spark-" + std::string(version)) / "progress.json";
    if (!fs::exists(file)) GTEST_SKIP() << "no " << file << " (set SLUICE_SHARED)";
    std::ifstream in(file);
    Json reports = Json::parse(in);
    EXPECT_EQ(reports.size(), 3u);
    for (Json& report : reports) {
      report.erase("batchDuration");  // Spark 4 only
      EXPECT_EQ(Again(report, scala), report.dump()) << "Spark " << version;
    }
  }
}

}  // namespace
}  // namespace sluice::stream
