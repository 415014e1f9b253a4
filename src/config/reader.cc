// SPDX-License-Identifier: Apache-2.0
#include "config/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "config/key_lookup.h"
#include "config/nearest.h"
#include "config/typed_value.h"

namespace sluice::config {

namespace {

constexpr const char* kMask = "****";

class Reader {
 public:
  Reader(const std::string& file, Variables& variables)
      : file_(file),
        base_(std::filesystem::path(file).filename().string()),
        variables_(variables) {}

  ReadResult Read(const Node& root) {
    if (!root.is_map()) {
      Add(root.line, "",
          fmt::format("expected sections query, source, decode, sql, sink, found {}",
                      root.Describe()));
      return std::move(out_);
    }
    FindRepeats("", root);
    for (const Entry& entry : root.entries) {
      if (IsVariableName(entry.key)) ReadVariable(entry);
    }
    for (const Entry& entry : root.entries) {
      if (!IsVariableName(entry.key)) ReadEntry("", entry);
    }
    return std::move(out_);
  }

 private:
  void Add(int line, const std::string& key, std::string message) {
    out_.mistakes.push_back({file_, line, key, std::move(message)});
  }
  void Warn(int line, const std::string& key, std::string message) {
    out_.warnings.push_back({file_, line, key, std::move(message)});
  }

  // YAML lets a repeated key win in silence.
  void FindRepeats(const std::string& prefix, const Node& node) {
    std::map<std::string, int> first;
    for (const Entry& entry : node.entries) {
      const auto [at, inserted] = first.emplace(entry.key, entry.line);
      if (!inserted)
        Add(entry.line, prefix + entry.key,
            fmt::format("written twice; first in line {}", at->second));
      FindRepeats(prefix + entry.key + ".", entry.value);
    }
  }

  void ReadVariable(const Entry& entry) {
    if (!entry.value.is_scalar()) {
      Add(entry.line, entry.key,
          fmt::format("a variable must be a plain value, found {}", entry.value.Describe()));
      return;
    }
    if (IsSecretVariable(entry.key) && entry.value.text.find("${") == std::string::npos &&
        !entry.value.text.empty()) {
      out_.secrets.insert(entry.value.text);
      Warn(entry.line, entry.key,
           "by its name this is a secret: keep it in .env or the environment, not in this file");
    }
    variables_.Add(entry.key, {entry.value.text, fmt::format("{}:{}", base_, entry.line)});
  }

  void ReadEntry(const std::string& section, const Entry& entry) {
    const std::string path = section.empty() ? entry.key : section + "." + entry.key;
    if (const SectionSpec* child = FindSection(path)) {
      ReadSection(*child, entry);
    } else if (const KeySpec* key = FindKey(section, entry.key)) {
      ReadKey(*key, entry);
    } else if (section == "source" && entry.key.starts_with(kKafkaPrefix)) {
      ReadClientOption(entry);
    } else if (const RefusedKey* refused = FindRefused(section, entry.key)) {
      Add(entry.line, path, refused->reason);
    } else {
      Add(entry.line, path, UnknownKeyMessage(section, entry.key));
    }
  }

  void ReadSection(const SectionSpec& section, const Entry& entry) {
    if (entry.value.kind == Node::Kind::kNull) return;
    if (!entry.value.is_map()) {
      Add(entry.line, section.name,
          fmt::format("expected a map with {}, found {}", fmt::join(KeyNames(section.name), ", "),
                      entry.value.Describe()));
      return;
    }
    for (const Entry& child : entry.value.entries) ReadEntry(section.name, child);
  }

  // Replaces variables in all keys and scalars below `node`; false if one of them could not be.
  bool Expand(const std::string& path, Node& node, Expansion& total) {
    bool good = true;
    if (node.is_scalar()) {
      good = ExpandText(path, node.line, node.text, total);
      node.lines.Expanded(node.text);
    }
    for (Node& item : node.items) good &= Expand(path, item, total);
    bool keys_changed = false;
    for (Entry& entry : node.entries) {
      keys_changed |= entry.key.find("${") != std::string::npos;
      good &= ExpandText(path, entry.line, entry.key, total);
      good &= Expand(path, entry.value, total);
    }
    if (keys_changed) FindRepeats(path + ".", node);
    return good;
  }

  // What a variable brings is as if written in plain: 1000 from the environment is a number.
  bool ExpandText(const std::string& path, int line, std::string& text, Expansion& total) {
    Expansion expansion = variables_.Expand(text);
    for (const std::string& error : expansion.errors) Add(line, path, error);
    text = std::move(expansion.text);
    total.secret |= expansion.secret;
    total.looked_up |= expansion.looked_up;
    total.secret_default |= expansion.secret_default;
    out_.secrets.insert(expansion.secrets.begin(), expansion.secrets.end());
    total.secrets.insert(total.secrets.end(), expansion.secrets.begin(), expansion.secrets.end());
    total.used.insert(total.used.end(), expansion.used.begin(), expansion.used.end());
    return expansion.errors.empty();
  }

  std::string Origin(int line, const Expansion& expansion) const {
    std::string origin = fmt::format("{}:{}", base_, line);
    if (!expansion.used.empty()) origin += fmt::format(" ({})", fmt::join(expansion.used, ", "));
    return origin;
  }

  // Remembers that `path` is set; false if it was before, in another spelling.
  bool Remember(const std::string& path, const Entry& entry, const Node& node,
                const Expansion& expansion, bool secret) {
    std::string shown = node.is_scalar() ? node.text : ToJson(node);
    if (secret) shown = kMask;
    const auto [at, inserted] = out_.set.emplace(
        path, SetKey{entry.line, shown, Origin(entry.line, expansion), node.lines});
    const auto reported = [&](const Mistake& mistake) { return mistake.line == entry.line; };
    if (!inserted && std::none_of(out_.mistakes.begin(), out_.mistakes.end(), reported)) {
      Add(entry.line, path,
          fmt::format("set twice; first in line {} (names are the same in any case)",
                      at->second.line));
    }
    return inserted;
  }

  void ReadKey(const KeySpec& key, const Entry& entry) {
    const std::string path = key.path();
    if (entry.key != key.name) {
      Warn(entry.line, path,
           fmt::format("'{}' is taken as {}, its usual spelling", entry.key, key.name));
    }
    Node node = entry.value;
    Expansion expansion;
    const bool expanded = Expand(path, node, expansion);
    if (!Remember(path, entry, node, expansion, expansion.secret) || !expanded) return;
    auto value = ParseValue(key, node);
    std::string wrong = value.ok() ? key.store(*value, out_.draft) : value.status().message();
    if (!wrong.empty()) Add(entry.line, path, std::move(wrong));
    if (path == "sql") out_.draft.job.sql_secrets = std::move(expansion.secrets);
  }

  // kafka.* options: any name goes through; the Kafka client judges them.
  void ReadClientOption(const Entry& entry) {
    const std::string name = LowerCase(entry.key.substr(kKafkaPrefix.size()));
    const std::string path = fmt::format("source.{}{}", kKafkaPrefix, name);
    Node node = entry.value;
    Expansion expansion;
    const bool expanded = Expand(path, node, expansion);
    const bool secret = expansion.secret || IsSecretClientOption(name);
    if (IsSecretClientOption(name) && node.is_scalar()) {
      out_.secrets.insert(node.text);
      const bool written_out = !expansion.looked_up || expansion.secret_default;
      if (expanded && written_out && !node.text.empty()) {
        Add(entry.line, path,
            "a secret must not stand in this file: write ${NAME} and set NAME in .env or the "
            "environment");
      }
    }
    if (!Remember(path, entry, node, expansion, secret) || !expanded) return;
    const bool may_be_empty = name == "ssl.endpoint.identification.algorithm";
    if (!node.is_scalar() || (node.text.empty() && !may_be_empty)) {
      Add(entry.line, path, fmt::format("expected a text, found {}", node.Describe()));
      return;
    }
    out_.draft.job.source.client[name] = node.text;
  }

  std::string file_;
  std::string base_;
  Variables& variables_;
  ReadResult out_;
};

}  // namespace

ReadResult ReadDocument(const std::string& file, const Node& root, Variables& variables) {
  return Reader(file, variables).Read(root);
}

}  // namespace sluice::config
