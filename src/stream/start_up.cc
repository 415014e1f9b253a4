// SPDX-License-Identifier: Apache-2.0
#include "stream/start_up.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::stream {

namespace {

using checkpoint::Recovery;

checkpoint::ScalaVersion ScalaOf(const QueryOptions& options) {
  return options.scala == "2.13" ? checkpoint::ScalaVersion::k213 : checkpoint::ScalaVersion::k212;
}

// Null when there is no table yet.
Result<std::unique_ptr<delta::Table>> OpenIfThere(const QueryOptions& options,
                                                  const QueryParts& parts, Patience& patience,
                                                  const std::stop_token& stop) {
  using Table = std::unique_ptr<delta::Table>;
  auto table = ResultWithRetries<Table>(patience, stop,
                                        [&] { return parts.open_table(options.table_path); });
  if (!table.ok() && table.status().code() == "NO_TABLE") return Table();
  return table;
}

Result<std::unique_ptr<delta::Table>> Create(const QueryOptions& options, const QueryParts& parts,
                                             const Schema& output, Patience& patience,
                                             const std::stop_token& stop) {
  delta::CreateRequest request;
  request.schema = output;
  request.partition_columns = options.partition_by;
  return ResultWithRetries<std::unique_ptr<delta::Table>>(
      patience, stop, [&] { return parts.create_table(options.table_path, request); });
}

// A new query over a table that somebody wrote to: perhaps a second query, which Delta allows, perhaps
// the same one whose checkpoint was deleted. Only a person can tell.
void WarnOfForeignTable(const Opened& opened, const QueryOptions& options, ListenerGate& gate) {
  if (!options.warn_of_foreign_table) return;
  if (opened.recovery.kind != Recovery::Kind::kBegin || opened.table->info().version.value == 0)
    return;
  gate.Warning(
      {"TABLE_WITHOUT_CHECKPOINT",
       "the table " + options.table_path + " is at version " +
           std::to_string(opened.table->info().version.value) + " already, but the checkpoint " +
           options.checkpoint_location +
           " is new: this query begins at startingOffsets and appends. If an earlier run of it "
           "wrote those rows they will be there twice: then stop, and restore its checkpoint "
           "or begin an empty table"});
}

std::string Topics(const std::set<std::string>& topics) {
  std::string text;
  for (const std::string& topic : topics) text += (text.empty() ? "" : ", ") + topic;
  return text;
}

}  // namespace

std::set<std::string> TopicsOf(const OffsetMap& offsets) {
  std::set<std::string> topics;
  for (const auto& [partition, offset] : offsets) topics.insert(partition.topic);
  return topics;
}

Result<Opened> OpenQuery(const QueryOptions& options, const QueryParts& parts, const Schema& output,
                         std::shared_ptr<checkpoint::Storage> storage, Patience& patience,
                         const std::stop_token& stop) {
  using CheckpointPtr = std::unique_ptr<checkpoint::Checkpoint>;
  Opened opened;
  SLUICE_ASSIGN_OR_RETURN(opened.checkpoint, ResultWithRetries<CheckpointPtr>(patience, stop, [&] {
                            return checkpoint::Checkpoint::Open(storage, ScalaOf(options));
                          }));
  SLUICE_ASSIGN_OR_RETURN(opened.table, OpenIfThere(options, parts, patience, stop));
  checkpoint::TableFacts facts{options.table_path, opened.table != nullptr, std::nullopt, ""};
  if (opened.table) {
    SLUICE_ASSIGN_OR_RETURN(facts.last_batch,
                            opened.table->LastBatch(opened.checkpoint->query_id()));
  }
  if (facts.last_batch) {
    SLUICE_ASSIGN_OR_RETURN(delta::BatchOrigin origin,
                            opened.table->LastOrigin(opened.checkpoint->query_id()));
    opened.topic_ids = std::move(origin.topic_ids);
    facts.last_end_offsets = std::move(origin.end_offsets);
  }
  SLUICE_ASSIGN_OR_RETURN(opened.recovery, Decide(opened.checkpoint->state(), facts));
  if (!opened.table) {
    SLUICE_ASSIGN_OR_RETURN(opened.table, Create(options, parts, output, patience, stop));
  }
  SLUICE_ASSIGN_OR_RETURN(opened.fit, delta::FitSchema(opened.table->info(), output,
                                                       options.partition_by, options.merge_schema));
  SLUICE_ASSIGN_OR_RETURN(opened.stats_columns, opened.table->StatsColumns(opened.fit.new_columns));
  WarnOfForeignTable(opened, options, patience.gate);
  return opened;
}

Status BeginQuery(Opened& opened, kafka::Source& source, Patience& patience,
                  const std::stop_token& stop) {
  checkpoint::Checkpoint& checkpoint = *opened.checkpoint;
  SLUICE_RETURN_IF_ERROR(WithRetries(patience, stop, [&] { return checkpoint.WriteMetadata(); }));
  if (opened.recovery.start) return Status::Ok();
  SLUICE_ASSIGN_OR_RETURN(opened.recovery.start, ResultWithRetries<OffsetMap>(patience, stop, [&] {
                            return source.StartingOffsets(stop);
                          }));
  return WithRetries(patience, stop,
                     [&] { return checkpoint.WriteInitialOffsets(*opened.recovery.start); });
}

Status CheckSameTopics(const std::string& checkpoint, const OffsetMap& start,
                       const std::set<std::string>& subscribed) {
  const std::set<std::string> recorded = TopicsOf(start);
  // Without any topic now it is they that are gone: the source tells of that as a loss of data.
  if (recorded.empty() || subscribed.empty()) return Status::Ok();
  const bool shared = std::any_of(recorded.begin(), recorded.end(), [&](const std::string& topic) {
    return subscribed.contains(topic);
  });
  if (shared) return Status::Ok();
  return Status::Stop("CHECKPOINT.OF_ANOTHER_QUERY",
                      "the checkpoint " + checkpoint + " has offsets of the topics " +
                          Topics(recorded) + ", this query subscribes to " + Topics(subscribed) +
                          ": it belongs to another query. No record was read or written. Correct "
                          "checkpointLocation or the subscription, or begin a new checkpoint");
}

}  // namespace sluice::stream
