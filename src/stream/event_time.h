// SPDX-License-Identifier: Apache-2.0
//
// The newest time in a column of what a batch wrote, out of the statistics of its files: no value is
// read again.
//
//   NewestEventSeconds(files, "feed_timestamp")     // 1700000000.0, seconds since 1970
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_file.h"

namespace sluice::stream {

// Null if no file has a statistic of that column that is a time. Times are TIMESTAMPs, and numbers or texts
// of digits: seconds since 1970, or milli- or microseconds if they would lie beyond the year 5000 as such.
std::optional<double> NewestEventSeconds(const std::vector<DataFile>& files,
                                         std::string_view column);

// "2026-01-31T10:20:30.123Z", with or without fraction and zone (Z alone), or digits.
std::optional<double> EventSeconds(std::string_view text);

}  // namespace sluice::stream
