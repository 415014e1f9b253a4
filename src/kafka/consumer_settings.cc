// SPDX-License-Identifier: Apache-2.0
#include "kafka/consumer_settings.h"

namespace sluice::kafka {
namespace {

// Defaults of ours; the user's options come after them.
const ClientSettings kDefaults = {
    {"client.id", "sluice"},
    {"log_level", "6"},  // a refused connection may be no more than information there
    {"enable.metrics.push", "false"},
    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"isolation.level", "read_uncommitted"},
    {"check.crcs", "true"},
    {"fetch.wait.max.ms",
     "50"},  // also how long a full partition may hold up the others of its broker
};

// What exactly-once rests on; nobody may change them.
const ClientSettings kFixed = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"allow.auto.create.topics", "false"},
    {"enable.partition.eof", "true"},
    {"fetch.queue.backoff.ms", "2"},
    {"fetch.error.backoff.ms", "100"},
    {"topic.metadata.propagation.max.ms", "3000"},
    {"receive.message.max.bytes", "2147483647"},
};

}  // namespace

ClientSettings ConsumerSettings(const ClientSettings& user) {
  ClientSettings all = kDefaults;
  all.insert(all.end(), user.begin(), user.end());
  all.insert(all.end(), kFixed.begin(), kFixed.end());
  return all;
}

}  // namespace sluice::kafka
