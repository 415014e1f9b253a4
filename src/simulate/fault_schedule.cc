// SPDX-License-Identifier: Apache-2.0
#include "simulate/fault_schedule.h"

#include <fmt/format.h>

namespace sluice::simulate {

namespace {

std::string_view Trim(std::string_view text) {
  const char* blanks = " \t\r";
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// What stands before `mark`, which is taken away with it; all of it if there is no mark.
std::string_view TakeUntil(std::string_view* text, std::string_view marks) {
  const size_t at = text->find_first_of(marks);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

// "10m-12m", "40m-".
bool ParseWindow(std::string_view text, ScheduledFault* fault) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos || !ParseTime(text.substr(0, dash), &fault->begin))
    return false;
  const std::string_view end = text.substr(dash + 1);
  return end.empty() || (ParseTime(end, &fault->end) && fault->begin < fault->end);
}

// "[FEED] BEGIN-END: FAULT".
Result<ScheduledFault> ParseOne(std::string_view text) {
  ScheduledFault scheduled;
  const size_t colon = text.find(':');
  std::string_view head = Trim(text.substr(0, colon));
  const size_t space = head.find_first_of(" \t");
  if (space != std::string_view::npos) {
    scheduled.feed =
        head.substr(head.front() == '/' ? 1 : 0, space - (head.front() == '/' ? 1 : 0));
    head = Trim(head.substr(space));
  }
  if (colon == std::string_view::npos || !ParseWindow(head, &scheduled)) {
    return Status::Exit(
        "FAULT_SCHEDULE",
        fmt::format("'{}': expected [FEED] BEGIN-END: FAULT, such as '10m-12m: 500', 'f03 0-90s: "
                    "hung' or '40m-: frozen'",
                    text));
  }
  const Result<Fault> fault = ParseFault(Trim(text.substr(colon + 1)));
  if (!fault.ok()) {
    return Status::Exit("FAULT_SCHEDULE", fmt::format("'{}': {}", text, fault.status().message()));
  }
  scheduled.fault = *fault;
  return scheduled;
}

bool Fits(const ScheduledFault& scheduled, std::string_view path) {
  if (scheduled.feed.empty()) return true;
  if (path.starts_with('/')) path.remove_prefix(1);
  const size_t slash = path.rfind('/');
  return path.starts_with(scheduled.feed) ||
         (slash != std::string_view::npos && path.substr(slash + 1).starts_with(scheduled.feed));
}

}  // namespace

Result<FaultSchedule> FaultSchedule::Parse(std::string_view text) {
  FaultSchedule schedule;
  while (!text.empty()) {
    std::string_view line = TakeUntil(&text, "\n");
    line = TakeUntil(&line, "#");
    while (!line.empty()) {
      const std::string_view one = Trim(TakeUntil(&line, ";"));
      if (one.empty()) continue;
      SLUICE_ASSIGN_OR_RETURN(ScheduledFault scheduled, ParseOne(one));
      schedule.faults_.push_back(std::move(scheduled));
    }
  }
  return schedule;
}

const ScheduledFault* FaultSchedule::At(std::string_view path,
                                        std::chrono::milliseconds since_start) const {
  for (const ScheduledFault& scheduled : faults_) {
    if (since_start >= scheduled.begin && since_start < scheduled.end && Fits(scheduled, path))
      return &scheduled;
  }
  return nullptr;
}

}  // namespace sluice::simulate
