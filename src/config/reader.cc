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
#include "core/ascii.h"

namespace sluice::config {

namespace {

constexpr const char* kMask = "****";

class Reader {
 public:
  Reader(const std::string& file, const KeySet& keys, Variables& variables, OutputDraft& draft)
      : file_(file),
        base_(std::filesystem::path(file).filename().string()),
        keys_(keys),
        variables_(variables),
        draft_(draft) {}

  ReadResult Read(const Node& root) {
    if (!root.is_map()) {
      Add(root.line, "", fmt::format("expected {}, found {}", keys_.expected, root.Describe()));
      return std::move(out_);
    }
    FindRepeats("", root);
    for (const Entry& entry : root.entries) {
      if (IsVariable(entry)) ReadVariable(entry);
    }
    for (const Entry& entry : root.entries) {
      if (!IsVariable(entry) && !IsList(entry)) ReadEntry("", "", entry);
    }
    for (const Entry& entry : root.entries) {
      if (IsList(entry)) ReadList(entry);
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

  // Keys are taken in any case: a key in capitals is no variable.
  bool IsVariable(const Entry& entry) const {
    return IsVariableName(entry.key) && !FindSection(keys_, entry.key) &&
           !FindKey(keys_, "", entry.key) && !FindRefused(keys_, "", entry.key);
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

  bool IsList(const Entry& entry) const {
    return keys_.list && EqualIgnoringCase(entry.key, keys_.list->section);
  }

  // `section`: where the table has its keys; `path`: what it is called here.
  void ReadEntry(const std::string& section, const std::string& path, const Entry& entry) {
    const std::string own = path.empty() ? entry.key : path + "." + entry.key;
    if (const SectionSpec* child =
            FindSection(keys_, section.empty() ? entry.key : section + "." + entry.key)) {
      ReadSection(*child, entry);
    } else if (const KeySpec* key = FindKey(keys_, section, entry.key)) {
      ReadKey(*key, path.empty() ? key->name : path + "." + key->name, entry);
    } else if (section == keys_.client_section && entry.key.starts_with(kKafkaPrefix)) {
      ReadClientOption(entry);
    } else if (const RefusedKey* refused = FindRefused(keys_, section, entry.key)) {
      Add(entry.line, own, refused->reason);
    } else {
      Add(entry.line, own, UnknownKeyMessage(keys_, section, entry.key));
    }
  }

  void ReadSection(const SectionSpec& section, const Entry& entry) {
    if (entry.value.kind == Node::Kind::kNull) return;
    if (!ExpectMap(section.name, section.name, entry.line, entry.value)) return;
    for (const Entry& child : entry.value.entries) ReadEntry(section.name, section.name, child);
  }

  bool ExpectMap(const std::string& section, const std::string& path, int line, const Node& node) {
    if (node.is_map()) return true;
    Add(line, path,
        fmt::format("expected a map with {}, found {}", fmt::join(KeyNames(keys_, section), ", "),
                    node.Describe()));
    return false;
  }

  // [{name: a, ...}, ...] or {a: {...}, ...}.
  void ReadList(const Entry& entry) {
    const ListSpec& list = *keys_.list;
    if (entry.value.is_map()) {
      for (const Entry& item : entry.value.entries) ReadNamedItem(list, item);
    } else if (entry.value.kind == Node::Kind::kSequence) {
      for (size_t i = 0; i < entry.value.items.size(); ++i) ReadItem(list, i, entry.value.items[i]);
    } else if (entry.value.kind != Node::Kind::kNull) {
      Add(entry.line, list.section,
          fmt::format("expected a list of maps, each with a {}, or a map by {}, found {}",
                      list.name_key, list.name_key, entry.value.Describe()));
    }
  }

  void ReadNamedItem(const ListSpec& list, const Entry& item) {
    const std::string path = list.section + "." + item.key;
    BeginItem(list, path);
    // The name in front is the same as one inside; should both be there, the second is one too many.
    Node name;
    name.kind = Node::Kind::kScalar;
    name.text = item.key;
    name.line = item.line;
    ReadEntry(list.section, path, {list.name_key, item.line, name});
    if (item.value.kind == Node::Kind::kNull ||
        !ExpectMap(list.section, path, item.line, item.value))
      return;
    for (const Entry& child : item.value.entries) ReadEntry(list.section, path, child);
  }

  void ReadItem(const ListSpec& list, size_t index, const Node& item) {
    std::string path = fmt::format("{}[{}]", list.section, index + 1);
    if (!ExpectMap(list.section, path, item.line, item)) return;
    for (const Entry& child : item.entries) {
      const bool is_name = EqualIgnoringCase(child.key, list.name_key) && child.value.is_scalar();
      if (!is_name || child.value.text.empty()) continue;
      const Expansion name = variables_.Expand(child.value.text);
      if (!name.secret) path = list.section + "." + name.text;
    }
    // Of two with one name the second keeps its number.
    if (std::ranges::count(out_.items, path) > 0)
      path = fmt::format("{}[{}]", list.section, index + 1);
    BeginItem(list, path);
    for (const Entry& child : item.entries) ReadEntry(list.section, path, child);
  }

  void BeginItem(const ListSpec& list, const std::string& path) {
    out_.items.push_back(path);
    list.begin(draft_);
  }

  // Replaces variables in all keys and scalars below `node`; false if one of them could not be. `secret`: by
  // its key the value is one.
  bool Expand(const std::string& path, bool secret, Node& node, Expansion& total) {
    bool good = true;
    if (node.is_scalar()) {
      good = ExpandText(path, node.line, secret, node.text, total);
      node.lines.Expanded(node.text);
    }
    for (Node& item : node.items) good &= Expand(path, secret, item, total);
    bool keys_changed = false;
    for (Entry& entry : node.entries) {
      keys_changed |= entry.key.find("${") != std::string::npos;
      good &= ExpandText(path, entry.line, secret, entry.key, total);
      good &= Expand(path, secret, entry.value, total);
    }
    if (keys_changed) FindRepeats(path + ".", node);
    return good;
  }

  // What a variable brings is as if written in plain: 1000 from the environment is a number.
  bool ExpandText(const std::string& path, int line, bool secret, std::string& text,
                  Expansion& total) {
    Expansion expansion = variables_.Expand(text, secret);
    const bool undefined = expansion.undefined == expansion.errors.size();
    for (const std::string& error : expansion.errors)
      out_.mistakes.push_back({file_, line, path, error, undefined});
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

  void ReadKey(const KeySpec& key, const std::string& path, const Entry& entry) {
    if (entry.key != key.name) {
      Warn(entry.line, path,
           fmt::format("'{}' is taken as {}, its usual spelling", entry.key, key.name));
    }
    if (key.type == ValueType::kTextMap) return ReadTextMap(key, path, entry);
    Node node = entry.value;
    Expansion expansion;
    const bool expanded = Expand(path, key.secret, node, expansion);
    if (key.secret && node.is_scalar())
      NoteSecret(path, entry.line, node.text, expansion, expanded);
    if (!Remember(path, entry, node, expansion, key.secret || expansion.secret) || !expanded)
      return;
    auto value = ParseValue(key, node);
    if (value.ok()) value->secrets = std::move(expansion.secrets);
    StoreValue(key, path, entry.line, value);
  }

  void StoreValue(const KeySpec& key, const std::string& path, int line,
                  const Result<Value>& value) {
    std::string wrong = value.ok() ? key.store(*value, draft_) : value.status().message();
    if (!wrong.empty()) Add(line, path, std::move(wrong));
  }

  // A map of names and texts, each of which may be a secret.
  void ReadTextMap(const KeySpec& key, const std::string& path, const Entry& entry) {
    Node shown = entry.value;
    Value value;
    Expansion total;
    bool good = true;
    for (Entry& child : shown.entries) {
      const std::string own = path + "." + child.key;
      Expansion expansion;
      if (!child.value.is_scalar()) {
        Add(child.line, own, fmt::format("expected a text, found {}", child.value.Describe()));
        good = false;
        continue;
      }
      good &= Expand(own, IsSecretParameter(child.key), child.value, expansion);
      value.map.push_back(TakeNamedText(own, child, expansion));
      total.used.insert(total.used.end(), expansion.used.begin(), expansion.used.end());
      if (value.map.back().secret) child.value.text = kMask;
    }
    if (!Remember(path, entry, shown, total, false) || !good) return;
    if (!shown.is_map()) {
      Add(entry.line, path,
          fmt::format("expected {}, found {}", Expectation(key), shown.Describe()));
      return;
    }
    StoreValue(key, path, entry.line, value);
  }

  NamedText TakeNamedText(const std::string& path, const Entry& entry, const Expansion& expansion) {
    NamedText named{entry.key, entry.value.text, expansion.secret || IsSecretParameter(entry.key)};
    if (!named.secret) return named;
    out_.secrets.insert(named.text);
    if (!expansion.secret || expansion.secret_default) {
      Warn(entry.line, path,
           "by its name this is a secret: keep it in .env or the environment, and write ${NAME} "
           "with a "
           "name that says so (..._KEY, ..._TOKEN)");
    }
    return named;
  }

  // Of a value that is a secret by its key, whatever brought it in.
  void NoteSecret(const std::string& path, int line, const std::string& text,
                  const Expansion& expansion, bool expanded) {
    if (text.empty()) return;
    out_.secrets.insert(text);
    const bool written_out = !expansion.looked_up || expansion.secret_default;
    if (expanded && written_out) {
      Add(line, path,
          "a secret must not stand in this file: write ${NAME} and set NAME in .env or the "
          "environment");
    }
  }

  // kafka.* options: any name goes through; the Kafka client judges them.
  void ReadClientOption(const Entry& entry) {
    const std::string name = ToLower(entry.key.substr(kKafkaPrefix.size()));
    const std::string path = fmt::format("{}.{}{}", keys_.client_section, kKafkaPrefix, name);
    Node node = entry.value;
    Expansion expansion;
    const bool expanded = Expand(path, IsSecretClientOption(name), node, expansion);
    const bool secret = expansion.secret || IsSecretClientOption(name);
    if (IsSecretClientOption(name) && node.is_scalar())
      NoteSecret(path, entry.line, node.text, expansion, expanded);
    if (!Remember(path, entry, node, expansion, secret) || !expanded) return;
    const bool may_be_empty = name == "ssl.endpoint.identification.algorithm";
    if (!node.is_scalar() || (node.text.empty() && !may_be_empty)) {
      Add(entry.line, path, fmt::format("expected a text, found {}", node.Describe()));
      return;
    }
    keys_.store_client(name, node.text, draft_);
  }

  std::string file_;
  std::string base_;
  const KeySet& keys_;
  Variables& variables_;
  OutputDraft& draft_;
  ReadResult out_;
};

}  // namespace

ReadResult ReadDocument(const std::string& file, const Node& root, const KeySet& keys,
                        Variables& variables, OutputDraft& draft) {
  return Reader(file, keys, variables, draft).Read(root);
}

}  // namespace sluice::config
