// SPDX-License-Identifier: Apache-2.0
#include "cli/simulate_command.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <stop_token>
#include <utility>

#include "cli/exit_code.h"
#include "cli/signal_watcher.h"
#include "cli/time_limit.h"
#include "core/clock.h"
#include "simulate/city_server.h"

namespace sluice::cli {

namespace {

using simulate::CityServer;
using simulate::CityServerOptions;

Status Wrong(const std::string& message) { return Status::Exit("SIMULATE_ARGUMENT", message); }

// "2026-01-01T08:00:00Z", in milliseconds since 1970.
Result<int64_t> ParseStart(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int read = 0;
  const int found = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2dZ%n", &year, &month, &day,
                                &hour, &minute, &second, &read);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (found != 6 || read != static_cast<int>(text.size()) || !date.ok() || hour > 23 ||
      minute > 59 || second > 59) {
    return Wrong(fmt::format("--start {}: expected a time such as 2026-01-01T08:00:00Z", text));
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

// How far the city's clocks are ahead of UTC if they show "08:00" at the start.
Result<int> ParseClock(const std::string& text, int64_t start_ms) {
  int hour = 0;
  int minute = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &read) != 2 ||
      read != static_cast<int>(text.size()) || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return Wrong(fmt::format("--clock {}: expected a time of day such as 08:00", text));
  }
  return UtcOffsetFor(hour * 3600 + minute * 60, start_ms);
}

// The schedule's text, out of a file if it is "@FILE".
Result<simulate::FaultSchedule> ReadFaults(const std::string& text) {
  std::string schedule = text;
  if (text.starts_with('@')) {
    std::ifstream file(text.substr(1));
    std::ostringstream content;
    content << file.rdbuf();
    if (!file) return Wrong(fmt::format("--faults {}: the file cannot be read", text));
    schedule = content.str();
  }
  auto parsed = simulate::FaultSchedule::Parse(schedule);
  if (!parsed.ok()) return Wrong("--faults: " + parsed.status().message());
  return parsed;
}

Result<CityServerOptions> OptionsOf(const SimulateArguments& arguments) {
  CityServerOptions options;
  options.listen = arguments.listen;
  options.city.seed = arguments.seed;
  options.city.vehicles = arguments.vehicles;
  options.feeds = arguments.feeds;
  options.speed = arguments.speed;
  options.refresh_seconds = arguments.refresh_seconds;
  options.api_key = arguments.api_key;
  if (!arguments.start.empty()) {
    SLUICE_ASSIGN_OR_RETURN(options.start_ms, ParseStart(arguments.start));
  }
  if (!arguments.clock.empty()) {
    SLUICE_ASSIGN_OR_RETURN(
        options.city.utc_offset_seconds,
        ParseClock(arguments.clock, options.start_ms.value_or(SystemClock().NowMs())));
  }
  SLUICE_ASSIGN_OR_RETURN(options.faults, ReadFaults(arguments.faults));
  return options;
}

int Complain(const Status& status) {
  fmt::print(stderr, "sluice simulate: {}\n", status.message());
  return ExitCodeOf(status);
}

void TellOfServer(const SimulateArguments& arguments, const CityServer& server) {
  // For programs: the address, which may have been chosen by the system, on a line of its own.
  fmt::print("http://{}\n", server.address());
  std::fflush(stdout);
  fmt::print(stderr,
             "a city of {} vehicles (seed {}) at http://{}/ (vehicle_positions, trip_updates, "
             "alerts; .pb and .json); Ctrl-C ends it\n",
             arguments.vehicles, arguments.seed, server.address());
}

}  // namespace

int UtcOffsetFor(int seconds_of_day, int64_t unix_ms) {
  constexpr int64_t kDay = 86400;
  int64_t offset = seconds_of_day - unix_ms / 1000 % kDay;
  // No clock is further from UTC than half a day.
  if (offset > kDay / 2) offset -= kDay;
  if (offset < -kDay / 2) offset += kDay;
  return static_cast<int>(offset - offset % 60);
}

int SimulateCommand(const SimulateArguments& arguments) {
  const auto limit = ParseTimeLimit(arguments.duration);
  if (!limit.ok()) return Complain(limit.status());
  auto options = OptionsOf(arguments);
  if (!options.ok()) return Complain(options.status());
  const std::stop_source stop;
  const SignalWatcher signals(stop, [](const char*) {});
  auto server = CityServer::Start(*std::move(options), SystemClock());
  if (!server.ok()) return Complain(server.status());
  TellOfServer(arguments, **server);
  SystemClock().SleepFor(limit->value_or(std::chrono::hours(24 * 36500)), stop.get_token());
  fmt::print(stderr, "{} feeds with {} entities were served\n", (*server)->served().feeds(),
             (*server)->served().entities());
  return kExitOk;
}

}  // namespace sluice::cli
