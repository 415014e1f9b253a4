// SPDX-License-Identifier: Apache-2.0
#include "page/feed_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/value_text.h"
#include "page/feed_json.h"
#include "page/words.h"

namespace sluice::page {

namespace {

constexpr int64_t kTenMinutesMs = 600'000;

}  // namespace

FeedBoard::FeedBoard(ProducerInfo info, Inbox<FeedEvent>& events, Inbox<LogRow>& log)
    : info_(std::move(info)),
      inbox_(events),
      log_inbox_(log),
      rows_(info_.feeds.size()),
      history_(FeedSeriesFolds()),
      messages_(info_.started_ms),
      bytes_(info_.started_ms),
      failures_(info_.started_ms),
      lost_(info_.started_ms) {
  headline_ = JudgeProducer(Facts(info_.started_ms));
}

void FeedBoard::Take(const FeedPolled& event) {
  FeedRow& row = rows_.at(event.feed);
  row.last = event;
  ++row.polls;
  row.published += event.result == "published" ? 1 : 0;
  if (event.good) {
    row.good_ms = event.at_ms;
  } else {
    ++row.failed;
    failures_.Add(event.at_ms, 1);
  }
  if (event.header_s) row.header_s = event.header_s;
  row.messages += event.messages;
  row.message_bytes += event.message_bytes;
  row.wire_bytes += event.wire_bytes;
  row.entities_good += event.entities_good;
  row.entities_repaired += event.entities_repaired;
  row.entities_dropped += event.entities_dropped;
  for (const std::string& fault : event.faults) ++row.faults[fault];
  messages_.Add(event.at_ms, event.messages);
  bytes_.Add(event.at_ms, event.message_bytes);
  outgoing_.push_back({"feed", FeedPolledJson(*this, event.feed, event.at_ms)});
}

void FeedBoard::Take(const KafkaChanged& event) {
  kafka_ = event;
  kafka_answered_ = true;
}

void FeedBoard::Take(const DeliveriesSeen& event) {
  deliveries_ = event;
  int64_t more_lost = 0;
  for (size_t i = 0; i < std::min(rows_.size(), event.feeds.size()); ++i) {
    more_lost += event.feeds[i].lost - rows_[i].lost;
    rows_[i].delivered = event.feeds[i].delivered;
    rows_[i].lost = event.feeds[i].lost;
  }
  if (more_lost > 0) lost_.Add(turned_at_ms_, more_lost);
}

void FeedBoard::TakeLog() {
  auto taken = log_inbox_.Take();
  for (LogRow& row : taken.events) {
    new_log_.push_back(row);
    log_.push_back(std::move(row));
    if (log_.size() > kLogRows) log_.pop_front();
  }
  if (new_log_.size() > kLogRows)
    new_log_.erase(new_log_.begin(), new_log_.end() - static_cast<std::ptrdiff_t>(kLogRows));
}

FeedState FeedBoard::StateOf(size_t feed, int64_t now_ms) const {
  const FeedRow& row = rows_[feed];
  if (row.polls == 0) return FeedState::kWaiting;
  if (!row.last.good) return FeedState::kFailing;
  const double since_good = static_cast<double>(now_ms - row.good_ms) / 1000;
  if (since_good > info_.feeds[feed].patience_seconds) return FeedState::kSilent;
  return std::ranges::count(row.last.faults, "frozen") > 0 ? FeedState::kFrozen : FeedState::kWell;
}

const char* FeedBoard::state_name() const {
  if (ended_) return ended_->code.empty() ? "stopped" : "failed";
  if (!kafka_.code.empty()) return "waiting";
  return kafka_answered_ ? "running" : "starting";
}

ProducerFacts FeedBoard::Facts(int64_t now_ms) const {
  ProducerFacts facts{kafka_answered_, kafka_, ended_, {}, lost_.SumSince(now_ms - kTenMinutesMs)};
  for (size_t i = 0; i < rows_.size(); ++i)
    facts.feeds.push_back(
        {info_.feeds[i].name, StateOf(i, now_ms), rows_[i].last.result, rows_[i].last.message});
  return facts;
}

void FeedBoard::AddPoint(int64_t now_ms) {
  double oldest = History::kUnknown;
  for (const FeedRow& row : rows_) {
    if (!row.header_s) continue;
    const double age =
        std::max(0.0, static_cast<double>(now_ms) / 1000 - static_cast<double>(*row.header_s));
    oldest = oldest > age ? oldest : age;
  }
  history_.Add(now_ms / 1000, {messages_now_, bytes_now_, failures_.At(now_ms), oldest,
                               static_cast<double>(deliveries_.queued_bytes)});
}

std::vector<Outgoing> FeedBoard::Turn(int64_t now_ms) {
  turned_at_ms_ = now_ms;
  for (FeedEvent& event : inbox_.Take().events)
    std::visit([this](const auto& one) { Take(one); }, event);
  TakeLog();
  messages_now_ = messages_.At(now_ms);
  bytes_now_ = bytes_.At(now_ms);
  Headline top = JudgeProducer(Facts(now_ms));
  const bool news = top.code != headline_.code || top.level != headline_.level;
  headline_ = std::move(top);
  std::vector<Outgoing> outgoing = std::exchange(outgoing_, {});
  if (news) outgoing.push_back({"state", FeedStateJson(*this, now_ms)});
  if (now_ms / 1000 != sampled_s_) {  // the clock may be set back
    sampled_s_ = now_ms / 1000;
    AddPoint(now_ms);
    outgoing.push_back({"sample", FeedSampleJson(*this, now_ms, std::exchange(new_log_, {}))});
  }
  return outgoing;
}

std::string FeedBoard::Snapshot(int64_t now_ms, const std::string& seq) const {
  return FeedStatusJson(*this, now_ms, seq);
}

std::vector<SummaryLine> FeedBoard::Summary() const {
  std::vector<SummaryLine> lines = {{"State", state_name()},
                                    {"Messages a second", fmt::format("{:.1f}", messages_now_)}};
  for (size_t i = 0; i < rows_.size(); ++i) {
    lines.push_back(
        {"Feed " + info_.feeds[i].name,
         fmt::format("{}; {} messages, {} acknowledged", ToString(StateOf(i, turned_at_ms_)),
                     WithThousands(rows_[i].messages), WithThousands(rows_[i].delivered))});
  }
  return lines;
}

}  // namespace sluice::page
