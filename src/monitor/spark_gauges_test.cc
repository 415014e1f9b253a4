// SPDX-License-Identifier: Apache-2.0
#include "monitor/spark_gauges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::monitor {
namespace {

using ::testing::HasSubstr;

TEST(SparkGauges, HaveTheNamesOfSparksServlet) {
  const SparkGauges gauges("my-app", "bus.positions");
  EXPECT_EQ(
      gauges.Text(),
      "metrics_my_app_driver_spark_streaming_bus_positions_eventTime_watermark_Number{type="
      "\"gauges\"} 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_eventTime_watermark_Value{type="
      "\"gauges\"} 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_inputRate_total_Number{type=\"gauges\"} "
      "0.0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_inputRate_total_Value{type=\"gauges\"} "
      "0.0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_latency_Number{type=\"gauges\"} 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_latency_Value{type=\"gauges\"} 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_processingRate_total_Number{type="
      "\"gauges\"} 0.0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_processingRate_total_Value{type="
      "\"gauges\"} 0.0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_states_rowsTotal_Number{type=\"gauges\"}"
      " 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_states_rowsTotal_Value{type=\"gauges\"} "
      "0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_states_usedBytes_Number{type=\"gauges\"}"
      " 0\n"
      "metrics_my_app_driver_spark_streaming_bus_positions_states_usedBytes_Value{type=\"gauges\"} "
      "0\n");
}

TEST(SparkGauges, ALetterBeyondAsciiIsOneUnderscore) {
  EXPECT_THAT(SparkGauges("a", "caf\xc3\xa9-1").Text(),
              HasSubstr("metrics_a_driver_spark_streaming_caf__1_latency_Value"));
}

TEST(SparkGauges, FollowTheLastProgress) {
  SparkGauges gauges("a", "q");
  gauges.Progressed(
      R"({"inputRowsPerSecond":12.5,"processedRowsPerSecond":2000.0,"durationMs":{"triggerExecution":431}})");
  EXPECT_THAT(gauges.Text(), HasSubstr("q_inputRate_total_Value{type=\"gauges\"} 12.5\n"));
  EXPECT_THAT(gauges.Text(), HasSubstr("q_processingRate_total_Value{type=\"gauges\"} 2000.0\n"));
  EXPECT_THAT(gauges.Text(), HasSubstr("q_latency_Value{type=\"gauges\"} 431\n"));
  gauges.Progressed(R"({"durationMs":{"triggerExecution":3}})");
  EXPECT_THAT(gauges.Text(), HasSubstr("q_inputRate_total_Value{type=\"gauges\"} 0.0\n"));
  gauges.Progressed("no JSON");
  EXPECT_THAT(gauges.Text(), HasSubstr("q_latency_Value{type=\"gauges\"} 3\n"));
}

}  // namespace
}  // namespace sluice::monitor
