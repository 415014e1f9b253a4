// SPDX-License-Identifier: Apache-2.0
//
// What a batch costs in its table: one version with one file and the transaction, put if absent and
// flushed to the disk that TMPDIR names. The log of a fresh table grows while it is measured, as a
// query's does. BM_CommitMaintained waits for the table checkpoint and the .crc that are due every 10
// versions; a query goes on meanwhile.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "delta/table.h"

namespace sluice::delta {

namespace {

Schema FourteenColumns() {
  Schema schema;
  for (int i = 0; i < 14; ++i)
    schema.fields.push_back({"column_" + std::to_string(i), DataType(TypeKind::kLong)});
  return schema;
}

// With bounds and null counts of every column, as the writer makes them.
std::string StatsOf(const Schema& schema) {
  std::string bounds, nulls;
  for (const Field& field : schema.fields) {
    const std::string name = (bounds.empty() ? "\"" : ",\"") + field.name;
    bounds += name + "\":1234567";
    nulls += name + "\":0";
  }
  return R"({"numRecords":100000,"minValues":{)" + bounds + R"(},"maxValues":{)" + bounds +
         R"(},"nullCount":{)" + nulls + "}}";
}

[[noreturn]] void GiveUp(const Status& status) {
  std::cerr << status.ToString() << "\n";
  std::abort();
}

// A new table in a directory of its own, removed at the end.
class BenchTable {
 public:
  BenchTable() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-delta-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    directory_ = name;
    auto table = CreateTable((directory_ / "table").string(), {FourteenColumns(), {}, {}});
    if (!table.ok()) GiveUp(table.status());
    table_ = std::move(table).value();
    request_.app_id = "6d2c0a3e-0000-4000-8000-000000000001";
    request_.engine_info = "Sluice/bench";
    request_.num_output_rows = 100'000;
    DataFile file;
    file.size_bytes = request_.num_output_bytes = 4 << 20;
    file.modification_time_ms = 1'700'000'000'000;
    file.stats_json = StatsOf(FourteenColumns());
    request_.files.push_back(std::move(file));
  }

  ~BenchTable() {
    table_.reset();
    std::error_code error;
    std::filesystem::remove_all(directory_, error);
  }

  void CommitNextBatch() {
    request_.batch = BatchId{next_batch_++};
    request_.files[0].path = "part-00000-" + std::to_string(next_batch_) + ".c000.zstd.parquet";
    const auto outcome = table_->Append(request_);
    if (!outcome.ok()) GiveUp(outcome.status());
  }

  void Maintain() {
    table_->Maintain();
    table_->FinishMaintenance({});
    for (const std::string& warning : table_->TakeWarnings()) std::cerr << warning << "\n";
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Table> table_;
  AppendRequest request_;
  int64_t next_batch_ = 0;
};

void BM_Commit(benchmark::State& state) {
  BenchTable table;
  for (auto _ : state) table.CommitNextBatch();
  state.SetItemsProcessed(state.iterations());
}
// A fixed number, so that the log is as long on every machine; CPU time is the process's, since the
// bridge works on threads of its own.
BENCHMARK(BM_Commit)
    ->Iterations(200)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void BM_CommitMaintained(benchmark::State& state) {
  BenchTable table;
  for (auto _ : state) {
    table.CommitNextBatch();
    table.Maintain();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CommitMaintained)
    ->Iterations(200)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace

}  // namespace sluice::delta
