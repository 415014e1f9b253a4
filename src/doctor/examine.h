// SPDX-License-Identifier: Apache-2.0
//
// All checks of a configuration that has no mistakes, in the order in which a person would make them. Reads
// only, but for a probe file that is removed (disk_check.h) and the test message, if it is wanted. Ends
// within 20 seconds with everything dead; the test message may take 50 more.
//
//   Findings findings = ExamineJob(config, columns, {});
#pragma once

#include <string>
#include <vector>

#include "config/job_config.h"
#include "config/producer_config.h"
#include "core/data_type.h"
#include "doctor/finding.h"
#include "doctor/monitored.h"

namespace sluice::doctor {

// `columns`: what the job writes.
Findings ExamineJob(const config::JobConfig& job, const Schema& columns,
                    const MonitoringPlaces& places);
Findings ExamineProducer(const config::ProducerConfig& config, const MonitoringPlaces& places);

// Takes these secrets and all control characters out of `findings`.
void Redact(Findings* findings, const std::vector<std::string>& secrets);

}  // namespace sluice::doctor
