// SPDX-License-Identifier: Apache-2.0
//
// What a running producer tells whoever watches it: the seam to metrics, log and health. The producer
// knows nothing of its listeners.
#pragma once

#include <string>

#include "core/result.h"
#include "produce/poll_report.h"
#include "produce/record_sink.h"

namespace sluice::produce {

// Called on any of the producer's threads, several at once; must return quickly.
class ProducerListener {
 public:
  virtual ~ProducerListener() = default;
  // OK when Kafka answers and has the topic. Called on change only.
  virtual void OnKafka(const Status& status) { (void)status; }
  virtual void OnPoll(const PollReport& report) { (void)report; }
  virtual void OnDelivery(const Delivery& delivery) { (void)delivery; }
  // Something that a person should know, although the producer goes on.
  virtual void OnWarning(const std::string& code, const std::string& message) {
    (void)code, (void)message;
  }
};

}  // namespace sluice::produce
