// SPDX-License-Identifier: Apache-2.0
//
// What a producer's page is told, as JSON; docs/page.md lists the fields.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "page/feed_board.h"

namespace sluice::page {

std::vector<History::Fold> FeedSeriesFolds();
std::string FeedStatusJson(const FeedBoard& board, int64_t now_ms, const std::string& seq);
std::string FeedSampleJson(const FeedBoard& board, int64_t now_ms, const std::vector<LogRow>& log);
std::string FeedStateJson(const FeedBoard& board, int64_t now_ms);
// One feed was polled.
std::string FeedPolledJson(const FeedBoard& board, size_t feed, int64_t now_ms);

}  // namespace sluice::page
