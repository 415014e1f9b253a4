// SPDX-License-Identifier: Apache-2.0
//
// Looks up in the log where the newest batch of a query came from.
#pragma once

#include <string>

#include "core/ids.h"
#include "core/result.h"
#include "delta/bridge.h"
#include "delta/table.h"

namespace sluice::delta {

// Of the newest version up to `newest` that holds a batch of the application; empty if that one says nothing,
// is no longer in the log, or has very many versions of others behind it.
Result<BatchOrigin> FindLastOrigin(Bridge& bridge, TableVersion newest, const std::string& app_id);

}  // namespace sluice::delta
