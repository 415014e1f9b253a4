// SPDX-License-Identifier: Apache-2.0
//
// The structured log: each line has an event (a stable name for programs), a message (for people) and
// fields. Text for a terminal, one JSON object a line for everything else.
//
//   Log log({.json = true, .query = "q"}, SystemClock(), [](std::string_view line) { ... });
//   log.Write(LogLevel::kInfo, "batch", "batch 7 committed", {{"rows", 1000}, {"version", 8}});
//   // {"ts":"2026-01-01T00:00:00.000Z","level":"info","event":"batch","message":"batch 7 committed",
//   //  "query":"q","rows":1000,"version":8}
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"

namespace sluice::monitor {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
const char* ToString(LogLevel level);
// kInfo for a word that is no level.
LogLevel ParseLogLevel(std::string_view word);

// A JSON value that is written already. For programs: a text line leaves it out.
struct JsonText {
  std::string text;
};

struct LogField {
  std::string name;
  std::variant<int64_t, double, std::string, JsonText> value;
};

struct LogRecord {
  int64_t at_ms = 0;
  LogLevel level = LogLevel::kInfo;
  std::string event;
  std::string message;
  std::string query;  // empty: left out
  std::vector<LogField> fields;
};

// "rows=1000 version=8": the fields of a text line.
std::string FormatFields(const LogRecord& record);
// Without a newline.
std::string FormatJsonLine(const LogRecord& record);
// "2026-01-01T00:00:00.000Z INFO  batch 7 committed  rows=1000 version=8"
std::string FormatTextLine(const LogRecord& record, bool color);

// "2026-01-01T00:00:00.000Z".
std::string Rfc3339(int64_t ms);

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool json = false;
  bool color = false;
  std::string query;
};

// Thread-safe; `write` gets whole lines without a newline, one at a time.
class Log {
 public:
  Log(LogOptions options, const Clock& clock, std::function<void(std::string_view)> write);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Write(LogLevel level, std::string_view event, std::string message,
             std::vector<LogField> fields = {});
  bool writes_json() const { return options_.json; }
  // Called for every line that passes the level, with the level's name.
  void OnLine(std::function<void(std::string_view level)> count);
  // The same with all that it says. Set before any thread writes.
  void OnRecord(std::function<void(const LogRecord&)> take);

 private:
  struct Sink;
  LogOptions options_;
  const Clock& clock_;
  std::function<void(std::string_view)> count_;
  std::function<void(const LogRecord&)> take_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace sluice::monitor
