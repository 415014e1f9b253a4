// SPDX-License-Identifier: Apache-2.0
#include "config/decode_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/key_lookup.h"
#include "config/key_table.h"
#include "config/typed_value.h"

namespace sluice::config {

namespace {

// Empty, or what is wrong.
std::string Apply(const std::string& name, const std::string& text, Draft& draft) {
  const KeySpec* key =
      name == "ansi" ? FindKey(JobKeys(), "", name) : FindKey(JobKeys(), "decode", name);
  if (!key) {
    const RefusedKey* refused = FindRefused(JobKeys(), "decode", name);
    return refused ? refused->reason : UnknownKeyMessage(JobKeys(), "decode", name);
  }
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = text;
  const auto value = ParseValue(*key, node);
  return value.ok() ? key->store(*value, draft) : value.status().message();
}

}  // namespace

Result<DecodeSettings> ParseDecodeSettings(
    const std::vector<std::pair<std::string, std::string>>& settings) {
  Draft draft;
  std::vector<std::string> mistakes;
  for (const auto& [name, text] : settings) {
    const std::string wrong = Apply(name, text, draft);
    if (!wrong.empty()) mistakes.push_back(fmt::format("{}: {}", name, wrong));
  }
  if (!draft.explode.empty() && !draft.explode_outer.empty())
    mistakes.emplace_back("explode_outer: contradicts explode: one of the two");
  if (!mistakes.empty())
    return Status::Exit("CONFIG", fmt::format("{}", fmt::join(mistakes, "\n")));
  decode::DecodeOptions options = draft.job.decode;
  options.explode_outer = !draft.explode_outer.empty();
  options.explode = options.explode_outer ? draft.explode_outer : draft.explode;
  return DecodeSettings{options, draft.ansi.value_or(IsAnsiBySparkVersion(options.spark_version))};
}

}  // namespace sluice::config
