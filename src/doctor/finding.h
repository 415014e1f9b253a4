// SPDX-License-Identifier: Apache-2.0
//
// What one check came to: a word, what was seen, and what to do.
//
//   return Fail("topic", "dev_topic is not there", "create it, or correct source.subscribe");
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sluice::doctor {

enum class Severity { kOk, kWarn, kFail, kSkipped };

// "ok", "warn", "fail", "skipped".
inline const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kOk: return "ok";
    case Severity::kWarn: return "warn";
    case Severity::kFail: return "fail";
    case Severity::kSkipped: break;
  }
  return "skipped";
}

struct Finding {
  Severity severity = Severity::kOk;
  std::string name;    // of the check: "topic"
  std::string seen;    // one line, no secret in it
  std::string remedy;  // one line, begins with a verb; empty if there is nothing to do
  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

inline Finding Ok(std::string name, std::string seen) {
  return {Severity::kOk, std::move(name), std::move(seen), ""};
}
inline Finding Warn(std::string name, std::string seen, std::string remedy) {
  return {Severity::kWarn, std::move(name), std::move(seen), std::move(remedy)};
}
inline Finding Fail(std::string name, std::string seen, std::string remedy) {
  return {Severity::kFail, std::move(name), std::move(seen), std::move(remedy)};
}
// `because`: "no broker answers".
inline Finding Skipped(std::string name, const std::string& because) {
  return {Severity::kSkipped, std::move(name), "skipped: because " + because, ""};
}

}  // namespace sluice::doctor
