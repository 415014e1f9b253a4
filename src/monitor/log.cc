// SPDX-License-Identifier: Apache-2.0
#include "monitor/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/value_text.h"

namespace sluice::monitor {

namespace {

using Json = nlohmann::ordered_json;

// What is no JSON after all becomes a text.
Json ParseOrText(const JsonText& value) {
  Json json = Json::parse(value.text, nullptr, false);
  return json.is_discarded() ? Json(value.text) : json;
}

Json JsonOf(const LogField& field) {
  if (const auto* json = std::get_if<JsonText>(&field.value)) return ParseOrText(*json);
  if (const auto* number = std::get_if<int64_t>(&field.value)) return *number;
  if (const auto* number = std::get_if<double>(&field.value)) return *number;
  return std::get<std::string>(field.value);
}

// Names and texts of strangers stand in messages: none of them moves the cursor of a terminal, and no line of
// theirs looks like one of ours.
std::string ForTerminal(std::string_view text) {
  std::string shown;
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    shown += Printable(text.substr(0, end));
    if (end == text.size()) return shown;
    shown += "\n  ";
    text.remove_prefix(end + 1);
  }
}

std::string FieldText(const LogField& field) {
  if (const auto* number = std::get_if<int64_t>(&field.value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&field.value)) return fmt::format("{:.6g}", *number);
  const auto& text = std::get<std::string>(field.value);
  const bool plain = !text.empty() && text.find_first_of(" \"=\n\t") == std::string::npos;
  return plain ? text : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* Color(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "\033[2m";
    case LogLevel::kInfo: return "\033[32m";
    case LogLevel::kWarn: return "\033[33m";
    case LogLevel::kError: return "\033[31m";
  }
  return "";
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Lines arrive formatted; the sink hands them on, one at a time.
class LineSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_(std::string_view(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> write_;
};

}  // namespace

std::string Rfc3339(int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(ms)};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (at - seconds).count());
}

const char* ToString(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
  }
  return "info";
}

LogLevel ParseLogLevel(std::string_view word) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kWarn, LogLevel::kError}) {
    if (word == ToString(level)) return level;
  }
  return LogLevel::kInfo;
}

std::string FormatJsonLine(const LogRecord& record) {
  Json line = {{"ts", Rfc3339(record.at_ms)},
               {"level", ToString(record.level)},
               {"event", record.event},
               {"message", record.message}};
  if (!record.query.empty()) line["query"] = record.query;
  for (const LogField& field : record.fields) line[field.name] = JsonOf(field);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string FormatTextLine(const LogRecord& record, bool color) {
  std::string name = ToString(record.level);
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  std::string line =
      fmt::format("{} {}{:<5}{} {}", Rfc3339(record.at_ms), color ? Color(record.level) : "", name,
                  color ? "\033[0m" : "", ForTerminal(record.message));
  const std::string fields = ForTerminal(FormatFields(record));
  return fields.empty() ? line : line + "  " + fields;
}

std::string FormatFields(const LogRecord& record) {
  std::string fields;
  for (const LogField& field : record.fields) {
    if (!std::holds_alternative<JsonText>(field.value))
      fields += fmt::format("{}{}={}", fields.empty() ? "" : " ", field.name, FieldText(field));
  }
  return fields;
}

struct Log::Sink {
  spdlog::logger logger;
};

Log::Log(LogOptions options, const Clock& clock, std::function<void(std::string_view)> write)
    : options_(std::move(options)),
      clock_(clock),
      sink_(new Sink{spdlog::logger("sluice", std::make_shared<LineSink>(std::move(write)))}) {
  sink_->logger.set_level(SpdlogLevel(options_.level));
}

Log::~Log() = default;

void Log::OnLine(std::function<void(std::string_view)> count) { count_ = std::move(count); }

void Log::OnRecord(std::function<void(const LogRecord&)> take) { take_ = std::move(take); }

void Log::Write(LogLevel level, std::string_view event, std::string message,
                std::vector<LogField> fields) {
  if (!sink_->logger.should_log(SpdlogLevel(level))) return;
  const LogRecord record{clock_.NowMs(),     level,          std::string(event),
                         std::move(message), options_.query, std::move(fields)};
  const std::string line =
      options_.json ? FormatJsonLine(record) : FormatTextLine(record, options_.color);
  sink_->logger.log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
  if (count_) count_(ToString(level));
  if (take_) take_(record);
}

}  // namespace sluice::monitor
