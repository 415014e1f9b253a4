// SPDX-License-Identifier: Apache-2.0
#include "kafka/handles.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace sluice::kafka {

void HandleDeleter::operator()(rd_kafka_s* client) const { rd_kafka_destroy(client); }
void HandleDeleter::operator()(rd_kafka_conf_s* conf) const { rd_kafka_conf_destroy(conf); }
void HandleDeleter::operator()(rd_kafka_topic_s* topic) const { rd_kafka_topic_destroy(topic); }
void HandleDeleter::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void HandleDeleter::operator()(rd_kafka_message_s* message) const {
  rd_kafka_message_destroy(message);
}
void HandleDeleter::operator()(rd_kafka_op_s* event) const { rd_kafka_event_destroy(event); }
void HandleDeleter::operator()(rd_kafka_error_s* error) const { rd_kafka_error_destroy(error); }
void HandleDeleter::operator()(const struct rd_kafka_metadata* metadata) const {
  rd_kafka_metadata_destroy(metadata);
}
void HandleDeleter::operator()(rd_kafka_AdminOptions_s* options) const {
  rd_kafka_AdminOptions_destroy(options);
}
void HandleDeleter::operator()(rd_kafka_TopicCollection_s* topics) const {
  rd_kafka_TopicCollection_destroy(topics);
}
void HandleDeleter::operator()(rd_kafka_NewTopic_s* topic) const {
  rd_kafka_NewTopic_destroy(topic);
}
void HandleDeleter::operator()(rd_kafka_ConfigResource_s* resource) const {
  rd_kafka_ConfigResource_destroy(resource);
}
void HandleDeleter::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}
void HandleDeleter::operator()(rd_kafka_mock_cluster_s* cluster) const {
  rd_kafka_mock_cluster_destroy(cluster);
}

}  // namespace sluice::kafka
