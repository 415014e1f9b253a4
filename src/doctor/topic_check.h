// SPDX-License-Identifier: Apache-2.0
//
// Are the topics there, what do they hold, and may this user read or write them?
#pragma once

#include <cstdint>

#include "doctor/cluster_look.h"
#include "doctor/finding.h"
#include "produce/producer_options.h"

namespace sluice::doctor {

// All of a look whose broker answered.
Finding CheckTopic(const ClusterLook& look, int64_t now_ms);
Finding CheckReadRights(const ClusterLook& look);
// The newest record's time against this machine's clock.
Finding CheckClock(const ClusterLook& look, int64_t now_ms);

// Of a producer.
Finding CheckSinkTopic(const ClusterLook& look, const produce::KafkaOptions& kafka);
Finding CheckWriteRights(const ClusterLook& look, const produce::KafkaOptions& kafka);

// Why topic, rights, offsets cannot be looked at; empty if they can.
std::string WhyNoBroker(const ClusterLook& look);
std::string WhyNoTopic(const ClusterLook& look);

}  // namespace sluice::doctor
