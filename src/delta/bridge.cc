// SPDX-License-Identifier: Apache-2.0
#include "delta/bridge.h"

#include <nlohmann/json.hpp>

#include "delta/log_damage.h"
#include "delta/path_encoding.h"
#include "delta_bridge.h"

namespace sluice::delta {

namespace {

// Receives the error of one call: `return call.Finish(db_x(..., call.error()));`
class Call {
 public:
  explicit Call(std::string what) : what_(std::move(what)) {}
  db_error* error() { return &error_; }

  Status Finish(int32_t code) {
    if (code == DB_OK) return Status::Ok();
    std::string text =
        what_ + ": " +
        (error_.message != nullptr ? WithoutBacktrace(error_.message) : "no reason given");
    db_string_free(error_.message);
    return ToStatus(code, std::move(text));
  }

 private:
  // With RUST_BACKTRACE=1 the kernel's reasons end in "\n   0: std::backtrace...", for nobody's use.
  static std::string WithoutBacktrace(std::string text) {
    const size_t frame = text.find("\n   0: ");
    if (frame != std::string::npos) text.resize(frame);
    return text;
  }

  static Status ToStatus(int32_t code, std::string text) {
    switch (code) {
      case DB_NOT_FOUND: return Status::Stop("TABLE_LOG.NOT_FOUND", std::move(text));
      case DB_UNSUPPORTED: return Status::Stop("UNSUPPORTED_FEATURE", std::move(text));
      case DB_CORRUPT: return Status::Stop("TABLE_LOG.UNREADABLE", std::move(text));
      case DB_NO_SPACE: return Status::Retry("NO_SPACE", std::move(text));
      case DB_PERMISSION: return Status::Stop("NOT_WRITABLE", std::move(text));
      case DB_IO: return Status::Retry("STORAGE", std::move(text));
      default: return Status::Stop("INTERNAL", std::move(text));
    }
  }

  std::string what_;
  db_error error_{};
};

Snapshot Own(db_snapshot* raw) {
  return {raw, [](const db_snapshot* s) { db_snapshot_free(const_cast<db_snapshot*>(s)); }};
}

std::string TakeString(char* raw) {
  std::string text = raw != nullptr ? raw : "";
  db_string_free(raw);
  return text;
}

std::vector<db_kv> ToPairs(const TextPairs& pairs) {
  std::vector<db_kv> out;
  out.reserve(pairs.size());
  for (const auto& [key, value] : pairs) out.push_back({key.c_str(), value.c_str()});
  return out;
}

// The C view of the added files; borrows from the files and owns what had to be rewritten.
struct Adds {
  explicit Adds(const std::vector<DataFile>& files) {
    paths.reserve(files.size());
    partitions.reserve(files.size());
    for (const DataFile& file : files) Append(file);
  }

  void Append(const DataFile& file) {
    paths.push_back(UriEncode(file.path));
    auto& values = partitions.emplace_back();
    for (const auto& [key, value] : file.partition_values) {
      values.push_back({key.c_str(), value ? value->c_str() : nullptr});
    }
    rows.push_back({paths.back().c_str(), values.data(), values.size(), file.size_bytes,
                    file.modification_time_ms,
                    file.stats_json.empty() ? nullptr : file.stats_json.c_str()});
  }

  std::vector<std::string> paths;
  std::vector<std::vector<db_kv>> partitions;
  std::vector<db_add> rows;
};

// The C view of new columns; borrows from them.
struct NewColumns {
  explicit NewColumns(const std::vector<ColumnToAdd>& columns) {
    parents.reserve(columns.size());
    for (const ColumnToAdd& column : columns) {
      auto& parent = parents.emplace_back();
      for (const std::string& name : column.parent) parent.push_back(name.c_str());
      rows.push_back({parent.data(), parent.size(), column.field_json.c_str()});
    }
  }

  std::vector<std::vector<const char*>> parents;
  std::vector<db_new_column> rows;
};

std::string_view View(const db_text& text) { return {text.data, text.len}; }

int64_t NumRecords(const std::string& stats_json) {
  if (stats_json.empty()) return -1;
  const auto stats = nlohmann::json::parse(stats_json, nullptr, false);
  if (!stats.is_object()) return -1;
  const auto records = stats.find("numRecords");
  return records != stats.end() && records->is_number_integer() ? records->get<int64_t>() : -1;
}

LiveFile ToLiveFile(const db_file& raw) {
  LiveFile file;
  file.path = UriDecode(View(raw.path));
  for (size_t i = 0; i < raw.n_partition_values; ++i) {
    const db_text& value = raw.partition_values[i];
    auto& [key, text] =
        file.partition_values.emplace_back(View(raw.partition_keys[i]), std::nullopt);
    if (value.data != nullptr) text = View(value);
  }
  file.size_bytes = raw.size;
  file.modification_time_ms = raw.modification_time_ms;
  file.deleted_rows = raw.deleted_rows;
  if (raw.stats_json.data != nullptr) file.stats_json = View(raw.stats_json);
  file.num_records = NumRecords(file.stats_json);
  return file;
}

class KernelBridge : public Bridge {
 public:
  KernelBridge(std::string path, db_engine* engine)
      : path_(std::move(path)), engine_(engine, &db_engine_free) {}

  Result<Snapshot> Load(std::optional<TableVersion> version) override {
    return Get("reading the table", [&](db_snapshot** out, db_error* error) {
      return db_snapshot_load(engine_.get(), version ? version->value : -1, out, error);
    });
  }
  Result<Snapshot> Refresh(const Snapshot& base) override {
    return Get("refreshing the table", [&](db_snapshot** out, db_error* error) {
      return db_snapshot_refresh(engine_.get(), base.get(), out, error);
    });
  }
  Result<Snapshot> Adopt(const Snapshot& newest, const Snapshot& maintained) override {
    return Get("adopting a table checkpoint", [&](db_snapshot** out, db_error* error) {
      return db_snapshot_adopt(engine_.get(), newest.get(), maintained.get(), out, error);
    });
  }
  Result<Snapshot> WriteCheckpoint(const Snapshot& snapshot) override {
    return Get("writing a table checkpoint", [&](db_snapshot** out, db_error* error) {
      return db_checkpoint(engine_.get(), snapshot.get(), out, error);
    });
  }
  Result<Snapshot> WriteChecksum(const Snapshot& snapshot) override {
    return Get("writing a version checksum", [&](db_snapshot** out, db_error* error) {
      return db_checksum(engine_.get(), snapshot.get(), out, error);
    });
  }

  Result<std::optional<BatchId>> LastBatch(const Snapshot& snapshot,
                                           const std::string& app_id) override {
    Call call = Named("looking for the last transaction of " + app_id);
    int64_t version = 0;
    bool found = false;
    const int32_t code = db_app_version(engine_.get(), snapshot.get(), app_id.c_str(), &version,
                                        &found, call.error());
    SLUICE_RETURN_IF_ERROR(WithDamagedFile(*this, call.Finish(code)));
    return found ? std::optional(BatchId{version}) : std::nullopt;
  }

  Result<std::vector<std::vector<std::string>>> StatsColumns(
      const Snapshot& base, const std::vector<ColumnToAdd>& added) override {
    const NewColumns columns(added);
    Call call = Named("asking for the columns with statistics");
    char* text = nullptr;
    SLUICE_RETURN_IF_ERROR(call.Finish(db_stats_columns(
        engine_.get(), base.get(), columns.rows.data(), columns.rows.size(), &text, call.error())));
    return nlohmann::json::parse(TakeString(text)).get<std::vector<std::vector<std::string>>>();
  }

  Result<CommitAttempt> Commit(const Snapshot& base, const CommitSpec& spec) override {
    const Adds adds(spec.files);
    const auto parameters = ToPairs(spec.operation_parameters);
    const auto metrics = ToPairs(spec.operation_metrics);
    const NewColumns columns(spec.new_columns);
    const db_commit_spec raw{
        spec.txn_id.c_str(), spec.engine_info.c_str(), "Serializable",   true,
        parameters.data(),   parameters.size(),        metrics.data(),   metrics.size(),
        spec.app_id.c_str(), spec.batch.value,         adds.rows.data(), adds.rows.size(),
        columns.rows.data(), columns.rows.size()};
    Call call = Named("committing batch " + std::to_string(spec.batch.value));
    db_commit_result result{};
    const int32_t code = db_commit(engine_.get(), base.get(), &raw, &result, call.error());
    Snapshot after = result.after != nullptr ? Own(result.after) : nullptr;
    SLUICE_RETURN_IF_ERROR(call.Finish(code));
    return CommitAttempt{
        ToKind(result.outcome), {static_cast<int64_t>(result.version)}, std::move(after)};
  }

  Result<CommitAttempt::Kind> PutCommit(TableVersion version, std::string_view ndjson) override {
    Call call = Named("writing version " + std::to_string(version.value));
    int32_t outcome = DB_UNKNOWN;
    SLUICE_RETURN_IF_ERROR(
        call.Finish(db_put_commit(engine_.get(), static_cast<uint64_t>(version.value),
                                  ndjson.data(), ndjson.size(), &outcome, call.error())));
    return ToKind(outcome);
  }

  Result<std::string> ReadCommit(TableVersion version) override {
    Call call = Named("reading version " + std::to_string(version.value));
    char* text = nullptr;
    SLUICE_RETURN_IF_ERROR(call.Finish(
        db_read_commit(engine_.get(), static_cast<uint64_t>(version.value), &text, call.error())));
    return TakeString(text);
  }

  Status ForEachFile(const Snapshot& snapshot,
                     const std::function<void(LiveFile)>& visit) override {
    Call call = Named("listing the files");
    const auto receive = [](void* context, const db_file* file) {
      (*static_cast<const std::function<void(LiveFile)>*>(context))(ToLiveFile(*file));
    };
    void* context = const_cast<void*>(static_cast<const void*>(&visit));
    const int32_t code = db_files(engine_.get(), snapshot.get(), receive, context, call.error());
    return WithDamagedFile(*this, call.Finish(code));
  }

  Result<std::vector<LogObject>> ListLog() override {
    Call call = Named("listing the log");
    std::vector<LogObject> objects;
    const auto receive = [](void* context, const char* path, size_t length, int64_t size,
                            int64_t time_ms) {
      static_cast<std::vector<LogObject>*>(context)->push_back(
          {std::string(path, length), size, time_ms});
    };
    SLUICE_RETURN_IF_ERROR(
        call.Finish(db_list(engine_.get(), "_delta_log", receive, &objects, call.error())));
    return objects;
  }

  Status Delete(const std::string& path) override {
    Call call = Named("deleting " + path);
    return call.Finish(db_delete(engine_.get(), path.c_str(), call.error()));
  }

 private:
  Call Named(const std::string& what) const { return Call("table " + path_ + ": " + what); }

  template <typename Function>
  Result<Snapshot> Get(const char* what, Function function) {
    Call call = Named(what);
    db_snapshot* raw = nullptr;
    SLUICE_RETURN_IF_ERROR(WithDamagedFile(*this, call.Finish(function(&raw, call.error()))));
    return Own(raw);
  }

  static CommitAttempt::Kind ToKind(int32_t outcome) {
    if (outcome == DB_COMMITTED) return CommitAttempt::Kind::kCommitted;
    return outcome == DB_CONFLICT ? CommitAttempt::Kind::kConflict : CommitAttempt::Kind::kUnknown;
  }

  std::string path_;
  std::unique_ptr<db_engine, void (*)(db_engine*)> engine_;
};

void AddFeatures(const nlohmann::json& list, std::vector<std::string>* features) {
  if (!list.is_array()) return;
  for (const auto& feature : list) {
    auto name = feature.get<std::string>();
    if (std::find(features->begin(), features->end(), name) == features->end())
      features->push_back(std::move(name));
  }
}

SnapshotInfo ToInfo(const nlohmann::json& raw) {
  SnapshotInfo info;
  info.version = {raw.at("version").get<int64_t>()};
  info.id = raw.at("id").get<std::string>();
  info.schema_json = raw.at("schema").get<std::string>();
  info.partition_columns = raw.at("partitionColumns").get<std::vector<std::string>>();
  for (const auto& [key, value] : raw.at("configuration").items()) {
    info.configuration.emplace_back(key, value.get<std::string>());
  }
  info.min_reader_version = raw.at("minReaderVersion").get<int>();
  info.min_writer_version = raw.at("minWriterVersion").get<int>();
  AddFeatures(raw.at("readerFeatures"), &info.features);
  AddFeatures(raw.at("writerFeatures"), &info.features);
  info.substituted = raw.at("substituted").get<bool>();
  if (raw.at("refused").is_string()) info.refused = raw.at("refused").get<std::string>();
  const auto& checkpoint = raw.at("checkpointVersion");
  if (checkpoint.is_number()) info.checkpoint = TableVersion{checkpoint.get<int64_t>()};
  info.has_checksum = raw.at("checksumAtVersion").get<bool>();
  return info;
}

}  // namespace

Result<std::shared_ptr<Bridge>> OpenBridge(const std::string& path) {
  Call call("table " + path);
  db_engine* engine = nullptr;
  SLUICE_RETURN_IF_ERROR(call.Finish(db_engine_open(path.c_str(), &engine, call.error())));
  return std::shared_ptr<Bridge>(std::make_shared<KernelBridge>(path, engine));
}

TableVersion VersionOf(const Snapshot& snapshot) {
  return {static_cast<int64_t>(db_snapshot_version(snapshot.get()))};
}

Result<SnapshotInfo> Describe(const Snapshot& snapshot) {
  Call call("describing a table version");
  char* text = nullptr;
  SLUICE_RETURN_IF_ERROR(call.Finish(db_snapshot_info(snapshot.get(), &text, call.error())));
  try {
    return ToInfo(nlohmann::json::parse(TakeString(text)));
  } catch (const nlohmann::json::exception& error) {
    return Status::Stop(
        "INTERNAL", std::string("the bridge's description of a table is wrong: ") + error.what());
  }
}

}  // namespace sluice::delta
