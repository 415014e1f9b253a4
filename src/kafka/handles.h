// SPDX-License-Identifier: Apache-2.0
//
// Owners of librdkafka's C objects: Handle<rd_kafka_s> destroys the client when it goes out of scope.
// The structs are only named here, so that librdkafka's header stays in this folder's .cc files.
#pragma once

#include <memory>

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_topic_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;
struct rd_kafka_op_s;  // rd_kafka_event_t
struct rd_kafka_error_s;
struct rd_kafka_metadata;
struct rd_kafka_AdminOptions_s;
struct rd_kafka_TopicCollection_s;
struct rd_kafka_NewTopic_s;
struct rd_kafka_ConfigResource_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_mock_cluster_s;

namespace sluice::kafka {

struct HandleDeleter {
  void operator()(rd_kafka_s* client) const;
  void operator()(rd_kafka_conf_s* conf) const;
  void operator()(rd_kafka_topic_s* topic) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_message_s* message) const;
  void operator()(rd_kafka_op_s* event) const;
  void operator()(rd_kafka_error_s* error) const;
  void operator()(const struct rd_kafka_metadata* metadata) const;
  void operator()(rd_kafka_AdminOptions_s* options) const;
  void operator()(rd_kafka_TopicCollection_s* topics) const;
  void operator()(rd_kafka_NewTopic_s* topic) const;
  void operator()(rd_kafka_ConfigResource_s* resource) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
  void operator()(rd_kafka_mock_cluster_s* cluster) const;
};

template <typename T>
using Handle = std::unique_ptr<T, HandleDeleter>;

}  // namespace sluice::kafka
