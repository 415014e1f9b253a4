// SPDX-License-Identifier: Apache-2.0
//
// Small feeds as Protobuf, written by hand: nothing of the reader takes part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::produce {

// A FeedMessage of version 2.0 with one vehicle position for each id.
std::string FeedBytes(std::optional<uint64_t> header_time,
                      const std::vector<std::string>& vehicles);

// A feed with so many vehicles, "v0", "v1", ...
std::string LargeFeedBytes(uint64_t header_time, int vehicles);

}  // namespace sluice::produce
