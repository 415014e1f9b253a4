// SPDX-License-Identifier: Apache-2.0
//
// A Web whose answers a test writes down: by address, the newest first; what is not there is refused.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "doctor/web.h"

namespace sluice::doctor::testing {

class FakeWeb : public Web {
 public:
  Result<Answer> Get(const std::string& url) override { return GetAs(url, ""); }
  Result<Answer> GetAs(const std::string& url, const std::string& /*token*/) override {
    asked.push_back(url);
    const auto found = answers.find(url);
    if (found == answers.end()) return Status::Retry("HTTP.CONNECT", url + ": refused");
    if (found->second.size() > 1) {
      Answer answer = found->second.front();
      found->second.erase(found->second.begin());
      return answer;
    }
    return found->second.front();
  }
  Result<Answer> PostJson(const std::string& url, const std::string& json,
                          const std::vector<std::string>& secrets) override {
    posted.push_back({url, json});
    kept = secrets;
    const auto found = post_answers.find(url);
    if (found == post_answers.end()) return Status::Retry("HTTP.TIMEOUT", url + ": no answer");
    return found->second;
  }

  std::map<std::string, std::vector<Answer>> answers;  // the last one stays
  std::map<std::string, Answer> post_answers;
  std::vector<std::string> asked;
  std::vector<std::pair<std::string, std::string>> posted;
  std::vector<std::string> kept;  // the secrets of the last post
};

}  // namespace sluice::doctor::testing
