// SPDX-License-Identifier: Apache-2.0
//
// A Kafka topic as the sink. Holds at most so many bytes that are not acknowledged yet; tries each record
// until it is, for ever, unless the client's delivery.timeout.ms says how long.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "produce/producer_options.h"
#include "produce/record_sink.h"

namespace sluice::produce {

// Called on the sink's threads.
struct SinkListener {
  OnDelivery on_delivery;
  // OK when Kafka answers and has the topic; on change only.
  std::function<void(const Status&)> on_kafka;
  std::function<void(const std::string& code, const std::string& message)> on_warning;
};

// Waits for no broker. Error (Exit): an option that the client refuses.
Result<std::unique_ptr<RecordSink>> MakeKafkaSink(const KafkaOptions& options,
                                                  SinkListener listener, Clock& clock);

// Most bytes of a message's value that leave room for the key and for what Kafka adds, both in the client
// and in a topic whose max.message.bytes is `topic_bytes` (0: not known), and so that two fit into the queue.
int64_t UsualMessageBytes(const KafkaOptions& options, int64_t topic_bytes);

}  // namespace sluice::produce
