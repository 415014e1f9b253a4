// SPDX-License-Identifier: Apache-2.0
//
// Which lines of the log a poll is worth. A feed that fails, or whose header is wrong, is told of when it
// begins, when it becomes something else, and now and then while it lasts; not at every poll.
//
//   FeedLog log("city");
//   for (FeedLogLine& line : log.Lines(report, clock.Monotonic())) ...
//
// Pure: time comes from outside.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitor/log.h"
#include "produce/poll_report.h"

namespace sluice::cli {

struct FeedLogLine {
  monitor::LogLevel level = monitor::LogLevel::kInfo;
  std::string event;
  std::string message;
  std::vector<monitor::LogField> fields;
};

// One feed's; not thread-safe.
class FeedLog {
 public:
  explicit FeedLog(std::string name) : name_(std::move(name)) {}

  std::vector<FeedLogLine> Lines(const produce::PollReport& report, std::chrono::nanoseconds now);

 private:
  using Lines_ = std::vector<FeedLogLine>;
  void AddPoll(const produce::PollReport& report, Lines_& lines) const;
  void AddFailure(const produce::PollReport& report, std::chrono::nanoseconds now, Lines_& lines);
  void AddRecovery(Lines_& lines);
  void AddFaults(const produce::PollReport& report, std::chrono::nanoseconds now, Lines_& lines);
  void AddEntities(const produce::PollReport& report, std::chrono::nanoseconds now, Lines_& lines);
  // True if `what` was not told of within `pause`; remembers that it is now.
  bool IsDue(const std::string& what, std::chrono::nanoseconds now, std::chrono::nanoseconds pause);

  std::string name_;
  std::optional<produce::PollResult> failing_;  // how it fails, if it does
  int failed_polls_ = 0;
  bool frozen_ = false;
  std::map<std::string, std::chrono::nanoseconds> told_;
};

}  // namespace sluice::cli
