// SPDX-License-Identifier: Apache-2.0
#include "delta/foreign_commit.h"

#include <nlohmann/json.hpp>

#include "delta/log_damage.h"

namespace sluice::delta {

namespace {

using Json = nlohmann::json;

// File actions are nearly all of a commit's text, and none of them concerns a blind append.
bool IsFileAction(std::string_view line) {
  for (const std::string_view start : {"{\"add\":", "{\"remove\":", "{\"cdc\":"}) {
    if (line.starts_with(start)) return true;
  }
  return false;
}

// A text that holds JSON, as every parameter is a text.
std::map<std::string, std::string> TopicIdsOf(const std::string& text) {
  std::map<std::string, std::string> ids;
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return ids;
  for (const auto& [topic, id] : object.items()) {
    if (id.is_string()) ids[topic] = id.get<std::string>();
  }
  return ids;
}

BatchOrigin OriginOf(const Json& info) {
  BatchOrigin origin;
  const auto parameters = info.find("operationParameters");
  if (parameters == info.end() || !parameters->is_object()) return origin;
  const auto text_of = [&](const char* name) {
    const auto text = parameters->find(name);
    return text != parameters->end() && text->is_string() ? text->get<std::string>() : "";
  };
  origin.topic_ids = TopicIdsOf(text_of(kTopicIdsParameter));
  origin.end_offsets = text_of(kEndOffsetsParameter);
  return origin;
}

void Apply(const Json& action, const std::string& app_id, ForeignCommit* commit) {
  if (const auto info = action.find("commitInfo"); info != action.end() && info->is_object()) {
    commit->txn_id = info->value("txnId", "");
    commit->engine_info = info->value("engineInfo", "");
    commit->operation = info->value("operation", "");
    commit->origin = OriginOf(*info);
  }
  if (const auto txn = action.find("txn"); txn != action.end() && txn->at("appId") == app_id) {
    commit->batch = BatchId{txn->at("version").get<int64_t>()};
  }
  commit->changes_metadata |= action.contains("metaData");
  commit->changes_protocol |= action.contains("protocol");
}

}  // namespace

Result<ForeignCommit> ParseForeignCommit(std::string_view ndjson, const std::string& app_id) {
  ForeignCommit commit;
  try {
    while (!ndjson.empty()) {
      const std::string_view line = ndjson.substr(0, ndjson.find('\n'));
      ndjson.remove_prefix(std::min(line.size() + 1, ndjson.size()));
      if (line.empty() || IsFileAction(line)) continue;
      Apply(Json::parse(line), app_id, &commit);
    }
  } catch (const Json::exception& error) {
    return Status::Stop("TABLE_LOG.UNREADABLE",
                        std::string("a commit is no valid JSON: ") + error.what());
  }
  return commit;
}

Result<ForeignCommit> ReadForeignCommit(Bridge& bridge, TableVersion version,
                                        const std::string& app_id) {
  SLUICE_ASSIGN_OR_RETURN(const std::string text, bridge.ReadCommit(version));
  auto commit = ParseForeignCommit(text, app_id);
  if (!commit.ok()) return DamagedCommit(version);
  return commit;
}

}  // namespace sluice::delta
