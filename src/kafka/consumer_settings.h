// SPDX-License-Identifier: Apache-2.0
//
// The settings of a source's clients: ours, the user's over them, and those that nobody may change.
#pragma once

#include "kafka/client.h"

namespace sluice::kafka {

// `user`: translated already.
ClientSettings ConsumerSettings(const ClientSettings& user);

}  // namespace sluice::kafka
