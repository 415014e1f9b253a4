// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "config/contradictions.h"
#include "config/listen_rules.h"
#include "config/rules.h"
#include "config/units.h"
#include "core/shared_token.h"

namespace sluice::config {

namespace {

class OutputSettler {
 public:
  OutputSettler(const std::string& file, const MonitorOptions& monitor, ReadResult& result)
      : rules_(file, result), result_(result), monitor_(monitor) {}

  void Settle() {
    CheckToken();
    CheckListen();
    for (const char* key : {"monitor.listen", "monitor.token", "monitor.tokenFile"}) {
      if (rules_.IsSet(key) && !monitor_.enabled)
        rules_.Warn(key, "has no effect with enabled: false");
    }
  }

 private:
  // A token that is wrong is a token all the same: one mistake is enough.
  bool HasMistake(const std::string& path) const {
    return std::ranges::any_of(result_.mistakes,
                               [&](const Mistake& mistake) { return mistake.key == path; });
  }

  void CheckListen() {
    const std::string& listen = monitor_.listen;
    const size_t colon = listen.rfind(':');
    const auto port =
        colon == std::string::npos ? std::nullopt : ParseInteger(listen.substr(colon + 1));
    if (colon == 0 || !port || *port < 0 || *port > 65535) {
      rules_.Add("monitor.listen",
                 fmt::format("expected address:port such as 127.0.0.1:4040, found '{}'", listen));
    } else if (std::string problem = ExposureProblem(monitor_);
               !problem.empty() && !HasMistake("monitor.token")) {
      rules_.Add("monitor.listen", std::move(problem));
    }
  }

  void CheckToken() {
    const bool guarded = !monitor_.token.empty() || !monitor_.token_file.empty();
    if (!monitor_.token.empty() && !monitor_.token_file.empty()) {
      rules_.Add("monitor.tokenFile", fmt::format("contradicts token in line {}: one of the two",
                                                  rules_.LineOf("monitor.token")));
    }
    if (std::string problem = SharedTokenProblem(monitor_.token);
        !monitor_.token.empty() && !problem.empty())
      rules_.Add("monitor.token", std::move(problem));
    if (guarded && monitor_.allow_anonymous)
      rules_.Warn("monitor.allowAnonymous", "has no effect: the pages ask for the token");
  }

  Rules rules_;
  const ReadResult& result_;
  const MonitorOptions& monitor_;
};

}  // namespace

void SettleOutput(const std::string& file, const OutputDraft& draft, ReadResult& result) {
  OutputSettler(file, draft.monitor, result).Settle();
}

}  // namespace sluice::config
