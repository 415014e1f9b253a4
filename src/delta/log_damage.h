// SPDX-License-Identifier: Apache-2.0
//
// Which file of a table's log is damaged: the kernel tells what it met, but not where.
#pragma once

#include "core/ids.h"
#include "core/result.h"
#include "delta/bridge.h"

namespace sluice::delta {

// Stop TABLE_LOG.UNREADABLE with the file and what to do.
Status DamagedCommit(TableVersion version);

// `status`; if it is TABLE_LOG.UNREADABLE, with the damaged file among the newest commits, and what to do.
Status WithDamagedFile(Bridge& bridge, const Status& status);

}  // namespace sluice::delta
