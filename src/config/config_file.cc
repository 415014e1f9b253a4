// SPDX-License-Identifier: Apache-2.0
#include "config/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <system_error>

#include "config/document.h"
#include "core/ascii.h"

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

// Keys of a section side by side, the sections in the order of their first keys.
std::vector<const KeySpec*> BySection(const KeySet& keys) {
  std::vector<const KeySpec*> sorted;
  for (const KeySpec& key : keys.keys) {
    const auto last =
        std::ranges::find_if(sorted.rbegin(), sorted.rend(),
                             [&](const KeySpec* other) { return other->section == key.section; });
    sorted.insert(last == sorted.rend() ? sorted.end() : last.base(), &key);
  }
  return sorted;
}

// Those of a section in the table's order, with the options of the Kafka client behind its last.
void AppendSections(const ReadResult& result, const KeySet& keys,
                    std::vector<EffectiveValue>& values) {
  std::string section = keys.keys.front().section;
  const auto append_client = [&] {
    if (section != keys.client_section) return;
    for (const auto& [path, set] : result.set) {
      if (path.starts_with(section + "." + std::string(kKafkaPrefix)))
        values.push_back({path, set.shown, set.origin});
    }
  };
  for (const KeySpec* key : BySection(keys)) {
    if (keys.list && key->section == keys.list->section) continue;
    if (key->section != section) append_client();
    section = key->section;
    const auto set = result.set.find(key->path());
    if (set != result.set.end()) {
      values.push_back({key->path(), set->second.shown, set->second.origin});
    } else {
      values.push_back({key->path(), key->default_text, "default"});
    }
  }
  append_client();
}

// What an item of the list sets itself; for the rest there are the defaults.
void AppendItems(const ReadResult& result, const KeySet& keys,
                 std::vector<EffectiveValue>& values) {
  if (!keys.list) return;
  for (const std::string& item : result.items) {
    for (const KeySpec& key : keys.keys) {
      if (key.section != keys.list->section) continue;
      const auto set = result.set.find(item + "." + key.name);
      if (set == result.set.end()) continue;
      values.push_back({set->first, set->second.shown, set->second.origin});
    }
  }
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

}  // namespace

std::string Mistake::ToString() const {
  std::string text = line > 0 ? fmt::format("{}:{}: ", file, line) : fmt::format("{}: ", file);
  if (!key.empty()) text += key + ": ";
  return text + message;
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

bool Hinders(const std::vector<Mistake>& mistakes, const std::vector<std::string>& needs,
             const std::vector<std::string>& despite) {
  const auto concerns = [](const Mistake& mistake, const std::vector<std::string>& keys) {
    return std::ranges::any_of(keys,
                               [&](const std::string& key) { return IsUnder(mistake.key, key); });
  };
  return std::ranges::any_of(mistakes, [&](const Mistake& mistake) {
    return concerns(mistake, needs) && !concerns(mistake, despite);
  });
}

ConfigFile ReadConfigFile(const std::string& path,
                          const std::map<std::string, std::string>& environment) {
  ConfigFile file{path, "", true, Variables(environment)};
  if (const int failure = ReadFile(path, file.text)) {
    file.readable = false;
    file.mistakes.push_back(
        {path, 0, "", fmt::format("cannot be read: {}", std::strerror(failure))});
    return file;
  }
  file.mistakes = ReadDotEnvs(path, file.variables);
  return file;
}

ConfigFile ConfigText(const std::string& name, const std::string& text,
                      const std::map<std::string, std::string>& environment) {
  return {name, text, true, Variables(environment)};
}

bool HasTopKey(const ConfigFile& file, std::initializer_list<std::string_view> names) {
  const Document document = ParseDocument(file.text);
  return std::ranges::any_of(document.root.entries, [&](const Entry& entry) {
    return std::ranges::any_of(
        names, [&](std::string_view name) { return EqualIgnoringCase(entry.key, name); });
  });
}

std::optional<ReadResult> WalkConfig(ConfigFile& file, const KeySet& keys, OutputDraft& draft,
                                     Findings& findings) {
  findings.mistakes = file.mistakes;
  if (!file.readable) return std::nullopt;
  const Document document = ParseDocument(file.text);
  if (document.error) {
    findings.mistakes.push_back({file.name, document.error->line, "", document.error->message});
    return std::nullopt;
  }
  ReadResult result = ReadDocument(file.name, document.root, keys, file.variables, draft);
  result.mistakes.insert(result.mistakes.begin(), file.mistakes.begin(), file.mistakes.end());
  if (document.root.is_map()) return result;
  findings.mistakes = std::move(result.mistakes);
  return std::nullopt;
}

void Conclude(ReadResult result, const KeySet& keys, const OutputDraft& draft, Findings& findings) {
  findings.mistakes = std::move(result.mistakes);
  findings.warnings = std::move(result.warnings);
  findings.effective.clear();
  AppendSections(result, keys, findings.effective);
  AppendItems(result, keys, findings.effective);
  findings.log = draft.log;
  for (auto* list : {&findings.mistakes, &findings.warnings}) {
    std::ranges::stable_sort(*list, {}, &Mistake::line);
    for (Mistake& mistake : *list) HideSecrets(result.secrets, mistake.message);
  }
  for (EffectiveValue& value : findings.effective) HideSecrets(result.secrets, value.value);
}

}  // namespace sluice::config
