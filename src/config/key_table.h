// SPDX-License-Identifier: Apache-2.0
//
// Every key of a job's configuration. `sluice check`, docs/configuration.md and docs/sluice.schema.json
// come from this table.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/job_config.h"
#include "config/key_set.h"

namespace sluice::config {

// The job under construction: what several keys decide together is kept apart until the end.
struct Draft : OutputDraft {
  JobConfig job;
  std::optional<kafka::Subscribe> subscribe;
  std::optional<kafka::SubscribePattern> subscribe_pattern;
  std::optional<kafka::Assign> assign;
  std::optional<kafka::StartingPosition> starting_offsets;
  std::optional<kafka::StartingPosition> starting_by_timestamp;
  std::optional<kafka::StartingPosition> starting_timestamp;
  bool latest_when_no_match = false;
  std::optional<bool> available_now;
  std::optional<bool> once;
  std::optional<std::chrono::milliseconds> processing_time;
  std::string explode;
  std::string explode_outer;
  std::optional<bool> ansi;
};

const KeySet& JobKeys();

// Keys of Spark's that are not taken (refused_keys.cc).
const std::vector<RefusedKey>& RefusedKeys();

// What `ansi` is if it is not set: off in Spark 3, on from 4.0.
bool IsAnsiBySparkVersion(const std::string& spark_version);

}  // namespace sluice::config
