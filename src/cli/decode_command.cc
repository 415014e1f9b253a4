// SPDX-License-Identifier: Apache-2.0
#include "cli/decode_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "cli/exit_code.h"
#include "cli/message_files.h"
#include "cli/report_mistakes.h"
#include "cli/run_command.h"
#include "cli/stage_checks.h"
#include "config/decode_settings.h"
#include "core/clock.h"
#include "core/columns_json.h"
#include "decode/schema_ddl.h"

namespace sluice::cli {

namespace {

// A readable table has to be held until its widths are known.
constexpr int64_t kMaxTableRows = 10000;
constexpr size_t kMaxCellWidth = 40;

int Complain(const Status& status) {
  fmt::print(stderr, "sluice decode: {}\n", status.message());
  return ExitCodeOf(status);
}

Result<JobStages> JobFromArguments(const DecodeArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> settings = {{"schema", arguments.schema}};
  for (const std::string& option : arguments.options) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos) {
      return Status::Exit(
          "USAGE", fmt::format("--option {}: expected key=value, such as mode=FAILFAST", option));
    }
    settings.emplace_back(option.substr(0, equals), option.substr(equals + 1));
  }
  SLUICE_ASSIGN_OR_RETURN(config::DecodeSettings parsed, config::ParseDecodeSettings(settings));
  return JobStages{std::move(parsed.decode), false, arguments.sql, parsed.ansi};
}

// Nothing if the configuration has mistakes, which are printed.
std::optional<JobStages> JobFromConfig(const std::string& path) {
  const config::ConfigReport report = config::LoadJobConfig(
      path, ProcessEnvironment(), DecodeStageChecks(), config::Purpose::kDecode);
  PrintReport(report);
  if (!report.config) return std::nullopt;
  return StagesOf(*report.config);
}

class Printer {
 public:
  explicit Printer(bool as_table) : as_table_(as_table) {}

  Status Print(std::vector<Columns> batches) {
    for (Columns& columns : batches) {
      if (!as_table_) {
        SLUICE_RETURN_IF_ERROR(PrintLines(columns));
      } else if (columns.num_rows() > 0) {
        table_rows_ += columns.num_rows();
        table_.push_back(std::move(columns));
      }
    }
    if (table_rows_ > kMaxTableRows) {
      return Status::Exit(
          "INPUT", fmt::format("more than {} rows are too many for a table; use --format json",
                               kMaxTableRows));
    }
    return Status::Ok();
  }

  void Finish() const {
    if (!table_.empty()) fmt::print("{}", FormatTable(table_.data(), table_.size(), kMaxCellWidth));
    std::fflush(stdout);
  }

 private:
  Status PrintLines(const Columns& columns) {
    text_.clear();
    for (int64_t row = 0; row < columns.num_rows(); ++row) {
      AppendRowJson(columns, row, &text_);
      text_ += '\n';
    }
    if (std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size()) {
      return Status::Stop("OUTPUT", "standard output is closed");
    }
    return Status::Ok();
  }

  bool as_table_;
  std::vector<Columns> table_;
  int64_t table_rows_ = 0;
  std::string text_;
};

// Of all messages.
struct MessageCount {
  int64_t messages = 0;
  int64_t unmatched = 0;
};

Status DecodeBatch(BoundJob& job, const RecordBatch& records, int64_t now_ms, Printer& printer,
                   MessageCount& count) {
  SLUICE_ASSIGN_OR_RETURN(decode::Decoded decoded, job.decoder->Decode(records, {now_ms}));
  count.messages += decoded.records;
  count.unmatched += decoded.unmatched;
  for (const decode::Reject& reject : decoded.rejects) {
    fmt::print(stderr, "{}: message {}: {}: {}\n", records.topics[0],
               records.records[reject.record].offset + 1, decode::ToString(reject.reason),
               reject.detail);
  }
  SLUICE_ASSIGN_OR_RETURN(std::vector<Columns> rows,
                          job.transform->Run(std::move(decoded.columns), {now_ms}));
  return printer.Print(std::move(rows));
}

void TellUnmatched(const JobStages& job, const MessageCount& count) {
  if (count.unmatched == 0) return;
  std::string keys;
  const auto schema = decode::ParseDdl(job.decode.schema);
  for (const Field& field : schema.ok() ? schema->fields : std::vector<Field>()) {
    if (field.name == job.decode.column_name_of_corrupt_record) continue;
    keys += (keys.empty() ? "" : ", ") + field.name;
  }
  fmt::print(
      stderr,
      "{} of {} messages hold none of the keys that the schema declares ({}): {}. Keys have to "
      "match letter by letter, upper and lower case too\n",
      count.unmatched, count.messages, keys,
      job.decode.explode.empty() || job.decode.explode_outer ? "each gives a row of NULL"
                                                             : "they give no row");
}

}  // namespace

int DecodeCommand(const DecodeArguments& arguments) {
  JobStages job;
  if (arguments.schema.empty()) {
    const auto from_config = JobFromConfig(arguments.config);
    if (!from_config) return kExitConfiguration;
    job = *from_config;
  } else {
    auto from_arguments = JobFromArguments(arguments);
    if (!from_arguments.ok()) return Complain(from_arguments.status());
    job = std::move(from_arguments).value();
  }
  auto bound = BindJob(job);
  if (!bound.ok()) return Complain(bound.status());
  Printer printer(arguments.format == "table");
  const int64_t now_ms = SystemClock().NowMs();
  MessageCount count;
  const Status status =
      ForEachMessageBatch(arguments.files, arguments.whole_file, [&](const RecordBatch& records) {
        return DecodeBatch(*bound, records, now_ms, printer, count);
      });
  printer.Finish();
  TellUnmatched(job, count);
  return status.ok() ? kExitOk : Complain(status);
}

}  // namespace sluice::cli
