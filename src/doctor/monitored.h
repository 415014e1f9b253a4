// SPDX-License-Identifier: Apache-2.0
//
// What the monitoring has to know of a job or a producer, and where its programs are.
#pragma once

#include <string>

namespace sluice::doctor {

struct Monitored {
  bool enabled = true;
  std::string listen;  // monitor.listen
  bool is_producer = false;
  std::string query;  // query.name; a producer's topic stands for it in words only
  std::string topic;  // empty if there are several
  std::string token;  // that its pages ask for; empty: none, or it cannot be read:
  std::string token_trouble;

  // The label `job` that the rules of monitoring/ look for, and how their names begin.
  const char* job() const { return is_producer ? "sluice-producer" : "spark-streaming"; }
  const char* rule_prefix() const { return is_producer ? "SluiceProducer" : "SparkStreaming"; }
  const char* metric_prefix() const {
    return is_producer ? "sluice_producer_" : "spark_streaming_";
  }
};

struct MonitoringPlaces {
  std::string prometheus = "http://127.0.0.1:9090";
  std::string alertmanager = "http://127.0.0.1:9093";
  std::string slack_webhook_file;  // empty: looked for
  bool send_test = false;
};

}  // namespace sluice::doctor
