// SPDX-License-Identifier: Apache-2.0
#include "page/query_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/value_text.h"
#include "page/status_json.h"
#include "page/words.h"

namespace sluice::page {

namespace {

constexpr size_t kWarnings = 20;
constexpr int64_t kTenMinutesMs = 600'000;
// Weight of what arrived since the last look, in a partition's rate.
constexpr double kNewest = 0.3;

double SecondsBetween(int64_t from_ms, int64_t to_ms) {
  return static_cast<double>(std::max<int64_t>(to_ms - from_ms, 0)) / 1000;
}

template <typename T>
void Keep(std::deque<T>& all, size_t most, T one) {
  all.push_back(std::move(one));
  if (all.size() > most) all.pop_front();
}

std::vector<PartitionView> ByTopic(const std::vector<PartitionView>& partitions) {
  std::map<std::string, PartitionView> topics;
  for (const PartitionView& each : partitions) {
    const auto [at, is_new] = topics.try_emplace(each.row.topic);
    PartitionView& sum = at->second;
    if (is_new) sum = {{each.row.topic, -1, 0, 0, 0, 0}, 0, 0};
    sum.row.latest += each.row.latest;
    sum.row.committed += each.row.committed;
    sum.row.lag_records += each.row.lag_records;
    sum.row.lag_seconds = std::max(sum.row.lag_seconds, each.row.lag_seconds);
    sum.partitions += each.partitions;
    sum.arriving += each.arriving;
  }
  std::vector<PartitionView> rows;
  for (auto& [topic, sum] : topics) rows.push_back(std::move(sum));
  return rows;
}

bool IsWorse(const PartitionView& a, const PartitionView& b) {
  return std::tie(b.row.lag_seconds, b.row.lag_records, a.row.topic, a.row.partition) <
         std::tie(a.row.lag_seconds, a.row.lag_records, b.row.topic, b.row.partition);
}

}  // namespace

QueryBoard::QueryBoard(QueryInfo info, Inbox<QueryEvent>& events, Inbox<LogRow>& log)
    : info_(std::move(info)),
      inbox_(events),
      log_inbox_(log),
      history_(QuerySeriesFolds()),
      records_(info_.started_ms),
      rows_(info_.started_ms),
      bad_rate_(info_.started_ms),
      unmatched_(info_.started_ms),
      arriving_(info_.started_ms),
      failures_(info_.started_ms),
      lost_(info_.started_ms) {
  state_.at_ms = info_.started_ms;
  headline_ = JudgeQuery(Facts(info_.started_ms));
}

void QueryBoard::Take(BatchDone event) {
  ++totals_.batches;
  totals_.records += event.records;
  totals_.rows += event.rows;
  totals_.files += event.files;
  totals_.file_bytes += event.file_bytes;
  totals_.unmatched += event.unmatched;
  int64_t bad = 0;
  for (const auto& [kind, count] : event.bad) bad += count;
  records_.Add(event.committed_at_ms, event.records);
  rows_.Add(event.committed_at_ms, event.rows);
  bad_rate_.Add(event.committed_at_ms, bad);
  unmatched_.Add(event.committed_at_ms, event.unmatched);
  newest_record_ms_ = std::max(newest_record_ms_, event.newest_record_ms);
  last_commit_ms_ = event.committed_at_ms;
  remaining_ = event.remaining;
  if (bad > 0) {
    bad_.Add(event.committed_at_ms, event.bad, std::exchange(event.samples, {}));
    bad_changed_ = true;
  }
  const int64_t before = version();
  outgoing_.push_back({"batch", BatchEventJson(event, before, totals_, bad_.total())});
  Keep(batches_, kBatches + 1,
       std::move(event));  // one more, to tell what came before the oldest shown
}

void QueryBoard::Take(const PositionsSeen& event) {
  const double seconds = SecondsBetween(positions_at_ms_, event.at_ms);
  int64_t arrived = 0;
  std::map<std::pair<std::string, int32_t>, Tracked> seen;
  for (const PartitionRow& row : event.rows) {
    Tracked& tracked = seen[{row.topic, row.partition}];
    tracked.row = row;
    const auto before = partitions_.find({row.topic, row.partition});
    if (positions_at_ms_ < 0 || before == partitions_.end() || seconds <= 0) continue;
    const int64_t more = std::max<int64_t>(row.latest - before->second.row.latest, 0);
    arrived += more;
    const double was = before->second.arriving;
    tracked.arriving = was + kNewest * (static_cast<double>(more) / seconds - was);
  }
  partitions_ = std::move(seen);
  arriving_.Add(event.at_ms, arrived);
  positions_at_ms_ = event.at_ms;
}

void QueryBoard::Take(const ResourcesSeen& event) {
  if (resources_.at_ms > 0 && event.at_ms > resources_.at_ms) {
    now_.cpu = std::max(0.0, event.cpu_seconds - resources_.cpu_seconds) /
               SecondsBetween(resources_.at_ms, event.at_ms);
  }
  now_.memory_bytes = event.resident_bytes;
  resources_ = event;
}

void QueryBoard::Take(const Warned& event) {
  totals_.lost += event.records_lost;
  if (event.records_lost > 0) lost_.Add(event.at_ms, event.records_lost);
  Keep(warnings_, kWarnings, event);
}

void QueryBoard::Take(const Troubled& event) {
  if (!event.of_batch) return;
  ++totals_.failed_batches;
  failures_.Add(event.at_ms, 1);
}

void QueryBoard::Take(const CommitTried& event) {
  totals_.commit_attempts += event.attempts;
  totals_.commit_conflicts += event.conflicts;
}

void QueryBoard::TakeLog() {
  auto taken = log_inbox_.Take();
  totals_.updates_dropped += taken.dropped;
  for (LogRow& row : taken.events) {
    new_log_.push_back(row);
    Keep(log_, kLogRows, std::move(row));
  }
  if (new_log_.size() > kLogRows)
    new_log_.erase(new_log_.begin(), new_log_.end() - static_cast<std::ptrdiff_t>(kLogRows));
}

std::vector<PartitionView> QueryBoard::Partitions() const {
  std::vector<PartitionView> rows;
  for (const auto& [key, tracked] : partitions_) rows.push_back({tracked.row, 1, tracked.arriving});
  if (rows.size() > kPartitions) rows = ByTopic(rows);
  std::sort(rows.begin(), rows.end(), IsWorse);
  if (rows.size() > kPartitions) rows.resize(kPartitions);
  return rows;
}

void QueryBoard::Measure(int64_t now_ms) {
  now_.arriving = arriving_.At(now_ms);
  now_.committed = records_.At(now_ms);
  now_.rows = rows_.At(now_ms);
  now_.bad = bad_rate_.At(now_ms);
  if (newest_record_ms_ >= 0) now_.age = SecondsBetween(newest_record_ms_, now_ms);
  if (last_commit_ms_ >= 0) now_.commit_age = SecondsBetween(last_commit_ms_, now_ms);
  now_.lag_records = positions_at_ms_ < 0 ? remaining_ : 0;
  now_.lag_seconds = 0;
  for (const auto& [key, tracked] : partitions_) {
    now_.lag_records += tracked.row.lag_records;
    now_.lag_seconds = std::max(now_.lag_seconds, tracked.row.lag_seconds);
  }
}

QueryFacts QueryBoard::Facts(int64_t now_ms) const {
  QueryFacts facts;
  facts.state = state_;
  facts.topics = info_.topics;
  facts.trigger_seconds = info_.trigger_seconds;
  facts.now_ms = now_ms;
  facts.started_ms = info_.started_ms;
  facts.last_commit_ms = last_commit_ms_;
  facts.newest_record_ms = newest_record_ms_;
  facts.lag_records = now_.lag_records;
  facts.lag_seconds = now_.lag_seconds;
  facts.committed_per_second = now_.committed;
  facts.arriving_per_second = now_.arriving;
  facts.records = records_.SumSince(now_ms - kTenMinutesMs);
  facts.bad_records = bad_rate_.SumSince(now_ms - kTenMinutesMs);
  facts.unmatched_records = unmatched_.SumSince(now_ms - kTenMinutesMs);
  facts.failed_batches = failures_.SumSince(now_ms - kTenMinutesMs);
  facts.lost_records = lost_.SumSince(now_ms - kTenMinutesMs);
  facts.table_version = version();
  return facts;
}

void QueryBoard::AddPoint(int64_t now_s) {
  const double unknown = History::kUnknown;
  history_.Add(now_s, {now_.arriving, now_.committed, now_.rows, now_.age.value_or(unknown),
                       positions_at_ms_ < 0 ? unknown : now_.lag_seconds,
                       static_cast<double>(now_.lag_records), now_.commit_age.value_or(unknown),
                       now_.bad, now_.cpu, static_cast<double>(now_.memory_bytes),
                       version() < 0 ? unknown : static_cast<double>(version())});
}

void QueryBoard::Sample(int64_t now_ms, std::vector<Outgoing>& outgoing) {
  sampled_s_ = now_ms / 1000;
  AddPoint(sampled_s_);
  outgoing.push_back({"sample", SampleEventJson(*this, now_ms, std::exchange(new_log_, {}))});
  if (std::exchange(bad_changed_, false)) outgoing.push_back({"trouble", TroubleEventJson(*this)});
}

std::vector<Outgoing> QueryBoard::Turn(int64_t now_ms) {
  auto taken = inbox_.Take();
  totals_.updates_dropped += taken.dropped;
  for (QueryEvent& event : taken.events)
    std::visit([this](auto& one) { Take(std::move(one)); }, event);
  TakeLog();
  Measure(now_ms);
  turned_at_ms_ = now_ms;
  Headline top = JudgeQuery(Facts(now_ms));
  const bool news = top.code != headline_.code || top.level != headline_.level;
  headline_ = std::move(top);
  std::vector<Outgoing> outgoing = std::exchange(outgoing_, {});
  if (news) outgoing.push_back({"state", StateEventJson(*this, now_ms)});
  // In any other second: the clock may be set back.
  if (now_ms / 1000 != sampled_s_) Sample(now_ms, outgoing);
  return outgoing;
}

std::string QueryBoard::Snapshot(int64_t now_ms, const std::string& seq) const {
  return StatusJson(*this, now_ms, seq);
}

std::vector<SummaryLine> QueryBoard::Summary() const {
  std::vector<SummaryLine> lines = {
      {"State", ToString(state_.state)},
      {"Rows a second", fmt::format("{:.0f}", now_.rows)},
      {"Rows since the start", WithThousands(totals_.rows)},
      {"Records waiting", WithThousands(now_.lag_records)},
      {"Bad records", WithThousands(bad_.total())},
  };
  if (now_.age) lines.push_back({"Newest record in the table", Lasting(*now_.age) + " old"});
  if (now_.commit_age) lines.push_back({"Last commit", Lasting(*now_.commit_age) + " ago"});
  if (version() >= 0) lines.push_back({"Table version", WithThousands(version())});
  return lines;
}

}  // namespace sluice::page
