// SPDX-License-Identifier: Apache-2.0
#include "config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <utility>

namespace sluice::config {

namespace {

// Far above any real configuration; aliases can make a short file grow without bound.
constexpr int kMaxNodes = 100000;
constexpr size_t kMaxTextBytes = 64 << 20;
constexpr int kMaxDepth = 32;

class Converter {
 public:
  explicit Converter(const std::string& source) : source_(source) {}

  Node Convert(const YAML::Node& yaml, int depth) {
    Node node;
    node.line = yaml.Mark().line + 1;
    if (++count_ > kMaxNodes || depth > kMaxDepth) {
      Fail(node.line, "the document is nested or repeated too much for a configuration");
      return node;
    }
    if (yaml.IsScalar()) {
      node.kind = Node::Kind::kScalar;
      if (CountText(node.line, yaml.Scalar())) ConvertText(yaml, node);
    } else if (yaml.IsSequence()) {
      node.kind = Node::Kind::kSequence;
      for (const auto& item : yaml) {
        if (error) break;
        node.items.push_back(Convert(item, depth + 1));
      }
    } else if (yaml.IsMap()) {
      node.kind = Node::Kind::kMap;
      ConvertEntries(yaml, depth, node);
    }
    return node;
  }

  std::optional<DocumentError> error;

 private:
  void ConvertText(const YAML::Node& yaml, Node& node) {
    node.text = yaml.Scalar();
    node.quoted = yaml.Tag() == "!";
    if (!yaml.Mark().is_null()) {
      node.lines = TextLines(node.text, source_, static_cast<size_t>(yaml.Mark().pos), node.line);
    }
  }

  void ConvertEntries(const YAML::Node& yaml, int depth, Node& node) {
    for (const auto& pair : yaml) {
      if (error) return;
      const int line = pair.first.Mark().line + 1;
      if (!pair.first.IsScalar()) {
        Fail(line, "a key must be a plain name");
        return;
      }
      if (!CountText(line, pair.first.Scalar())) return;
      node.entries.push_back({pair.first.Scalar(), line, Convert(pair.second, depth + 1)});
      if (node.entries.back().value.line <= 0) node.entries.back().value.line = line;
    }
  }

  // Of a key or a value, before it is copied; false past the bound.
  bool CountText(int line, const std::string& text) {
    text_bytes_ += text.size();
    if (text_bytes_ <= kMaxTextBytes) return true;
    Fail(line,
         "more than 64 MiB of text, counting what aliases (*name) repeat, is too much for a "
         "configuration");
    return false;
  }

  void Fail(int line, std::string message) {
    if (!error) error = DocumentError{line, std::move(message)};
  }

  const std::string& source_;
  int count_ = 0;
  size_t text_bytes_ = 0;
};

}  // namespace

std::string Node::Describe() const {
  switch (kind) {
    case Kind::kNull: return "nothing";
    case Kind::kSequence: return "a list";
    case Kind::kMap: return "a map";
    case Kind::kScalar: break;
  }
  return text.size() > 60 ? fmt::format("'{}...'", text.substr(0, 57)) : fmt::format("'{}'", text);
}

Document ParseDocument(const std::string& text) {
  Document document;
  try {
    const std::vector<YAML::Node> all = YAML::LoadAll(text);
    if (all.size() > 1) {
      document.error =
          DocumentError{all[1].Mark().line + 1, "one document a file: remove the second '---'"};
      return document;
    }
    Converter converter(text);
    if (!all.empty()) document.root = converter.Convert(all[0], 0);
    document.error = converter.error;
  } catch (const YAML::Exception& e) {
    const char* hint = e.msg == YAML::ErrorMsg::MAP_VALUE
                           ? " (a text with ': ' in it needs quotes, or '>' and lines of its own)"
                           : "";
    document.error = DocumentError{e.mark.line + 1, fmt::format("broken YAML: {}{}", e.msg, hint)};
  }
  return document;
}

}  // namespace sluice::config
