// SPDX-License-Identifier: Apache-2.0
//
// A job's configuration: YAML + .env + environment, checked as a whole before anything is opened.
//
//   ConfigReport report = LoadJobConfig("config/config_dev.yaml", environment);
//   if (!report.mistakes.empty()) ...                        // all of them, each with file:line
//   report.config->source ...
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decode/decode_options.h"
#include "kafka/source_options.h"
#include "parquet/writer_options.h"
#include "stream/query_options.h"

namespace sluice::config {

struct MonitorOptions {
  bool enabled = true;
  std::string listen = "127.0.0.1:4040";
};

struct LogOptions {
  std::string level = "info";   // debug, info, warn, error
  std::string format = "auto";  // text on a terminal, json otherwise
};

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
  LogOptions log;
};

struct Mistake {
  std::string file;
  int line = 0;         // 1-based; 0: the file as a whole
  std::string key;      // dotted path: "source.startingOffsets"
  std::string message;  // what was expected, what was found, the nearest known key
  // "config.yaml:12: source.startingOffset: unknown key; did you mean startingOffsets?"
  std::string ToString() const;
};

// One effective value and where it came from: "config_dev.yaml:7", ".env:2", "environment", "default".
struct EffectiveValue {
  std::string key;
  std::string value;  // secrets as "****"
  std::string origin;
};

struct ConfigReport {
  std::optional<JobConfig> config;  // only if there are no mistakes
  std::vector<Mistake> mistakes;    // in the order of lines
  std::vector<Mistake> warnings;    // accepted, but worth a look
  std::vector<EffectiveValue> effective;
  LogOptions log;  // how to tell all that, as far as the file says it rightly
};

// What only a stage can judge (a schema's DDL, the Kafka client's options, SQL): a caller that knows the
// stages hands these checks in, so that what they find stands among all else with file and line.
struct StageMistake {
  std::string key;  // dotted path
  std::string message;
  // Place within the value's text, counted from 1; line 0: none, the key's own line is meant.
  int line_in_value = 0;
  int column_in_value = 0;
  bool is_warning = false;  // accepted, but worth a look
};
struct StageCheck {
  std::vector<std::string>
      needs;  // runs only if nothing under these sections or keys is wrong so far
  std::function<std::vector<StageMistake>(const JobConfig& draft)> run;
};

// `environment`: the process environment. `.env` is read from the configuration's directory, then from
// the working directory. Never throws, opens nothing but these files.
ConfigReport LoadJobConfig(const std::string& path,
                           const std::map<std::string, std::string>& environment,
                           const std::vector<StageCheck>& checks = {});

// The same for a text that is no file; `name` stands for the file in messages.
ConfigReport ParseJobConfig(const std::string& name, const std::string& text,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<StageCheck>& checks = {});

}  // namespace sluice::config
