// SPDX-License-Identifier: Apache-2.0
//
// What /healthz, /readyz and /startupz answer: some checks, each well or not, and since when.
//
//   Probe probe = ProbeOf({{"table", true, "open"}, {"kafka", false, "topic 'bus' is not there"}});
//   times.Note(probe, clock.NowMs());
//   ProbeJson(probe, true);
//   // {"ok":false,"checks":[{"name":"table","ok":true,"detail":"open","since":"..."}, ...]}
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::monitor {

struct Check {
  std::string name;
  bool ok = false;
  std::string detail = {};
  int64_t since_ms = 0;  // when it became what it is
};

struct Probe {
  bool ok = false;
  std::vector<Check> checks;
};

// Well when all checks are.
Probe ProbeOf(std::vector<Check> checks);

// Without details for those who may not see them.
std::string ProbeJson(const Probe& probe, bool with_details);

// Remembers since when each check is as it is; it sees a change when it is asked. One thread at a time.
class CheckTimes {
 public:
  // Sets since_ms of the checks.
  void Note(Probe& probe, int64_t now_ms);

 private:
  struct State {
    bool ok;
    int64_t since_ms;
  };
  std::map<std::string, State> states_;
};

}  // namespace sluice::monitor
