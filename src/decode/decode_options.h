// SPDX-License-Identifier: Apache-2.0
//
// How a message's JSON becomes columns: from_json's schema and options, under Spark's names.
#pragma once

#include <string>

namespace sluice::decode {

struct DecodeOptions {
  std::string
      schema{};  // Spark DDL; empty: the value is not decoded, only Kafka's columns are there
  std::string
      explode{};  // name of a top-level ARRAY<STRUCT> column: one row an element; empty: off
  bool explode_outer = false;  // keep a row of nulls for a null or empty array
  enum class Mode { kPermissive, kFailFast } mode = Mode::kPermissive;
  std::string column_name_of_corrupt_record = "_corrupt_record";  // used if the schema declares it
  std::string timestamp_format{};  // empty: Spark's default (CAST-like) parser
  std::string timestamp_ntz_format{};
  std::string date_format{};
  std::string time_zone = "UTC";
  // Whose behaviour where Spark versions disagree (corpus rules 1-5): "3.4", "3.5" or "4.0".
  std::string spark_version = "3.5";
};

}  // namespace sluice::decode
