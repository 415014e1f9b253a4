// SPDX-License-Identifier: Apache-2.0
//
// A job's configuration: YAML + .env + environment, checked as a whole before anything is opened.
//
//   ConfigReport report = LoadJobConfig("config/config_dev.yaml", environment);
//   if (!report.mistakes.empty()) ...                        // all of them, each with file:line
//   report.config->source ...
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/findings.h"
#include "config/stage_check.h"
#include "decode/decode_options.h"
#include "kafka/source_options.h"
#include "parquet/writer_options.h"
#include "stream/query_options.h"

namespace sluice::config {

struct JobConfig {
  std::string file;
  stream::QueryOptions query;
  kafka::SourceOptions source;
  decode::DecodeOptions decode;
  std::string sql;
  std::vector<std::string> sql_secrets;  // texts in it that no message may show
  bool ansi = false;                     // a CAST in the SQL that cannot be done stops the query
  parquet::WriterOptions writer;
  MonitorOptions monitor;
  std::string spark_namespace;  // Spark's own gauges are shown under it; empty: they are not
  LogOptions log;
};

struct ConfigReport : Findings {
  std::optional<JobConfig> config;  // only if there are no mistakes
};

using StageCheck = StageCheckOf<JobConfig>;

// What a configuration is read for.
enum class Purpose {
  kRun,
  kDecode  // neither Kafka nor the pages are needed: their secrets may be undefined
};

// `environment`: the process environment. `.env` is read from the configuration's directory, then from
// the working directory. Never throws, opens nothing but these files.
ConfigReport LoadJobConfig(const std::string& path,
                           const std::map<std::string, std::string>& environment,
                           const std::vector<StageCheck>& checks = {},
                           Purpose purpose = Purpose::kRun);

// The same for a text that is no file; `name` stands for the file in messages.
ConfigReport ParseJobConfig(const std::string& name, const std::string& text,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<StageCheck>& checks = {},
                            Purpose purpose = Purpose::kRun);

}  // namespace sluice::config
