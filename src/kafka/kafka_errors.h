// SPDX-License-Identifier: Apache-2.0
//
// Every error code of the Fetch, ListOffsets and Metadata requests, classed once: what the caller does
// next and the stable code that we print.
#pragma once

#include <string>

#include "core/result.h"

namespace sluice::kafka {

// `error` is an rd_kafka_resp_err_t; `where` names topic, partition and offset as far as known and
// `detail` is librdkafka's or the broker's text (may be empty).
Status KafkaError(int error, const std::string& where, const std::string& detail);

// The broker does not know the topic or the partition.
bool IsUnknownPartition(int error);

// Leadership moves, connections break: ask again before telling anybody.
bool IsTransient(int error);

}  // namespace sluice::kafka
