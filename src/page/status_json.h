// SPDX-License-Identifier: Apache-2.0
//
// What a query's page is told, as JSON: all of it (/api/v1/status) and the events of /events. docs/page.md
// lists the fields.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "page/query_board.h"

namespace sluice::page {

// The numbers of a point of the history, in the order in which the board adds them.
std::vector<History::Fold> QuerySeriesFolds();

std::string StatusJson(const QueryBoard& board, int64_t now_ms, const std::string& seq);

// Once a second: what changes all the time, and the lines of the log since the last.
std::string SampleEventJson(const QueryBoard& board, int64_t now_ms,
                            const std::vector<LogRow>& log);
// A batch was committed; `before`: the version of the batch before it, -1 if there is none.
std::string BatchEventJson(const BatchDone& batch, int64_t before, const QueryTotals& totals,
                           int64_t bad_records);
// Bad records came.
std::string TroubleEventJson(const QueryBoard& board);
// The headline says something new.
std::string StateEventJson(const QueryBoard& board, int64_t now_ms);

}  // namespace sluice::page
