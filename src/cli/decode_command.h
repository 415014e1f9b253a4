// SPDX-License-Identifier: Apache-2.0
//
// `sluice decode`: what a job would make of messages, without Kafka and without a table.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sluice::cli {

struct DecodeArguments {
  std::string config;                // empty with `schema`
  std::string schema;                // DDL, instead of a configuration
  std::vector<std::string> options;  // "key=value" of the section decode, with `schema`
  std::string sql;                   // with `schema`
  std::vector<std::string> files;    // "-" or none: standard input
  bool whole_file = false;           // a file is one message; else a line is
  std::string format = "json";       // or "table"
};

// Rows on standard output, each bad record with its reason on standard error.
int DecodeCommand(const DecodeArguments& arguments);

}  // namespace sluice::cli
