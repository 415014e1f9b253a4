// SPDX-License-Identifier: Apache-2.0
#include "config/key_reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/typed_value.h"

namespace sluice::config {

namespace {

using Json = nlohmann::ordered_json;

// Any value may be given by a variable instead.
Json OrVariable(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), {{"type", "string"}, {"pattern", "\\$\\{"}}})}};
}

Json TypeSchema(const KeySpec& key) {
  switch (key.type) {
    case ValueType::kString: return {{"type", Json::array({"string", "number"})}};
    case ValueType::kBool: return OrVariable({{"type", "boolean"}});
    case ValueType::kInteger: {
      Json number = {{"type", "integer"}};
      if (key.minimum != std::numeric_limits<int64_t>::min()) number["minimum"] = key.minimum;
      if (key.maximum != std::numeric_limits<int64_t>::max()) number["maximum"] = key.maximum;
      return OrVariable(std::move(number));
    }
    case ValueType::kDuration:
    case ValueType::kSize: return {{"type", Json::array({"string", "integer"})}};
    case ValueType::kChoice: {
      Json values = key.choices;
      // YAML reads 2.12 as a number.
      for (const std::string& choice : key.choices) {
        const Json number = Json::parse(choice, nullptr, false);
        if (number.is_number()) values.push_back(number);
      }
      return OrVariable({{"enum", values}});
    }
    case ValueType::kStringList:
      return {{"type", Json::array({"string", "array"})}, {"items", {{"type", "string"}}}};
    case ValueType::kJson:
    case ValueType::kWordOrJson: return {{"type", Json::array({"string", "object"})}};
    case ValueType::kTextMap:
      return {{"type", "object"},
              {"additionalProperties", {{"type", Json::array({"string", "number", "boolean"})}}}};
  }
  return Json::object();
}

Json KeyEntry(const KeySpec& key) {
  Json entry = {{"description", key.doc}};
  if (!key.default_text.empty())
    entry["description"] = fmt::format("{} Default: {}.", key.doc, key.default_text);
  entry.update(TypeSchema(key));
  return entry;
}

// Names that must stand in a section.
Json RequiredIn(const KeySet& keys, const std::string& section) {
  Json names = Json::array();
  for (const KeySpec& key : keys.keys) {
    if (key.section == section && key.required) names.push_back(key.name);
  }
  if (section == keys.client_section) names.push_back("kafka.bootstrap.servers");
  return names;
}

Json ObjectSchema(const KeySet& keys, const std::string& section, const std::string& doc) {
  Json object = Json::object();
  if (!doc.empty()) object["description"] = doc;
  object["type"] = Json::array({"object", "null"});
  object["properties"] = Json::object();
  for (const KeySpec& key : keys.keys) {
    if (key.section == section) object["properties"][key.name] = KeyEntry(key);
  }
  object["additionalProperties"] = false;
  return object;
}

Json SectionSchema(const KeySet& keys, const SectionSpec& section) {
  Json object = ObjectSchema(keys, section.name, section.doc);
  if (section.name == keys.client_section) {
    object["patternProperties"]["^kafka\\."] = {
        {"description", "Option of the Kafka client under its Java name."},
        {"type", Json::array({"string", "number", "boolean"})}};
  }
  Json required = RequiredIn(keys, section.name);
  if (!required.empty()) object["required"] = std::move(required);
  return object;
}

// A list of maps with names, or a map by name.
Json ListSchema(const KeySet& keys, const SectionSpec& section) {
  Json named = ObjectSchema(keys, section.name, "");
  named["type"] = "object";
  Json by_name = named;
  named["required"] = Json::array({keys.list->name_key});
  by_name["type"] = Json::array({"object", "null"});
  by_name["properties"].erase(keys.list->name_key);
  return {{"description", section.doc},
          {"oneOf",
           Json::array(
               {{{"type", "array"}, {"items", named}, {"minItems", 1}},
                {{"type", "object"}, {"additionalProperties", by_name}, {"minProperties", 1}}})}};
}

// The keys of `defaults` need not be listed again for the items.
bool IsShownWithDefaults(const KeySet& keys, const KeySpec& key) {
  return keys.list && key.section == keys.list->section &&
         std::ranges::any_of(keys.keys, [&](const KeySpec& other) {
           return other.section == keys.list->defaults && other.name == key.name;
         });
}

}  // namespace

std::string KeySchema(const KeySet& keys) {
  Json root = ObjectSchema(keys, "", "");
  root.update(Json{{"type", "object"}});
  Json required = Json::array();
  for (const SectionSpec& section : keys.sections) {
    const bool is_list = keys.list && section.name == keys.list->section;
    Json object = is_list ? ListSchema(keys, section) : SectionSchema(keys, section);
    if (is_list || object.contains("required")) required.push_back(section.name);
    const size_t dot = section.name.find('.');
    if (dot == std::string::npos) {
      root["properties"][section.name] = std::move(object);
    } else {
      root["properties"][section.name.substr(0, dot)]["properties"][section.name.substr(dot + 1)] =
          std::move(object);
    }
  }
  root["patternProperties"]["^[A-Z][A-Z0-9_]*$"] = {
      {"description", "A variable, used as ${NAME}; .env and the environment go before it."},
      {"type", Json::array({"string", "number", "boolean"})}};
  root["required"] = std::move(required);
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", keys.title}};
  schema.update(root);
  return schema.dump(2) + "\n";
}

std::string KeyMarkdown(const KeySet& keys) {
  std::string text;
  const auto table = [&](const std::string& section) {
    text += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const KeySpec& key : keys.keys) {
      if (key.section != section || IsShownWithDefaults(keys, key)) continue;
      const std::string standard = key.default_text.empty() ? (key.required ? "required" : "-")
                                                            : "`" + key.default_text + "`";
      text +=
          fmt::format("| `{}` | {} | {} | {} |\n", key.name, Expectation(key), standard, key.doc);
    }
  };
  for (const SectionSpec& section : keys.sections) {
    text += fmt::format("### {}\n{}\n\n", section.name, section.doc);
    table(section.name);
    text += "\n";
  }
  text += "### At the top\n";
  table("");
  if (keys.refused.empty()) return text;
  text += "\n### Known, and refused\n| key | what to do |\n|---|---|\n";
  for (const RefusedKey& key : keys.refused) {
    text += fmt::format("| `{}{}` | {} |\n", key.section.empty() ? "" : key.section + ".", key.name,
                        key.reason);
  }
  return text;
}

}  // namespace sluice::config
