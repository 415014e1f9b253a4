// SPDX-License-Identifier: Apache-2.0
//
// The gauges that Spark has of a streaming query (spark.sql.streaming.metricsEnabled), under the names
// that its PrometheusServlet gives them at /metrics/prometheus: for dashboards that were made for Spark.
//
//   SparkGauges gauges("my_app", "bus");
//   gauges.Progressed(progress_json);
//   gauges.Text();
//   // metrics_my_app_driver_spark_streaming_bus_inputRate_total_Value{type="gauges"} 12.5
//
// Source: Spark's MetricsReporter and PrometheusServlet.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace sluice::monitor {

// Thread-safe.
class SparkGauges {
 public:
  // `spark_namespace`: spark.metrics.namespace; `query`: the query's name.
  SparkGauges(const std::string& spark_namespace, const std::string& query);

  // A StreamingQueryProgress, of a batch or of none.
  void Progressed(const std::string& json);
  std::string Text() const;

 private:
  const std::string prefix_;
  mutable std::mutex mutex_;  // guards all below
  double input_rate_ = 0;
  double processing_rate_ = 0;
  int64_t latency_ms_ = 0;
};

}  // namespace sluice::monitor
