// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sluice::cli {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr size_t kMostNamed = 10;
constexpr nanoseconds kLeastPatience = std::chrono::minutes(1);
constexpr size_t kLongestMessage = 200;

double Seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// "a (timeout: nothing within 30 s)".
std::string Describe(const FeedHealth& feed, nanoseconds now) {
  if (!feed.polled) return fmt::format("{} (not polled yet)", feed.name);
  if (!feed.good) {
    const std::string why =
        feed.message.empty() ? "" : ": " + feed.message.substr(0, kLongestMessage);
    return fmt::format("{} ({}{})", feed.name, feed.result, why);
  }
  return fmt::format("{} (no poll for {:.0f} s)", feed.name, Seconds(now - *feed.good_at));
}

std::string DescribeSick(const std::vector<FeedHealth>& feeds, nanoseconds now) {
  std::string text;
  size_t sick = 0;
  for (const FeedHealth& feed : feeds) {
    if (IsWell(feed, now)) continue;
    if (sick++ < kMostNamed) text += (text.empty() ? "" : ", ") + Describe(feed, now);
  }
  if (sick > kMostNamed) text += fmt::format(" and {} more", sick - kMostNamed);
  return text;
}

monitor::Check FeedsCheck(const std::vector<FeedHealth>& feeds, nanoseconds now) {
  const auto well =
      std::ranges::count_if(feeds, [&](const FeedHealth& f) { return IsWell(f, now); });
  const std::string sick = DescribeSick(feeds, now);
  if (well == 0) return {"feeds", false, "no feed is well: " + sick};
  if (sick.empty()) return {"feeds", true, "all are well"};
  return {"feeds", true,
          fmt::format("{} of {} feeds are not well: {}", feeds.size() - static_cast<size_t>(well),
                      feeds.size(), sick)};
}

}  // namespace

FeedHealth HealthOf(const produce::FeedOptions& options) {
  FeedHealth health;
  health.name = options.name;
  health.patience = std::max<nanoseconds>(options.interval * 3 + options.timeout, kLeastPatience);
  return health;
}

void TakeReport(const produce::PollReport& report, nanoseconds now, FeedHealth& health) {
  health.polled = true;
  health.good = produce::IsGood(report.result);
  health.result = ToString(report.result);
  health.message = report.message;
  if (health.good) {
    health.good_at = now;
    health.good_at_ms = report.at_ms;
  }
  if (report.header) health.header_seconds = report.header;
  ++health.polls;
  health.published += report.result == produce::PollResult::kPublished ? 1 : 0;
  health.messages += report.counts.messages;
  health.failures = report.failures;
  health.next_at = now + report.next_in;
}

bool IsWell(const FeedHealth& health, nanoseconds now) {
  return health.good && health.good_at && now - *health.good_at <= health.patience;
}

monitor::Probe JudgeReadiness(const std::vector<FeedHealth>& feeds,
                              const std::string& kafka_problem, nanoseconds now) {
  const bool kafka = kafka_problem.empty();
  return monitor::ProbeOf({{"kafka", kafka, kafka ? "answers, and has the topic" : kafka_problem},
                           FeedsCheck(feeds, now)});
}

bool AllOverdue(const std::vector<FeedHealth>& feeds, nanoseconds stall_after, nanoseconds now) {
  return std::ranges::all_of(feeds, [&](const FeedHealth& feed) {
    return feed.polled && now - feed.next_at > feed.patience + stall_after;
  });
}

std::string FeedLines(const std::vector<FeedHealth>& feeds, nanoseconds now, int64_t now_ms) {
  std::string lines;
  for (const FeedHealth& feed : feeds) {
    Json line = {{"source", feed.name}, {"well", IsWell(feed, now)}};
    line["last_result"] = feed.polled ? Json(feed.result) : Json();
    if (!feed.message.empty()) line["message"] = feed.message;
    if (feed.good_at_ms)
      line["last_good_poll_age_seconds"] = static_cast<double>(now_ms - *feed.good_at_ms) / 1000;
    if (feed.header_seconds) line["header_timestamp"] = *feed.header_seconds;
    line["failures"] = feed.failures;
    line["polls"] = feed.polls;
    line["published"] = feed.published;
    line["messages"] = feed.messages;
    if (feed.polled) line["next_poll_seconds"] = std::max(0.0, Seconds(feed.next_at - now));
    lines += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return lines;
}

}  // namespace sluice::cli
