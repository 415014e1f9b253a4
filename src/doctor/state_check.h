// SPDX-License-Identifier: Apache-2.0
//
// The checkpoint, its offsets against Kafka's, and the table: would a start go on, and would a batch
// land? The second of the classic questions.
#pragma once

#include "core/data_type.h"
#include "doctor/cluster_look.h"
#include "doctor/finding.h"
#include "doctor/state_look.h"

namespace sluice::doctor {

Finding CheckCheckpoint(const StateLook& look);

// `fail_on_data_loss`: the configuration's. Each partition's next offset within what Kafka holds.
Finding CheckOffsets(const StateLook& state, const ClusterLook& cluster, bool fail_on_data_loss);

// `columns`: what the query makes.
Finding CheckTable(const StateLook& look, const Schema& columns, const stream::QueryOptions& query);

}  // namespace sluice::doctor
