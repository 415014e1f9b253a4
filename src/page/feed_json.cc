// SPDX-License-Identifier: Apache-2.0
#include "page/feed_json.h"

#include <utility>

#include "page/json_parts.h"

namespace sluice::page {

namespace {

const std::vector<const char*>& SeriesNames() {
  static const std::vector<const char*> kNames = {"messages", "bytes", "failures", "header_age",
                                                  "queued_bytes"};
  return kNames;
}

Json Moment(int64_t ms) { return ms > 0 ? Json(ms) : Json(); }

Json FeedJson(const FeedBoard& board, size_t feed, int64_t now_ms) {
  const FeedInfo& info = board.info().feeds[feed];
  const FeedRow& row = board.rows()[feed];
  Json faults = Json::object();
  for (const auto& [fault, count] : row.faults) faults[fault] = count;
  return {{"name", info.name},
          {"state", ToString(board.StateOf(feed, now_ms))},
          {"interval_seconds", Number(info.interval_seconds)},
          {"result", row.last.result},
          {"message", row.last.message},
          {"polled_ms", Moment(row.last.at_ms)},
          {"good_ms", Moment(row.good_ms)},
          {"next_ms", row.last.at_ms > 0 ? Json(row.last.at_ms +
                                                static_cast<int64_t>(row.last.next_seconds * 1000))
                                         : Json()},
          {"header_s", row.header_s ? Json(*row.header_s) : Json()},
          {"fetch_seconds", Number(row.last.fetch_seconds)},
          {"failures", row.last.failures},
          {"polls", row.polls},
          {"published", row.published},
          {"failed", row.failed},
          {"messages", row.messages},
          {"bytes", row.message_bytes},
          {"wire_bytes", row.wire_bytes},
          {"entities",
           {{"good", row.entities_good},
            {"repaired", row.entities_repaired},
            {"dropped", row.entities_dropped}}},
          {"faults", std::move(faults)},
          {"delivered", row.delivered},
          {"lost", row.lost}};
}

Json StateJson(const FeedBoard& board) {
  return {{"name", board.state_name()}, {"code", board.headline().code}};
}

Json CurrentJson(const FeedBoard& board, int64_t now_ms) {
  Json feeds = Json::array();
  for (size_t i = 0; i < board.rows().size(); ++i) feeds.push_back(FeedJson(board, i, now_ms));
  const DeliveriesSeen& kafka = board.deliveries();
  return {{"now_ms", now_ms},
          {"headline", JsonOf(board.headline())},
          {"state", StateJson(board)},
          {"now",
           {{"messages", Number(board.messages_per_second())},
            {"bytes", Number(board.bytes_per_second())}}},
          {"queue",
           {{"records", kafka.queued_records},
            {"bytes", kafka.queued_bytes},
            {"limit_bytes", kafka.limit_bytes}}},
          {"feeds", std::move(feeds)}};
}

}  // namespace

std::vector<History::Fold> FeedSeriesFolds() {
  using Fold = History::Fold;
  return {Fold::kMean, Fold::kMean, Fold::kMean, Fold::kWorst, Fold::kWorst};
}

std::string FeedStatusJson(const FeedBoard& board, int64_t now_ms, const std::string& seq) {
  Json json = {{"kind", "producer"}, {"program", board.info().program}, {"seq", seq}};
  json.update(CurrentJson(board, now_ms));
  json["topic"] = board.info().topic;
  json["started_ms"] = board.info().started_ms;
  json["links"] = JsonOf(board.info().links);
  json["history"] = HistoryJson(board.history(), SeriesNames());
  json["config"] = JsonOf(board.info().config);
  json["log"] = LogJson(board.log());
  return Line(json);
}

std::string FeedSampleJson(const FeedBoard& board, int64_t now_ms, const std::vector<LogRow>& log) {
  Json json = CurrentJson(board, now_ms);
  AddNewest(board.history(), SeriesNames(), log, json);
  return Line(json);
}

std::string FeedStateJson(const FeedBoard& board, int64_t now_ms) {
  Json json = {
      {"now_ms", now_ms}, {"headline", JsonOf(board.headline())}, {"state", StateJson(board)}};
  return Line(json);
}

std::string FeedPolledJson(const FeedBoard& board, size_t feed, int64_t now_ms) {
  Json json = Json::object();
  json["feed"] = FeedJson(board, feed, now_ms);
  return Line(json);
}

}  // namespace sluice::page
