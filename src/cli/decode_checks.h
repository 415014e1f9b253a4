// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with the options of the decoder: all of it at once, though the decoder itself stops at the
// first; and the options with which the SQL can be judged all the same.
#pragma once

#include <vector>

#include "config/job_config.h"
#include "decode/decode_options.h"

namespace sluice::cli {

struct JudgedDecode {
  std::vector<config::StageMistake> mistakes;  // but for those of the schema's own text
  decode::DecodeOptions usable;                // with a default in the place of what is wrong
  bool schema_parses = true;
  bool explodes = true;  // as the user means it; else the type of that column is not known
};

JudgedDecode JudgeDecode(const config::JobConfig& job);

// Warnings of options that nothing in the schema makes use of.
std::vector<config::StageMistake> FindIdleDecodeOptions(const config::JobConfig& job);

}  // namespace sluice::cli
