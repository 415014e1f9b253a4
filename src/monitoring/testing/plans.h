// SPDX-License-Identifier: Apache-2.0
//
// Plans for tests: a job with a trigger, a producer with an interval, or both.
#pragma once

#include <chrono>

#include "monitoring/plan.h"

namespace sluice::monitoring {

inline JobPlan AJob(std::chrono::milliseconds trigger = std::chrono::seconds(1)) {
  return {.target = {.address = "127.0.0.1:4040", .topic = "dev_topic", .token_file = ""},
          .query = "vehicle_positions",
          .trigger = trigger};
}

inline ProducerPlan AProducer(std::chrono::milliseconds interval = std::chrono::seconds(10)) {
  return {.target = {.address = "127.0.0.1:4041", .topic = "dev_topic", .token_file = ""},
          .interval = interval,
          .frozen_after = std::chrono::minutes(10)};
}

inline Plan PlanFor(std::vector<JobPlan> jobs, std::vector<ProducerPlan> producers) {
  return {.jobs = std::move(jobs),
          .producers = std::move(producers),
          .addresses = {},
          .directory = "/srv/monitoring"};
}

}  // namespace sluice::monitoring
