// SPDX-License-Identifier: Apache-2.0
//
// What the SQL costs: batches of 65,536 rows of 14 columns, as decoded from one-entity messages.
// `cpu_s_per_M` is CPU seconds per million rows of input.
#include <benchmark/benchmark.h>

#include <string>

#include "core/testing/columns_builder.h"
#include "transform/duckdb_transform.h"
#include "transform/testing/sql_run.h"

namespace sluice::transform {
namespace {

constexpr int kRows = 65'536;

Schema Positions() {
  return Schema{{{"event_id", DataType(TypeKind::kLong)},
                 {"ts", DataType(TypeKind::kTimestamp)},
                 {"vehicle_id", DataType(TypeKind::kString)},
                 {"label", DataType(TypeKind::kString)},
                 {"trip_id", DataType(TypeKind::kString)},
                 {"route_id", DataType(TypeKind::kString)},
                 {"status", DataType(TypeKind::kString)},
                 {"lat", DataType(TypeKind::kDouble)},
                 {"lon", DataType(TypeKind::kDouble)},
                 {"speed", DataType(TypeKind::kDouble)},
                 {"bearing", DataType(TypeKind::kDouble)},
                 {"stop_sequence", DataType(TypeKind::kInt)},
                 {"occupancy", DataType(TypeKind::kInt)},
                 {"odometer", DataType(TypeKind::kLong)}}};
}

std::string Row(int i) {
  const std::string n = std::to_string(i);
  return R"({"event_id":)" + n + R"(,"ts":)" +
         std::to_string(1'700'000'000'000'000LL + i * 1'000LL) + R"(,"vehicle_id":"vehicle-)" +
         std::to_string(i % 700) + R"(","label":"Line )" + std::to_string(i % 40) +
         R"(","trip_id":"trip-2024-03-10-)" + std::to_string(i % 5000) + R"(","route_id":"r)" +
         std::to_string(i % 40) + R"(","status":")" +
         (i % 3 == 0 ? "STOPPED_AT" : "IN_TRANSIT_TO") + R"(","lat":)" +
         std::to_string(52.0 + i % 1000 * 0.0007) + R"(,"lon":)" +
         std::to_string(13.0 + i % 999 * 0.0003) + R"(,"speed":)" +
         (i % 8 == 0 ? "null" : std::to_string(i % 30 + 0.5)) + R"(,"bearing":)" +
         std::to_string(i % 360) + R"(,"stop_sequence":)" + std::to_string(i % 50) +
         R"(,"occupancy":)" + (i % 7 == 0 ? "null" : std::to_string(i % 5)) + R"(,"odometer":)" +
         std::to_string(i * 17L) + "}";
}

// Shared by all benchmarks: building it takes longer than running them.
const Columns& Batch() {
  static const Columns kBatch = [] {
    std::string rows;
    for (int i = 0; i < kRows; ++i) rows += Row(i);
    return BuildColumns(Positions(), rows);
  }();
  return kBatch;
}

// A view of the shared batch, which is never released.
Columns View() {
  ArrowArray array = Batch().array();
  array.release = [](ArrowArray* view) { view->release = nullptr; };
  return Columns(Batch().shared_schema(), array);
}

void RunAll(benchmark::State& state, Transform& transform) {
  for (auto _ : state) {
    auto out = transform.Run(PickUsed(View(), transform), {});
    if (!out.ok()) return state.SkipWithError(out.status().message().c_str());
    benchmark::DoNotOptimize(out->data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["cpu_s_per_M"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kRows / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetLabel(transform.engine());
}

// By the engine that Make() picks.
void BM_Sql(benchmark::State& state, const std::string& sql) {
  auto transform = Transform::Make({.sql = sql}, Positions());
  if (!transform.ok()) return state.SkipWithError(transform.status().message().c_str());
  RunAll(state, **transform);
}

// By DuckDB, though it could be done without.
void BM_Duckdb(benchmark::State& state, const std::string& sql) {
  auto transform = DuckdbTransform::Make({.sql = sql}, std::make_shared<const Schema>(Positions()),
                                         /*allow_split=*/false);
  if (!transform.ok()) return state.SkipWithError(transform.status().message().c_str());
  RunAll(state, **transform);
}

void BM_Make(benchmark::State& state) {
  for (auto _ : state) {
    auto transform = Transform::Make({.sql = "SELECT upper(status) AS s FROM input"}, Positions());
    benchmark::DoNotOptimize(&transform);
  }
}

const std::string kCompute =
    "SELECT *, CAST(ts AS DATE) AS service_date, round(speed * 3.6, 1) AS speed_kmh FROM input ";

BENCHMARK_CAPTURE(BM_Sql, pass_through, "");
BENCHMARK_CAPTURE(BM_Sql, pick_and_widen,
                  "SELECT event_id, CAST(occupancy AS BIGINT) AS occupancy, lat FROM input");
BENCHMARK_CAPTURE(BM_Duckdb, select_all, "SELECT * FROM input");
BENCHMARK_CAPTURE(BM_Duckdb, five_columns,
                  "SELECT event_id, ts, lat * 1.1 AS x, vehicle_id, upper(status) AS s FROM input "
                  "WHERE status <> 'STOPPED_AT'");
BENCHMARK_CAPTURE(BM_Sql, compute_two, kCompute);
BENCHMARK_CAPTURE(BM_Sql, compute_two_keep_88_percent, kCompute + "WHERE speed IS NOT NULL");
BENCHMARK_CAPTURE(BM_Duckdb, compute_two_keep_88_percent, kCompute + "WHERE speed IS NOT NULL");
BENCHMARK_CAPTURE(BM_Sql, compute_two_keep_10_percent, kCompute + "WHERE speed > 26");
BENCHMARK_CAPTURE(BM_Sql, group_by,
                  "SELECT route_id, count(*) AS n, avg(speed) AS s FROM input GROUP BY route_id");
BENCHMARK(BM_Make)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::transform
