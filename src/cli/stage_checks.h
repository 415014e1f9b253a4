// SPDX-License-Identifier: Apache-2.0
//
// What the stages say of a configuration before anything is opened: the Kafka client's options, the
// schema's DDL, explode, SQL bound against the columns, partition columns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/job_config.h"
#include "core/data_type.h"
#include "core/result.h"
#include "decode/decoder.h"
#include "transform/transform.h"

namespace sluice::cli {

std::vector<config::StageCheck> AllStageChecks();
// All but those of Kafka, which `sluice decode` does without.
std::vector<config::StageCheck> DecodeStageChecks();

// Decode and SQL of a job, ready to run.
struct BoundJob {
  std::unique_ptr<decode::Decoder> decoder;
  std::unique_ptr<transform::Transform> transform;
};
struct JobStages {
  decode::DecodeOptions decode;
  bool include_headers = false;
  std::string sql;
  bool ansi = false;
  std::vector<std::string> sql_secrets = {};
};
JobStages StagesOf(const config::JobConfig& job);
Result<BoundJob> BindJob(const JobStages& stages);

}  // namespace sluice::cli
