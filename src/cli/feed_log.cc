// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::cli {

namespace {

using monitor::LogLevel;
using produce::FeedFault;
using produce::PollReport;
using produce::PollResult;
using std::chrono::nanoseconds;

// While something lasts it is told of so often; what a feed always does, so rarely.
constexpr nanoseconds kPause = std::chrono::minutes(10);
constexpr nanoseconds kLongPause = std::chrono::hours(24);
constexpr size_t kMostNamed = 3;

bool Failed(PollResult result) {
  return !produce::IsGood(result) && result != PollResult::kOlder && result != PollResult::kNotSent;
}

const char* Words(FeedFault fault) {
  switch (fault) {
    case FeedFault::kOlder: return "the header is older than one seen before; not published";
    case FeedFault::kFuture: return "the header's time is ahead of ours; published all the same";
    case FeedFault::kFrozen: return "the feed is frozen";
    case FeedFault::kSameTime: return "new content under the same header time; published";
    case FeedFault::kNoTimestamp: return "the header has no time: age and order cannot be judged";
    case FeedFault::kFalse304: return "the server's 304s cannot be believed";
  }
  return "";
}

double Seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string Entities(const gtfs::Faults& faults) {
  std::string text;
  for (size_t i = 0; i < std::min(faults.first.size(), kMostNamed); ++i)
    text += (i == 0 ? ": " : "; ") + faults.first[i].ToString();
  if (faults.total() > static_cast<int64_t>(kMostNamed))
    text += fmt::format("; {} faults in all", faults.total());
  return text;
}

}  // namespace

bool FeedLog::IsDue(const std::string& what, nanoseconds now, nanoseconds pause) {
  const auto told = told_.find(what);
  if (told != told_.end() && now - told->second < pause) return false;
  told_[what] = now;
  return true;
}

std::vector<FeedLogLine> FeedLog::Lines(const PollReport& report, nanoseconds now) {
  std::vector<FeedLogLine> lines;
  AddPoll(report, lines);
  if (Failed(report.result)) {
    AddFailure(report, now, lines);
  } else {
    if (produce::IsGood(report.result)) AddRecovery(lines);
    AddFaults(report, now, lines);
    AddEntities(report, now, lines);
  }
  return lines;
}

void FeedLog::AddPoll(const PollReport& report, Lines_& lines) const {
  FeedLogLine line{LogLevel::kDebug, "poll", {}, {}};
  line.message = fmt::format("{}: {}", name_, ToString(report.result));
  if (!report.message.empty()) line.message += ": " + report.message;
  line.fields = {{"source", name_},
                 {"result", std::string(ToString(report.result))},
                 {"status", int64_t{report.status}},
                 {"wire_bytes", report.wire_bytes},
                 {"messages", report.counts.messages},
                 {"fetch_ms", int64_t{report.fetch_time.count()}},
                 {"render_ms", int64_t{report.render_time.count()}}};
  if (report.missed_ticks > 0) line.fields.push_back({"missed_ticks", report.missed_ticks});
  lines.push_back(std::move(line));
}

void FeedLog::AddFailure(const PollReport& report, nanoseconds now, Lines_& lines) {
  ++failed_polls_;
  const bool is_new = failing_ != report.result;
  failing_ = report.result;
  // A refusal is asked for rarely, and told of each time.
  const bool refused = report.result == PollResult::kRefused;
  if (!IsDue("failure", now, is_new || refused ? nanoseconds(0) : kPause)) return;
  lines.push_back(
      {refused ? LogLevel::kError : LogLevel::kWarn,
       "feed_failing",
       fmt::format("{}: {}: {} (failed polls in a row: {}; next in {:.0f} s)", name_,
                   ToString(report.result), report.message, failed_polls_, Seconds(report.next_in)),
       {{"source", name_},
        {"result", std::string(ToString(report.result))},
        {"status", int64_t{report.status}},
        {"failures", int64_t{failed_polls_}}}});
}

void FeedLog::AddRecovery(Lines_& lines) {
  if (!failing_) return;
  lines.push_back({LogLevel::kInfo,
                   "feed_recovered",
                   fmt::format("{}: well again after {} failed poll{} ({})", name_, failed_polls_,
                               failed_polls_ == 1 ? "" : "s", ToString(*failing_)),
                   {{"source", name_}, {"failures", int64_t{failed_polls_}}}});
  failing_.reset();
  failed_polls_ = 0;
}

void FeedLog::AddFaults(const PollReport& report, nanoseconds now, Lines_& lines) {
  for (const FeedFault fault : report.faults) {
    const bool usual = fault == FeedFault::kSameTime || fault == FeedFault::kNoTimestamp;
    if (!IsDue(ToString(fault), now, usual ? kLongPause : kPause)) continue;
    std::string message = fmt::format("{}: {}", name_, Words(fault));
    if (!report.message.empty() && !usual) message += ": " + report.message;
    lines.push_back({usual ? LogLevel::kInfo : LogLevel::kWarn,
                     "feed_fault",
                     std::move(message),
                     {{"source", name_}, {"fault", std::string(ToString(fault))}}});
  }
  const bool frozen = std::ranges::count(report.faults, FeedFault::kFrozen) > 0;
  if (frozen_ && !frozen) {
    told_.erase(ToString(FeedFault::kFrozen));
    lines.push_back({LogLevel::kInfo,
                     "feed_fault_over",
                     fmt::format("{}: no longer frozen", name_),
                     {{"source", name_}, {"fault", std::string("frozen")}}});
  }
  frozen_ = frozen;
}

void FeedLog::AddEntities(const PollReport& report, nanoseconds now, Lines_& lines) {
  const gtfs::Faults& faults = report.counts.faults;
  if (faults.repaired + faults.dropped > 0 && IsDue("entities", now, kPause)) {
    lines.push_back(
        {LogLevel::kWarn,
         "bad_entities",
         fmt::format("{}: {} entities repaired, {} left out{}", name_, faults.repaired,
                     faults.dropped, Entities(faults)),
         {{"source", name_}, {"repaired", faults.repaired}, {"dropped", faults.dropped}}});
  }
  if (report.counts.fell_to_chunks && IsDue("chunks", now, kPause)) {
    lines.push_back({LogLevel::kWarn,
                     "feed_in_chunks",
                     fmt::format("{}: {}", name_, report.message),
                     {{"source", name_}, {"messages", report.counts.messages}}});
  }
}

}  // namespace sluice::cli
