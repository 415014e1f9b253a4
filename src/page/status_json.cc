// SPDX-License-Identifier: Apache-2.0
#include "page/status_json.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "page/json_parts.h"
#include "page/payload_text.h"

namespace sluice::page {

namespace {

using Fold = History::Fold;

const std::vector<const char*>& SeriesNames() {
  static const std::vector<const char*> kNames = {"arriving",    "committed",   "rows",       "age",
                                                  "lag_seconds", "lag_records", "commit_age", "bad",
                                                  "cpu",         "memory",      "version"};
  return kNames;
}

Json RangesJson(const BatchDone& batch) {
  Json ranges = Json::array();
  for (const RangeRow& range : batch.ranges)
    ranges.push_back({range.topic, range.partition, range.start, range.end});
  return ranges;
}

// `before`: the version before, to tell how many of other writers came in between.
Json BatchJson(const BatchDone& batch, int64_t before) {
  Json phases = Json::object();
  for (const auto& [phase, seconds] : batch.phase_seconds) phases[phase] = Number(seconds);
  int64_t bad = 0;
  for (const auto& [kind, count] : batch.bad) bad += count;
  Json json = {{"id", batch.id},
               {"triggered_ms", batch.triggered_at_ms},
               {"committed_ms", batch.committed_at_ms},
               {"seconds", Number(batch.seconds)},
               {"records", batch.records},
               {"rows", batch.rows},
               {"files", batch.files},
               {"bytes", batch.file_bytes},
               {"input_bytes", batch.input_bytes},
               {"bad", bad},
               {"unmatched", batch.unmatched},
               {"version", batch.version},
               {"result", batch.skipped        ? "skipped"
                          : batch.records == 0 ? "empty"
                                               : "committed"},
               {"foreign",
                before < 0 || batch.skipped ? 0 : std::max<int64_t>(batch.version - before - 1, 0)},
               {"phases", std::move(phases)},
               {"ranges", RangesJson(batch)}};
  if (batch.more_ranges > 0) json["more_ranges"] = batch.more_ranges;
  return json;
}

Json BatchesJson(const std::deque<BatchDone>& batches) {
  Json rows = Json::array();
  for (size_t i = batches.size(); i-- > 0 && rows.size() < QueryBoard::kBatches;)
    rows.push_back(BatchJson(batches[i], i == 0 ? -1 : batches[i - 1].version));
  return rows;
}

Json PartitionsJson(const QueryBoard& board) {
  Json rows = Json::array();
  for (const PartitionView& view : board.Partitions()) {
    Json row = {{"topic", view.row.topic},
                {"partition", view.row.partition < 0 ? Json() : Json(view.row.partition)},
                {"latest", view.row.latest},
                {"committed", view.row.committed},
                {"lag_records", view.row.lag_records},
                {"lag_seconds", Number(view.row.lag_seconds)},
                {"arriving", Number(view.arriving)}};
    if (view.row.partition < 0) row["partitions"] = view.partitions;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json BadJson(const BadRecords& bad) {
  Json kinds = Json::array();
  for (const auto& [name, kind] : bad.kinds()) {
    Json samples = Json::array();
    for (const BadRecord& sample : kind.samples) {
      PayloadText text = TextOf(sample.payload);
      samples.push_back(
          {{"topic", sample.topic},
           {"partition", sample.partition},
           {"offset", sample.offset},
           {"detail", sample.detail},
           {"encoding", text.base64 ? "base64" : "utf-8"},
           {"payload", std::move(text.text)},
           {"bytes", sample.payload_bytes},
           {"cut", sample.payload_bytes > static_cast<int64_t>(sample.payload.size())}});
    }
    kinds.push_back({{"kind", name},
                     {"count", kind.count},
                     {"first_ms", kind.first_ms},
                     {"last_ms", kind.last_ms},
                     {"samples", std::move(samples)}});
  }
  return kinds;
}

Json NowJson(const QueryNow& now) {
  const auto optional = [](const std::optional<double>& value) {
    return value ? Number(*value) : Json();
  };
  return {{"arriving", Number(now.arriving)}, {"committed", Number(now.committed)},
          {"rows", Number(now.rows)},         {"bad", Number(now.bad)},
          {"age", optional(now.age)},         {"commit_age", optional(now.commit_age)},
          {"lag_records", now.lag_records},   {"lag_seconds", Number(now.lag_seconds)},
          {"cpu", Number(now.cpu)},           {"memory_bytes", now.memory_bytes}};
}

Json TotalsJson(const QueryTotals& totals, int64_t bad_records) {
  return {{"records", totals.records},
          {"rows", totals.rows},
          {"batches", totals.batches},
          {"files", totals.files},
          {"bytes", totals.file_bytes},
          {"bad", bad_records},
          {"unmatched", totals.unmatched},
          {"lost", totals.lost},
          {"failed_batches", totals.failed_batches},
          {"commit_attempts", totals.commit_attempts},
          {"commit_conflicts", totals.commit_conflicts},
          {"updates_dropped", totals.updates_dropped}};
}

Json StateJson(const StateChanged& state) {
  return {{"name", ToString(state.state)}, {"since_ms", state.at_ms}, {"code", state.code}};
}

Json QueryJson(const QueryBoard& board) {
  const QueryInfo& info = board.info();
  return {{"name", info.name},
          {"id", board.run().query_id},
          {"run_id", board.run().run_id},
          {"topics", info.topics},
          {"table", info.table},
          {"checkpoint", info.checkpoint},
          {"trigger", info.trigger},
          {"trigger_seconds", Number(info.trigger_seconds)},
          {"started_ms", info.started_ms}};
}

Json WarningsJson(const std::deque<Warned>& warnings) {
  Json rows = Json::array();
  for (auto row = warnings.rbegin(); row != warnings.rend(); ++row)
    rows.push_back({{"at_ms", row->at_ms}, {"code", row->code}, {"message", row->message}});
  return rows;
}

// What a sample and the whole have in common.
Json CurrentJson(const QueryBoard& board, int64_t now_ms) {
  return {{"now_ms", now_ms},
          {"headline", JsonOf(board.headline())},
          {"state", StateJson(board.state())},
          {"query", {{"id", board.run().query_id}, {"run_id", board.run().run_id}}},
          {"now", NowJson(board.now())},
          {"totals", TotalsJson(board.totals(), board.bad().total())},
          {"partitions", PartitionsJson(board)},
          {"partition_count", board.partition_count()},
          {"warnings", WarningsJson(board.warnings())}};
}

}  // namespace

std::vector<Fold> QuerySeriesFolds() {
  // Rates as they were on average, ages and lags as they were at worst.
  return {Fold::kMean,  Fold::kMean, Fold::kMean, Fold::kWorst, Fold::kWorst, Fold::kWorst,
          Fold::kWorst, Fold::kMean, Fold::kMean, Fold::kWorst, Fold::kWorst};
}

std::string StatusJson(const QueryBoard& board, int64_t now_ms, const std::string& seq) {
  Json json = {{"kind", "query"}, {"program", board.info().program}, {"seq", seq}};
  json.update(CurrentJson(board, now_ms));
  json["query"] = QueryJson(board);
  json["links"] = JsonOf(board.info().links);
  json["history"] = HistoryJson(board.history(), SeriesNames());
  json["batches"] = BatchesJson(board.batches());
  json["bad"] = BadJson(board.bad());
  json["samples"] = board.info().samples;
  json["config"] = JsonOf(board.info().config);
  json["log"] = LogJson(board.log());
  return Line(json);
}

std::string SampleEventJson(const QueryBoard& board, int64_t now_ms,
                            const std::vector<LogRow>& log) {
  Json json = CurrentJson(board, now_ms);
  AddNewest(board.history(), SeriesNames(), log, json);
  return Line(json);
}

std::string BatchEventJson(const BatchDone& batch, int64_t before, const QueryTotals& totals,
                           int64_t bad_records) {
  return Line({{"batch", BatchJson(batch, before)}, {"totals", TotalsJson(totals, bad_records)}});
}

std::string TroubleEventJson(const QueryBoard& board) {
  return Line({{"bad", BadJson(board.bad())}});
}

std::string StateEventJson(const QueryBoard& board, int64_t now_ms) {
  return Line({{"now_ms", now_ms},
               {"headline", JsonOf(board.headline())},
               {"state", StateJson(board.state())}});
}

}  // namespace sluice::page
