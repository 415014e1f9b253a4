// SPDX-License-Identifier: Apache-2.0
//
//   EXPECT_THAT(CheckTopic(look, now), IsFinding(Severity::kFail, "dev_topic is not there", "correct"));
#pragma once

#include <gmock/gmock.h>

#include <ostream>

#include "doctor/finding.h"

namespace sluice::doctor {

inline void PrintTo(const Finding& finding, std::ostream* out) {
  *out << SeverityName(finding.severity) << " " << finding.name << ": " << finding.seen << " -> "
       << finding.remedy;
}

// What was seen and the remedy hold these texts; one that is to be looked at has a remedy.
MATCHER_P3(IsFinding, severity, seen, remedy, "") {
  const bool told = severity != Severity::kFail || !arg.remedy.empty();
  return arg.severity == severity && arg.seen.find(seen) != std::string::npos &&
         arg.remedy.find(remedy) != std::string::npos && told &&
         arg.seen.find('\n') == std::string::npos && arg.remedy.find('\n') == std::string::npos;
}
inline auto IsOk(const char* seen) { return IsFinding(Severity::kOk, seen, ""); }
inline auto SkippedFor(const char* because) { return IsFinding(Severity::kSkipped, because, ""); }
inline auto Warns(const char* seen, const char* remedy) {
  return IsFinding(Severity::kWarn, seen, remedy);
}
inline auto Fails(const char* seen, const char* remedy) {
  return IsFinding(Severity::kFail, seen, remedy);
}

}  // namespace sluice::doctor
