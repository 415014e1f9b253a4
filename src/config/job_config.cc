// SPDX-License-Identifier: Apache-2.0
#include "config/job_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <system_error>
#include <utility>

#include "config/contradictions.h"
#include "config/document.h"
#include "config/key_table.h"
#include "config/reader.h"
#include "config/variables.h"

namespace sluice::config {

namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = 4 << 20;

// Errno of the failure, or 0.
int ReadFile(const fs::path& path, std::string& text) {
  std::error_code error;
  if (fs::is_directory(path, error)) return EISDIR;
  std::ifstream in(path, std::ios::binary);
  if (!in) return errno == 0 ? EIO : errno;
  if (fs::file_size(path, error) > kLargestFile && !error) return EFBIG;
  text.assign(std::istreambuf_iterator<char>(in), {});
  return in.bad() ? EIO : 0;
}

void ReadDotEnv(const fs::path& path, Variables& variables, std::vector<Mistake>& mistakes) {
  std::string text;
  std::error_code error;
  if (!fs::exists(path, error)) return;
  if (const int failure = ReadFile(path, text)) {
    mistakes.push_back(
        {path.string(), 0, "", fmt::format("cannot be read: {}", std::strerror(failure))});
    return;
  }
  const DotEnv dot_env = ParseDotEnv(text);
  for (const DotEnvMistake& broken : dot_env.broken) {
    mistakes.push_back({path.string(), broken.line, "", broken.message});
  }
  for (const DotEnvLine& line : dot_env.lines) {
    variables.Add(line.name, {line.value, fmt::format(".env:{}", line.line)});
  }
}

std::vector<Mistake> ReadDotEnvs(const fs::path& config, Variables& variables) {
  std::vector<Mistake> mistakes;
  const fs::path beside = config.parent_path() / ".env";
  ReadDotEnv(beside, variables, mistakes);
  std::error_code error;
  if (!fs::equivalent(beside, ".env", error)) ReadDotEnv(".env", variables, mistakes);
  return mistakes;
}

bool IsUnder(const std::string& key, const std::string& section) {
  return key == section || key.starts_with(section + ".");
}

int LineOf(const ReadResult& result, const StageMistake& mistake) {
  const auto set = result.set.find(mistake.key);
  if (set == result.set.end()) return 0;
  if (mistake.line_in_value <= 0) return set->second.line;
  const int line = set->second.lines.Find(mistake.line_in_value, mistake.column_in_value);
  return line > 0 ? line : set->second.line;
}

void RunStageChecks(const std::string& file, const std::vector<StageCheck>& checks,
                    ReadResult& result) {
  for (const StageCheck& check : checks) {
    const bool sound = std::ranges::none_of(result.mistakes, [&](const Mistake& mistake) {
      return std::ranges::any_of(
          check.needs, [&](const std::string& need) { return IsUnder(mistake.key, need); });
    });
    if (!sound) continue;
    for (StageMistake& found : check.run(result.draft.job)) {
      const int line = LineOf(result, found);
      std::vector<Mistake>& list = found.is_warning ? result.warnings : result.mistakes;
      list.push_back({file, line, found.key, std::move(found.message)});
    }
  }
}

// All keys in the table's order, those of the Kafka client behind the source's.
std::vector<EffectiveValue> EffectiveValues(const ReadResult& result) {
  std::vector<EffectiveValue> values;
  bool client_listed = false;
  for (const KeySpec& key : KeyTable()) {
    if (key.section == "decode" && !client_listed) {
      client_listed = true;
      for (const auto& [path, set] : result.set) {
        if (path.starts_with("source.kafka.")) values.push_back({path, set.shown, set.origin});
      }
    }
    const auto set = result.set.find(key.path());
    if (set != result.set.end()) {
      values.push_back({key.path(), set->second.shown, set->second.origin});
    } else if (key.path() == "ansi") {
      values.push_back(
          {"ansi", result.draft.job.ansi ? "true" : "false", "by decode.sparkVersion"});
    } else {
      values.push_back({key.path(), key.default_text, "default"});
    }
  }
  return values;
}

void HideSecrets(const std::set<std::string>& secrets, std::string& text) {
  // The longest first: else one that stands within another would leave the rest of it.
  std::vector<std::string> ordered(secrets.begin(), secrets.end());
  std::ranges::stable_sort(ordered, std::ranges::greater(), &std::string::size);
  for (const std::string& secret : ordered) {
    if (secret.size() < 3) continue;
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 4)) {
      text.replace(at, secret.size(), "****");
    }
  }
}

ConfigReport Finish(const std::string& file, ReadResult result,
                    const std::vector<StageCheck>& checks) {
  SettleDraft(file, result);
  RunStageChecks(file, checks, result);
  ConfigReport report;
  report.mistakes = std::move(result.mistakes);
  report.warnings = std::move(result.warnings);
  report.effective = EffectiveValues(result);
  report.log = result.draft.job.log;
  for (auto* list : {&report.mistakes, &report.warnings}) {
    std::ranges::stable_sort(*list, {}, &Mistake::line);
    for (Mistake& mistake : *list) HideSecrets(result.secrets, mistake.message);
  }
  for (EffectiveValue& value : report.effective) HideSecrets(result.secrets, value.value);
  if (report.mistakes.empty()) {
    report.config = std::move(result.draft.job);
    report.config->file = file;
  }
  return report;
}

ConfigReport Parse(const std::string& name, const std::string& text, Variables variables,
                   std::vector<Mistake> mistakes, const std::vector<StageCheck>& checks) {
  ConfigReport report;
  const Document document = ParseDocument(text);
  if (document.error) {
    report.mistakes = std::move(mistakes);
    report.mistakes.push_back({name, document.error->line, "", document.error->message});
    return report;
  }
  ReadResult result = ReadDocument(name, document.root, variables);
  result.mistakes.insert(result.mistakes.begin(), mistakes.begin(), mistakes.end());
  if (!document.root.is_map()) {
    report.mistakes = std::move(result.mistakes);
    return report;
  }
  return Finish(name, std::move(result), checks);
}

}  // namespace

std::string Mistake::ToString() const {
  std::string text = line > 0 ? fmt::format("{}:{}: ", file, line) : fmt::format("{}: ", file);
  if (!key.empty()) text += key + ": ";
  return text + message;
}

ConfigReport LoadJobConfig(const std::string& path,
                           const std::map<std::string, std::string>& environment,
                           const std::vector<StageCheck>& checks) {
  std::string text;
  if (const int failure = ReadFile(path, text)) {
    ConfigReport report;
    report.mistakes.push_back(
        {path, 0, "", fmt::format("cannot be read: {}", std::strerror(failure))});
    return report;
  }
  Variables variables(environment);
  std::vector<Mistake> mistakes = ReadDotEnvs(path, variables);
  return Parse(path, text, std::move(variables), std::move(mistakes), checks);
}

ConfigReport ParseJobConfig(const std::string& name, const std::string& text,
                            const std::map<std::string, std::string>& environment,
                            const std::vector<StageCheck>& checks) {
  return Parse(name, text, Variables(environment), {}, checks);
}

}  // namespace sluice::config
