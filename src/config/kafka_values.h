// SPDX-License-Identifier: Apache-2.0
//
// The JSON values of Spark's Kafka options: assign, startingOffsets, startingOffsetsByTimestamp.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::config {

// Empty, or why Kafka can have no topic of that name.
std::string WrongTopicName(const std::string& name);

// {"topic":[0,1]}. Errors (Exit) say what was expected.
Result<std::set<TopicPartition>> ParseAssign(const std::string& json);

// {"topic":{"0":23,"1":-2}}; -2 earliest, -1 latest.
Result<OffsetMap> ParseOffsets(const std::string& json);

// {"topic":{"0":1700000000000}}: milliseconds since the epoch.
Result<std::map<TopicPartition, int64_t>> ParseTimestamps(const std::string& json);

}  // namespace sluice::config
