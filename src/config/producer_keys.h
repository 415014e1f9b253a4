// SPDX-License-Identifier: Apache-2.0
//
// Every key of a producer's configuration. `sluice check`, docs/producer.md and
// docs/sluice-producer.schema.json come from this table.
#pragma once

#include <string>

#include "config/key_set.h"
#include "config/producer_config.h"
#include "config/reader.h"

namespace sluice::config {

struct ProducerDraft : OutputDraft {
  ProducerConfig config;
  produce::FeedOptions defaults;  // a feed begins as a copy of it
};

const KeySet& ProducerKeys();

// The rules that concern more than one key: adds the mistakes and warnings to `result` and completes the
// draft.
void SettleProducer(const std::string& file, ProducerDraft& draft, ReadResult& result);

}  // namespace sluice::config
