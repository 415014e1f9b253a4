// SPDX-License-Identifier: Apache-2.0
//
// What stands before the demo's job: an in-process broker, and the real producer that asks a simulated city
// over HTTP.
//
//   SLUICE_ASSIGN_OR_RETURN(auto chain, DemoChain::Start(options, output));
//   job.source.client["bootstrap.servers"] = chain->bootstrap_servers();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_output.h"
#include "config/findings.h"
#include "core/result.h"
#include "page/board.h"

namespace sluice::cli {

struct DemoChainOptions {
  std::string topic;
  int partitions = 1;
  int vehicles = 500;
  uint64_t seed = 1;
  double polls_per_second = 2;
  // Of the producer's page; if the port of `listen` is taken, it is at any other.
  config::MonitorOptions monitor = {};
  std::vector<page::Link> links = {};  // from the producer's page: to the job's
};

// Stops, and waits for its threads, when destroyed.
class DemoChain {
 public:
  // `output` is told of what goes wrong; it must outlive the chain.
  static Result<std::unique_ptr<DemoChain>> Start(const DemoChainOptions& options,
                                                  CommandOutput& output);
  virtual ~DemoChain() = default;

  virtual std::string bootstrap_servers() const = 0;
  // Of the city's server: "127.0.0.1:40123".
  virtual const std::string& city_address() const = 0;
  // Of the producer's page; empty if there is none.
  virtual std::string producer_address() const = 0;
  // Stops the producer, and waits until the broker has what it polled.
  virtual void Stop() = 0;
  // That the broker has taken.
  virtual int64_t messages() const = 0;
};

}  // namespace sluice::cli
