// SPDX-License-Identifier: Apache-2.0
//
// What the source and the table noticed, handed on to whoever watches the query.
#pragma once

#include "delta/table.h"
#include "kafka/source.h"
#include "stream/listener_gate.h"

namespace sluice::stream {

// From any thread.
void PassWarnings(kafka::Source& source, ListenerGate& gate);
// From the thread that uses the table.
void PassWarnings(delta::Table& table, ListenerGate& gate);

}  // namespace sluice::stream
