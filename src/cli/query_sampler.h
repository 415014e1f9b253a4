// SPDX-License-Identifier: Apache-2.0
//
// What is measured of a query by the clock, whatever its batches do: what there is in Kafka, what its threads
// do, the table's size, the disks' room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "cli/job_output.h"
#include "config/job_config.h"
#include "core/clock.h"
#include "kafka/source_watch.h"
#include "monitor/health.h"
#include "stream/query.h"

namespace sluice::cli {

// Works on two threads of its own from Start() to its end; all that is given must outlive it. Kafka has a
// thread apart: a broker that does not answer holds up nothing else.
class QuerySampler {
 public:
  QuerySampler(const config::JobConfig& job, JobOutput& output, monitor::Health& health,
               Clock& clock)
      : job_(job), output_(output), health_(health), clock_(clock) {}

  void Start(const stream::Query& query);

 private:
  void WatchKafka(const std::stop_token& stop);
  void WatchRest(const stream::Query& query, const std::stop_token& stop);
  void TakeStats(const stream::Query& query);
  void MeasureTableAndDisks();
  void TellOnceOfTheCap();

  const config::JobConfig& job_;
  JobOutput& output_;
  monitor::Health& health_;
  Clock& clock_;
  std::unique_ptr<kafka::SourceWatch> watch_;
  bool cap_told_ = false;
  int64_t activities_ = 0;
  std::jthread kafka_;
  std::jthread rest_;
};

// How the activities of a query's threads are divided among stages.
std::map<std::string, monitor::StageSeconds> StagesOf(const stream::QueryStats& stats);

}  // namespace sluice::cli
