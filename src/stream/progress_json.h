// SPDX-License-Identifier: Apache-2.0
//
// A batch's progress in the JSON of Spark's StreamingQueryProgress, fields in Spark's order.
//
// Source: spark-contract sections 4 and 9; docs/progress.md.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/offset_json.h"
#include "stream/query_listener.h"

namespace sluice::stream {

// What stays the same from batch to batch.
struct ProgressContext {
  std::string id;
  std::string run_id;
  std::string name;  // empty: null
  std::string source_description;
  std::string sink_description;
  checkpoint::ScalaVersion scala = checkpoint::ScalaVersion::k212;
};

// "2024-05-01T10:00:00.000Z".
std::string Iso8601Millis(int64_t timestamp_ms);

// One line. `previous_trigger_ms`: -1 for the first trigger of the run. `first`: no batch before it.
std::string ProgressJson(const ProgressContext& context, const Progress& progress,
                         int64_t previous_trigger_ms, bool first);

}  // namespace sluice::stream
