// SPDX-License-Identifier: Apache-2.0
//
// A FeedReport as one screen for people and as JSON for programs.
#pragma once

#include <string>

#include "gtfs/feed_report.h"

namespace sluice::gtfs {

// Lines of at most about 100 characters. `name`: where the body came from.
std::string ReportText(const FeedReport& report, const std::string& name);

// One JSON object on one line, the same facts under stable names.
std::string ReportJson(const FeedReport& report, const std::string& name);

}  // namespace sluice::gtfs
