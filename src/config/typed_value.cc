// SPDX-License-Identifier: Apache-2.0
#include "config/typed_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "config/nearest.h"
#include "config/units.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

using Json = nlohmann::ordered_json;

Json JsonOf(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return nullptr;
    case Node::Kind::kScalar: {
      const auto number = node.quoted ? std::nullopt : ParseInteger(node.text);
      return number ? Json(*number) : Json(node.text);
    }
    case Node::Kind::kSequence: {
      Json array = Json::array();
      for (const Node& item : node.items) array.push_back(JsonOf(item));
      return array;
    }
    case Node::Kind::kMap: break;
  }
  Json object = Json::object();
  for (const Entry& entry : node.entries) object[entry.key] = JsonOf(entry.value);
  return object;
}

std::string SizeText(int64_t bytes) {
  return bytes % (1 << 20) == 0 ? fmt::format("{} MiB", bytes >> 20)
                                : fmt::format("{} KiB", bytes >> 10);
}

std::string Range(const KeySpec& key) {
  const bool bounded = key.maximum != std::numeric_limits<int64_t>::max();
  if (bounded && key.type == ValueType::kSize)
    return fmt::format(", from {} to {}", SizeText(key.minimum), SizeText(key.maximum));
  if (bounded) return fmt::format(" from {} to {}", key.minimum, key.maximum);
  if (key.minimum == std::numeric_limits<int64_t>::min()) return "";
  return key.type == ValueType::kSize ? fmt::format(", at least {}", SizeText(key.minimum))
                                      : fmt::format(", at least {}", key.minimum);
}

Status Wrong(const KeySpec& key, const Node& node) {
  return Status::Exit("CONFIG",
                      fmt::format("expected {}, found {}", Expectation(key), node.Describe()));
}

// "a, b,c" -> a b c; empty parts are kept, for the caller to refuse.
std::vector<std::string> SplitCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const size_t comma = text.find(',');
    parts.emplace_back(Trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Result<Value> ParseList(const KeySpec& key, const Node& node) {
  Value value;
  if (node.is_scalar()) {
    value.list = SplitCommas(node.text);
  } else if (node.kind == Node::Kind::kSequence) {
    for (const Node& item : node.items) {
      if (!item.is_scalar()) return Wrong(key, item);
      value.list.emplace_back(Trimmed(item.text));
    }
  } else {
    return Wrong(key, node);
  }
  for (const std::string& part : value.list) {
    if (part.empty())
      return Status::Exit("CONFIG",
                          fmt::format("expected {}, found an empty name", Expectation(key)));
  }
  return value;
}

const std::string* FindChoice(const KeySpec& key, std::string_view text) {
  for (const std::string& choice : key.choices) {
    if (EqualIgnoringCase(choice, text)) return &choice;
  }
  return nullptr;
}

Result<Value> ParseChoice(const KeySpec& key, const Node& node) {
  Value value;
  if (const std::string* choice = FindChoice(key, node.text)) {
    value.text = *choice;
    return value;
  }
  const std::string nearest = NearestName(node.text, key.choices);
  const Status wrong = Wrong(key, node);
  if (nearest.empty()) return wrong;
  return Status::Exit("CONFIG", fmt::format("{}; did you mean {}?", wrong.message(), nearest));
}

Result<Value> ParseJsonValue(const KeySpec& key, const Node& node) {
  Value value;
  if (node.is_map()) {
    value.text = ToJson(node);
  } else if (!node.is_scalar()) {
    return Wrong(key, node);
  } else if (const std::string* word = FindChoice(key, node.text)) {
    value.text = *word;
  } else if (node.text.starts_with('{')) {
    value.text = node.text;
  } else {
    return Wrong(key, node);
  }
  return value;
}

Result<Value> ParseNumber(const KeySpec& key, const Node& node) {
  const auto number = key.type == ValueType::kSize ? ParseSize(node.text) : ParseInteger(node.text);
  if (!number || *number < key.minimum || *number > key.maximum) return Wrong(key, node);
  Value value;
  value.number = *number;
  return value;
}

Result<Value> ParseScalar(const KeySpec& key, const Node& node) {
  Value value;
  switch (key.type) {
    case ValueType::kBool: {
      const auto flag = ParseBool(node.text);
      if (!flag) return Wrong(key, node);
      value.flag = *flag;
      return value;
    }
    case ValueType::kDuration: {
      const auto duration = ParseDuration(node.text);
      if (!duration) return Wrong(key, node);
      value.duration = *duration;
      return value;
    }
    case ValueType::kInteger:
    case ValueType::kSize: return ParseNumber(key, node);
    case ValueType::kChoice: return ParseChoice(key, node);
    default: break;
  }
  // A secret of a variable that may be empty: then there is none.
  if (node.text.empty() && !key.secret) return Wrong(key, node);
  value.text = node.text;
  return value;
}

}  // namespace

std::string ToJson(const Node& node) {
  return JsonOf(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Expectation(const KeySpec& key) {
  switch (key.type) {
    case ValueType::kString: return "a text";
    case ValueType::kBool: return "true or false";
    case ValueType::kInteger: return "a whole number" + Range(key);
    case ValueType::kDuration: return "a duration such as '1 second' or '15m'";
    case ValueType::kSize: return "a size such as '512 MiB'" + Range(key);
    case ValueType::kChoice: return fmt::format("one of {}", fmt::join(key.choices, ", "));
    case ValueType::kStringList: return "a list of names, or names separated by commas";
    case ValueType::kJson: return "a map (or the same as JSON in quotes)";
    case ValueType::kWordOrJson:
      return fmt::format("{} or a map (or the same as JSON in quotes)",
                         fmt::join(key.choices, ", "));
    case ValueType::kTextMap: return "a map of names and texts";
  }
  return {};
}

Result<Value> ParseValue(const KeySpec& key, const Node& node) {
  if (key.type == ValueType::kStringList) return ParseList(key, node);
  if (key.type == ValueType::kJson || key.type == ValueType::kWordOrJson)
    return ParseJsonValue(key, node);
  if (!node.is_scalar()) return Wrong(key, node);
  return ParseScalar(key, node);
}

}  // namespace sluice::config
