// SPDX-License-Identifier: Apache-2.0
//
// librdkafka's in-process broker, for `sluice demo` and for tests. Its topics live and die with it; each
// partition keeps its newest 5 MiB and drops what is older, as retention does.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"

struct rd_kafka_mock_cluster_s;

namespace sluice::kafka {

class MockBroker {
 public:
  static Result<std::unique_ptr<MockBroker>> Start();
  virtual ~MockBroker() = default;
  virtual std::string bootstrap_servers() const = 0;
  virtual Status CreateTopic(const std::string& topic, int partitions) = 0;
  // For tests of this folder, which make it fail.
  virtual rd_kafka_mock_cluster_s* cluster() = 0;
};

}  // namespace sluice::kafka
