// SPDX-License-Identifier: Apache-2.0
//
// Generated vehicle positions as the two workloads of the benchmarks carry them. Deterministic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::decode::testing {

// W2: one flat entity a message, about 330 bytes, 16 columns of which a few are missing here and there.
extern const char kFlatSchema[];
std::vector<std::optional<std::string>> FlatMessages(size_t count, uint64_t seed);

// W1: whole feeds of `entities` nested vehicles, about 300 bytes an entity.
extern const char kFeedSchema[];
std::vector<std::optional<std::string>> FeedMessages(size_t count, size_t entities, uint64_t seed);

}  // namespace sluice::decode::testing
