// SPDX-License-Identifier: Apache-2.0
//
// The way of every configuration: read the file and the .env files, walk it along the keys of its kind, let
// the rules of that kind add to what was found, conclude.
//
//   ConfigFile file = ReadConfigFile(path, environment);
//   std::optional<ReadResult> result = WalkConfig(file, JobKeys(), draft, report);
//   if (!result) return report;                              // no YAML: the report says so
//   ... rules and checks add to *result ...
//   Conclude(std::move(*result), JobKeys(), draft, report);
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/findings.h"
#include "config/key_set.h"
#include "config/reader.h"
#include "config/stage_check.h"
#include "config/variables.h"

namespace sluice::config {

struct ConfigFile {
  std::string name;
  std::string text;
  bool readable = true;
  Variables variables;
  std::vector<Mistake> mistakes = {};  // of the file as such, and of the .env files
};

// `.env` is read from the configuration's directory, then from the working directory.
ConfigFile ReadConfigFile(const std::string& path,
                          const std::map<std::string, std::string>& environment);
// The same for a text that is no file.
ConfigFile ConfigText(const std::string& name, const std::string& text,
                      const std::map<std::string, std::string>& environment);

// Whether one of these keys stands at the top, in any case of letters: it tells a file of another kind.
bool HasTopKey(const ConfigFile& file, std::initializer_list<std::string_view> names);

// Nothing if there is no map to walk: `findings` then holds why.
std::optional<ReadResult> WalkConfig(ConfigFile& file, const KeySet& keys, OutputDraft& draft,
                                     Findings& findings);

// Sorts by lines, hides secrets, lists the effective values.
void Conclude(ReadResult result, const KeySet& keys, const OutputDraft& draft, Findings& findings);

// Line of the file that a stage means; 0 if the key is not set.
int LineOf(const ReadResult& result, const StageMistake& mistake);
bool IsUnder(const std::string& key, const std::string& section);

// Whether one of the mistakes lies under what is needed.
bool Hinders(const std::vector<Mistake>& mistakes, const std::vector<std::string>& needs,
             const std::vector<std::string>& despite);

template <typename Config>
void RunStageChecks(const std::string& file, const std::vector<StageCheckOf<Config>>& checks,
                    const Config& draft, ReadResult& result) {
  const std::vector<Mistake> of_file = result.mistakes;
  for (const StageCheckOf<Config>& check : checks) {
    if (Hinders(of_file, check.needs, check.despite)) continue;
    for (StageMistake& found : check.run(draft)) {
      const int line = LineOf(result, found);
      std::vector<Mistake>& list = found.is_warning ? result.warnings : result.mistakes;
      list.push_back({file, line, found.key, std::move(found.message)});
    }
  }
}

}  // namespace sluice::config
