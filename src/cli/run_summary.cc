// SPDX-License-Identifier: Apache-2.0
#include "cli/run_summary.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "cli/shell_words.h"
#include "cli/status_line.h"
#include "core/value_text.h"
#include "delta/table_directory.h"
#include "monitor/process_stats.h"

namespace sluice::cli {

namespace {

// Of this process so far.
struct Usage {
  double cpu_seconds = 0;
  int64_t peak_bytes = 0;
};

Usage ReadUsage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          monitor::ReadProcessStats().peak_resident_bytes};
}

std::string TablePath(const config::JobConfig& job) {
  const auto path = delta::ResolveTablePath(job.query.table_path);
  return path.ok() ? *path : job.query.table_path;
}

std::string Figures(const RunTotals& totals, const Usage& usage) {
  const double seconds = totals.elapsed_seconds;
  std::string text = fmt::format(
      "{} records, {} rows in {} batches, {} files ({}) in {}; {} rows/s; CPU {:.1f} s; peak "
      "memory {}",
      WithThousands(totals.records), WithThousands(totals.rows), WithThousands(totals.batches),
      WithThousands(totals.files), HumanBytes(totals.file_bytes), HumanDuration(seconds),
      WithThousands(
          static_cast<int64_t>(seconds > 0 ? static_cast<double>(totals.rows) / seconds : 0)),
      usage.cpu_seconds, HumanBytes(usage.peak_bytes));
  if (totals.rejects > 0) text += fmt::format("; {} bad records", WithThousands(totals.rejects));
  if (totals.unmatched > 0)
    text += fmt::format("; {} records without a declared key", WithThousands(totals.unmatched));
  return text;
}

std::vector<monitor::LogField> Fields(const config::JobConfig& job, const RunTotals& totals,
                                      const Usage& usage) {
  std::vector<monitor::LogField> fields = {{"records", totals.records},
                                           {"rows", totals.rows},
                                           {"batches", totals.batches},
                                           {"files", totals.files},
                                           {"file_bytes", totals.file_bytes},
                                           {"rejects", totals.rejects},
                                           {"unmatched", totals.unmatched},
                                           {"elapsed_seconds", totals.elapsed_seconds},
                                           {"process_cpu_seconds", usage.cpu_seconds},
                                           {"peak_memory_bytes", usage.peak_bytes},
                                           {"table", TablePath(job)}};
  if (totals.table_version >= 0) fields.push_back({"version", totals.table_version});
  return fields;
}

}  // namespace

std::string FormatSummary(const config::JobConfig& job, const RunTotals& totals) {
  std::string text = Figures(totals, ReadUsage());
  if (totals.table_version < 0) return text + "\nno batch was committed by this run";
  const std::string path = TablePath(job);
  text += fmt::format("\nThe table {} is at version {}. To read it:\n", path, totals.table_version);
  text += fmt::format("  {} table show {}\n", CallOfThisProgram(), ShellWord(path));
  text += fmt::format(
      "  duckdb -c \"INSTALL delta; LOAD delta; SELECT count(*) FROM delta_scan('{}')\"\n", path);
  text += fmt::format(
      "  python -c \"from deltalake import DeltaTable; "
      "print(DeltaTable('{}').to_pyarrow_table().num_rows)\"\n",
      path);
  text += fmt::format("  spark.read.format(\"delta\").load(\"{}\").show()", path);
  return text;
}

void TellSummary(JobOutput& output, const config::JobConfig& job, const RunTotals& totals) {
  if (!output.log().writes_json()) {
    output.console().Line(FormatSummary(job, totals));
    return;
  }
  const Usage usage = ReadUsage();
  output.log().Write(monitor::LogLevel::kInfo, "summary", Figures(totals, usage),
                     Fields(job, totals, usage));
}

}  // namespace sluice::cli
