// SPDX-License-Identifier: Apache-2.0
//
// Cities over HTTP: /vehicle_positions.pb, /trip_updates.pb and /alerts.pb, the same as .json, and the same
// of further cities under /f01, /f02, ... With honest ETag, Last-Modified and 304, gzip when asked for, and a
// fault where the request (?fault=slow:5s, or a header X-Fault) or the schedule has one.
// /served.json and /served.jsonl tell what was served (served_log.h); / lists all of it.
//
//   CityServerOptions options;
//   options.city.vehicles = 500;
//   SLUICE_ASSIGN_OR_RETURN(auto server, CityServer::Start(options, SystemClock()));
//   server->address();   // "127.0.0.1:40123"
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "gtfs/city.h"
#include "simulate/fault_schedule.h"
#include "simulate/served_log.h"

namespace sluice::simulate {

struct CityServerOptions {
  std::string listen = "127.0.0.1:0";
  gtfs::CityOptions city;
  int feeds = 0;                    // further cities, with the seeds that follow
  int refresh_seconds = 1;          // how often there is a new feed, by the city's clock
  std::optional<int64_t> start_ms;  // what time it is in the city at the start
  double speed = 1;                 // seconds in the city for each of ours
  FaultSchedule faults;
  std::string api_key;  // if given: header x-api-key or parameter key, else 401
};

// Stops when destroyed.
class CityServer {
 public:
  // Errors (Exit): the address, as http::Server has them. `clock` must outlive the server.
  static Result<std::unique_ptr<CityServer>> Start(CityServerOptions options, Clock& clock);
  virtual ~CityServer() = default;
  virtual const std::string& address() const = 0;
  virtual const ServedLog& served() const = 0;
};

}  // namespace sluice::simulate
