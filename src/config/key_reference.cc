// SPDX-License-Identifier: Apache-2.0
#include "config/key_reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "config/key_table.h"
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

Json ObjectSchema(const std::string& section, const std::string& doc) {
  Json object = Json::object();
  if (!doc.empty()) object["description"] = doc;
  object["type"] = Json::array({"object", "null"});
  object["properties"] = Json::object();
  for (const KeySpec& key : KeyTable()) {
    if (key.section == section) object["properties"][key.name] = KeyEntry(key);
  }
  object["additionalProperties"] = false;
  return object;
}

}  // namespace

std::string KeySchema() {
  Json root = ObjectSchema("", "");
  root.update(Json{{"type", "object"}});
  for (const SectionSpec& section : Sections()) {
    Json object = ObjectSchema(section.name, section.doc);
    const size_t dot = section.name.find('.');
    if (dot == std::string::npos) {
      root["properties"][section.name] = std::move(object);
    } else {
      root["properties"][section.name.substr(0, dot)]["properties"][section.name.substr(dot + 1)] =
          std::move(object);
    }
  }
  Json& source = root["properties"]["source"];
  source["patternProperties"]["^kafka\\."] = {
      {"description", "Option of the Kafka client under its Java name."},
      {"type", Json::array({"string", "number", "boolean"})}};
  source["required"] = Json::array({"kafka.bootstrap.servers"});
  root["properties"]["sink"]["required"] = Json::array({"path", "checkpointLocation"});
  root["patternProperties"]["^[A-Z][A-Z0-9_]*$"] = {
      {"description", "A variable, used as ${NAME}; .env and the environment go before it."},
      {"type", Json::array({"string", "number", "boolean"})}};
  root["required"] = Json::array({"source", "sink"});
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "Configuration of a Sluice job"}};
  schema.update(root);
  return schema.dump(2) + "\n";
}

std::string KeyMarkdown() {
  std::string text;
  const auto table = [&](const std::string& section) {
    text += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const KeySpec& key : KeyTable()) {
      if (key.section != section) continue;
      const std::string standard = key.default_text.empty() ? (key.required ? "required" : "-")
                                                            : "`" + key.default_text + "`";
      text +=
          fmt::format("| `{}` | {} | {} | {} |\n", key.name, Expectation(key), standard, key.doc);
    }
  };
  for (const SectionSpec& section : Sections()) {
    text += fmt::format("### {}\n{}\n\n", section.name, section.doc);
    table(section.name);
    text += "\n";
  }
  text += "### At the top\n";
  table("");
  text += "\n### Known, and refused\n| key | what to do |\n|---|---|\n";
  for (const RefusedKey& key : RefusedKeys()) {
    text += fmt::format("| `{}{}` | {} |\n", key.section.empty() ? "" : key.section + ".", key.name,
                        key.reason);
  }
  return text;
}

}  // namespace sluice::config
