// SPDX-License-Identifier: Apache-2.0
//
// What this folder adds to Arrow's Parquet writer: the same rows, the same options, ours and Arrow's
// alone ("floor"). rows/s are of CPU time; `bytes` is the size of the file of the last turn.
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <benchmark/benchmark.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "parquet/arrow_properties.h"
#include "parquet/testing/vehicle_positions.h"
#include "parquet/writer.h"

namespace sluice::parquet {

namespace {

constexpr int64_t kRows = 500'000;

const std::vector<Columns>& Batches(int64_t batch_rows) {
  static std::map<int64_t, std::vector<Columns>> made;
  std::vector<Columns>& batches = made[batch_rows];
  const bool fresh = batches.empty();
  for (int64_t i = 0; fresh && i < kRows; i += batch_rows) {
    batches.push_back(VehiclePositions(i, std::min(batch_rows, kRows - i)));
  }
  return batches;
}

void Check(const arrow::Status& status) {
  if (!status.ok()) std::abort();
}

// Counts what is written.
class NullSink : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }
  arrow::Result<int64_t> Tell() const override { return size_; }
  arrow::Status Write(const void*, int64_t size) override {
    size_ += size;
    return arrow::Status::OK();
  }

 private:
  int64_t size_ = 0;
};

WriterOptions Options(const benchmark::State& state) {
  WriterOptions options;
  options.encoding = state.range(1) != 0 ? "compact" : "compatible";
  return options;
}

void Report(benchmark::State& state, double bytes) {
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["cpu_s_per_M"] = benchmark::Counter(
      static_cast<double>(kRows) / 1e6,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["bytes"] = bytes;
}

void BM_Ours(benchmark::State& state) {
  const std::vector<Columns>& batches = Batches(state.range(0));
  const std::string root = std::filesystem::temp_directory_path() / "sluice_parquet_bench";
  std::filesystem::create_directories(root);
  auto writer = DataFileWriter::Make(root, VehiclePositionsSchema(), Options(state));
  double bytes = 0;
  for (auto _ : state) {
    (*writer)->Begin(BatchId{0}, 0);
    for (const Columns& batch : batches) {
      if (!(*writer)->Write(batch).ok()) std::abort();
    }
    bytes = static_cast<double>((*writer)->Finish()->at(0).size_bytes);
  }
  std::filesystem::remove_all(root);
  Report(state, bytes);
}

void BM_Floor(benchmark::State& state) {
  const Schema schema = VehiclePositionsSchema();
  EncodingChoice choice(schema, state.range(1) != 0);
  const auto arrow_schema = *FileSchema(schema);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (int64_t i = 0; i < kRows; i += state.range(0)) {
    Columns columns = VehiclePositions(i, std::min(state.range(0), kRows - i));
    if (i == 0) {
      std::vector<const ArrowArray*> views;
      for (size_t c = 0; c < columns.num_columns(); ++c) views.push_back(&columns.column(c));
      choice.Learn(views);
    }
    ArrowArray array = columns.Take();
    batches.push_back(*arrow::ImportRecordBatch(&array, arrow_schema));
  }
  double bytes = 0;
  for (auto _ : state) {
    auto sink = std::make_shared<NullSink>();
    auto writer = *::parquet::arrow::FileWriter::Open(*arrow_schema, FilePool(), sink,
                                                      FileProperties(Options(state), choice),
                                                      ConversionProperties());
    for (const auto& batch : batches) Check(writer->WriteRecordBatch(*batch));
    Check(writer->Close());
    bytes = static_cast<double>(*sink->Tell());
  }
  Report(state, bytes);
}

// Rows of 170 partitions in turn: the dearest case for gathering.
void BM_Partitioned(benchmark::State& state) {
  const std::vector<Columns>& batches = Batches(65'536);
  const std::string root = std::filesystem::temp_directory_path() / "sluice_parquet_bench";
  std::filesystem::create_directories(root);
  auto writer = DataFileWriter::Make(root, VehiclePositionsSchema(),
                                     {.partition_by = {"route_id"}, .max_open_files = 200});
  double bytes = 0;
  for (auto _ : state) {
    (*writer)->Begin(BatchId{0}, 0);
    for (const Columns& batch : batches) {
      if (!(*writer)->Write(batch).ok()) std::abort();
    }
    bytes = 0;
    const auto files = (*writer)->Finish();
    for (const DataFile& file : *files) bytes += static_cast<double>(file.size_bytes);
  }
  std::filesystem::remove_all(root);
  Report(state, bytes);
}
BENCHMARK(BM_Partitioned)->Unit(benchmark::kMillisecond);

#define SLUICE_PARQUET_BENCH(f)                           \
  BENCHMARK(f)                                            \
      ->ArgNames({"batch", "compact"})                    \
      ->ArgsProduct({{2048, 8192, 65536, kRows}, {0, 1}}) \
      ->Unit(benchmark::kMillisecond)
SLUICE_PARQUET_BENCH(BM_Ours);
SLUICE_PARQUET_BENCH(BM_Floor);

}  // namespace

}  // namespace sluice::parquet
