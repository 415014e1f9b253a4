// SPDX-License-Identifier: Apache-2.0
//
// Entities that break the rules of GTFS-Realtime or of Protobuf, as bytes to go behind a good FeedMessage.
// All that a feed's own generator would not make is made here by hand, field by field.
#pragma once

#include <string>

#include "simulate/fault.h"

namespace sluice::simulate {

struct BadEntities {
  std::string bytes;  // entity fields of a FeedMessage
  int count = 0;
};

// None for kinds that are no faults of entities.
BadEntities MakeBadEntities(FaultKind kind);

}  // namespace sluice::simulate
