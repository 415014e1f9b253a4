// SPDX-License-Identifier: Apache-2.0
#include "kafka/cluster_lookup.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "kafka/kafka_errors.h"

namespace sluice::kafka {
namespace {

constexpr int kPollMs = 50;
// Long enough for a broker to come back from a restart's first refusals, short enough to tell a user.
constexpr std::chrono::seconds kGiveUpUnreachable{2};

using Deadline = std::chrono::steady_clock::time_point;

const char* DetailOf(rd_kafka_event_t* event) {
  const char* text = rd_kafka_event_error_string(event);
  return text != nullptr ? text : "";
}

TopicState StateOf(const rd_kafka_TopicDescription_t* description) {
  TopicState state;
  const rd_kafka_Uuid_t* id = rd_kafka_TopicDescription_topic_id(description);
  const bool has_id = id != nullptr && (rd_kafka_Uuid_most_significant_bits(id) != 0 ||
                                        rd_kafka_Uuid_least_significant_bits(id) != 0);
  if (has_id) state.id = rd_kafka_Uuid_base64str(id);
  size_t count = 0;
  const auto** partitions = rd_kafka_TopicDescription_partitions(description, &count);
  for (size_t i = 0; i < count; ++i) {
    state.partitions.push_back(PartitionId{rd_kafka_TopicPartitionInfo_partition(partitions[i])});
  }
  std::sort(state.partitions.begin(), state.partitions.end());
  return state;
}

ClusterState StateOf(const struct rd_kafka_metadata& metadata) {
  ClusterState cluster;
  for (int i = 0; i < metadata.broker_cnt; ++i) {
    const auto& broker = metadata.brokers[i];
    std::string host = broker.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    cluster.brokers.push_back(fmt::format("{}:{}", host, broker.port));
  }
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const std::string name = metadata.topics[i].topic;
    if (name.rfind("__", 0) != 0) cluster.topics.push_back(name);
  }
  return cluster;
}

}  // namespace

Status ClusterLookup::GiveUpEarly(std::chrono::steady_clock::time_point asked,
                                  const std::stop_token& stop) const {
  if (stop.stop_requested()) return Status::Cancelled();
  ClientEvents& events = client_->events();
  if (auto refusal = events.Refusal()) return *refusal;
  const auto waited = std::chrono::steady_clock::now() - asked;
  if (waited > kGiveUpUnreachable && events.UnreachableFor() > kGiveUpUnreachable)
    return events.Unreachable();
  return Status::Ok();
}

Result<Handle<rd_kafka_op_s>> ClusterLookup::Ask(int operation, const Send& send,
                                                 const std::stop_token& stop) {
  const auto timeout_ms = static_cast<int>(timeout_.count());
  Handle<rd_kafka_AdminOptions_s> options(
      rd_kafka_AdminOptions_new(client_->handle(), static_cast<rd_kafka_admin_op_t>(operation)));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, nullptr, 0);
  Handle<rd_kafka_queue_s> queue(rd_kafka_queue_new(client_->handle()));
  send(client_->handle(), options.get(), queue.get());

  const auto asked = std::chrono::steady_clock::now();
  const Deadline deadline = asked + timeout_;
  while (true) {
    Handle<rd_kafka_op_s> event(rd_kafka_queue_poll(queue.get(), kPollMs));
    client_->Serve();
    if (event) return Judge(std::move(event));
    SLUICE_RETURN_IF_ERROR(GiveUpEarly(asked, stop));
    if (std::chrono::steady_clock::now() > deadline) return client_->events().Unreachable();
  }
}

Result<Handle<rd_kafka_op_s>> ClusterLookup::Judge(Handle<rd_kafka_op_s> event) {
  const auto error = rd_kafka_event_error(event.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_->events().OnAnswer();
    return event;
  }
  if (auto refusal = client_->events().Refusal()) return *refusal;
  const bool silence =
      error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
  if (silence) return client_->events().Unreachable();
  return KafkaError(error, "asking Kafka for topics and offsets", DetailOf(event.get()));
}

Result<ClusterState> ClusterLookup::Cluster(const std::stop_token& stop) {
  const auto asked = std::chrono::steady_clock::now();
  const Deadline deadline = asked + timeout_;
  while (true) {
    const struct rd_kafka_metadata* answer = nullptr;
    const auto error = rd_kafka_metadata(client_->handle(), 1, nullptr, &answer, 500);
    const Handle<const struct rd_kafka_metadata> metadata(answer);
    client_->Serve();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      client_->events().OnAnswer();
      return StateOf(*metadata);
    }
    SLUICE_RETURN_IF_ERROR(GiveUpEarly(asked, stop));
    if (!IsTransient(error)) return KafkaError(error, "listing the topics", "");
    if (std::chrono::steady_clock::now() > deadline) return client_->events().Unreachable();
  }
}

Result<std::vector<std::string>> ClusterLookup::TopicNames(const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(ClusterState cluster, Cluster(stop));
  return std::move(cluster.topics);
}

Result<std::set<std::string>> ClusterLookup::AllowedOperations(const std::string& topic,
                                                               const std::stop_token& stop) {
  const char* name = topic.c_str();
  const Handle<rd_kafka_TopicCollection_s> topics(
      rd_kafka_TopicCollection_of_topic_names(&name, 1));
  SLUICE_ASSIGN_OR_RETURN(
      const auto event,
      Ask(
          RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
          [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            const Handle<rd_kafka_error_s> refused(
                rd_kafka_AdminOptions_set_include_authorized_operations(options, 1));
            rd_kafka_DescribeTopics(rk, topics.get(), options, queue);
          },
          stop));
  std::set<std::string> names;
  size_t count = 0;
  const auto** found = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  if (count != 1) return names;
  const auto* operations = rd_kafka_TopicDescription_authorized_operations(found[0], &count);
  for (size_t i = 0; operations != nullptr && i < count; ++i)
    names.insert(rd_kafka_AclOperation_name(operations[i]));
  return names;
}

Result<std::map<std::string, TopicAnswer>> ClusterLookup::AskTopics(
    const std::vector<std::string>& names, const std::stop_token& stop) {
  std::map<std::string, TopicAnswer> answers;
  if (names.empty()) return answers;
  std::vector<const char*> pointers;
  for (const std::string& name : names) pointers.push_back(name.c_str());
  const Handle<rd_kafka_TopicCollection_s> topics(
      rd_kafka_TopicCollection_of_topic_names(pointers.data(), pointers.size()));
  SLUICE_ASSIGN_OR_RETURN(
      const auto event,
      Ask(
          RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
          [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_DescribeTopics(rk, topics.get(), options, queue);
          },
          stop));
  size_t count = 0;
  const auto** found = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_TopicDescription_name(found[i]);
    const rd_kafka_error_t* problem = rd_kafka_TopicDescription_error(found[i]);
    const auto error =
        problem != nullptr ? rd_kafka_error_code(problem) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      answers[name].state = StateOf(found[i]);
    } else {
      answers[name].problem =
          KafkaError(error, fmt::format("topic '{}'", name), rd_kafka_error_string(problem));
    }
  }
  return answers;
}

Result<std::map<std::string, TopicState>> ClusterLookup::DescribeTopics(
    const std::vector<std::string>& names, const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(auto answers, AskTopics(names, stop));
  std::map<std::string, TopicState> states;
  for (auto& [name, answer] : answers) {
    if (answer.problem.ok()) {
      states[name] = std::move(answer.state);
    } else if (answer.problem.code() != "KAFKA_TOPIC_MISSING") {
      return answer.problem;
    }
  }
  return states;
}

Status ClusterLookup::CreateTopic(const std::string& name, int partitions, int replication,
                                  const std::stop_token& stop) {
  std::array<char, 256> why{};
  const Handle<rd_kafka_NewTopic_s> topic(
      rd_kafka_NewTopic_new(name.c_str(), partitions, replication, why.data(), why.size()));
  if (!topic) {
    return Status::Exit("KAFKA_TOPIC_INVALID",
                        fmt::format("topic '{}' cannot be created: {}", name, why.data()));
  }
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  SLUICE_ASSIGN_OR_RETURN(
      const auto event,
      Ask(
          RD_KAFKA_ADMIN_OP_CREATETOPICS,
          [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_CreateTopics(rk, topics, 1, options, queue);
          },
          stop));
  size_t count = 0;
  const auto** created =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(created[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      continue;
    const char* text = rd_kafka_topic_result_error_string(created[i]);
    return KafkaError(error, fmt::format("creation of topic '{}'", name), text ? text : "");
  }
  return Status::Ok();
}

Result<int64_t> ClusterLookup::MaxMessageBytes(const std::string& topic,
                                               const std::stop_token& stop) {
  const Handle<rd_kafka_ConfigResource_s> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  SLUICE_ASSIGN_OR_RETURN(
      const auto event,
      Ask(
          RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
          [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_DescribeConfigs(rk, resources, 1, options, queue);
          },
          stop));
  const std::string where = fmt::format("options of topic '{}'", topic);
  size_t count = 0;
  const auto** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, where, "");
  if (const auto error = rd_kafka_ConfigResource_error(found[0]))
    return KafkaError(error, where, "");
  const auto** entries = rd_kafka_ConfigResource_configs(found[0], &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value && std::string_view(rd_kafka_ConfigEntry_name(entries[i])) == "max.message.bytes")
      return std::strtoll(value, nullptr, 10);
  }
  return KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, where, "max.message.bytes is not among them");
}

Result<OffsetAnswers> ClusterLookup::ListOffsets(const OffsetQuestions& questions,
                                                 const std::stop_token& stop) {
  OffsetAnswers answers;
  if (questions.empty()) return answers;
  const Handle<rd_kafka_topic_partition_list_s> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(questions.size())));
  for (const auto& [partition, question] : questions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                      partition.partition.value)
        ->offset = question;
  }
  SLUICE_ASSIGN_OR_RETURN(
      const auto event,
      Ask(
          RD_KAFKA_ADMIN_OP_LISTOFFSETS,
          [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            const Handle<rd_kafka_error_s> refused(rd_kafka_AdminOptions_set_isolation_level(
                options, read_committed_ ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                         : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED));
            rd_kafka_ListOffsets(rk, list.get(), options, queue);
          },
          stop));
  size_t count = 0;
  const auto** found =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto* answer = rd_kafka_ListOffsetsResultInfo_topic_partition(found[i]);
    answers[{answer->topic, PartitionId{answer->partition}}] = {Offset{answer->offset},
                                                                answer->err};
  }
  return answers;
}

Result<OffsetMap> ClusterLookup::Offsets(const OffsetQuestions& questions,
                                         const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers answers, ListOffsets(questions, stop));
  OffsetMap offsets;
  for (const auto& [partition, question] : questions) {
    const auto answer = answers.find(partition);
    const int error =
        answer == answers.end() ? RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION : answer->second.error;
    if (error != 0) {
      return KafkaError(error, fmt::format("offsets of {}", partition.ToString()), "");
    }
    offsets[partition] = answer->second.offset;
  }
  return offsets;
}

Result<AvailableRange> ClusterLookup::Available(const TopicPartition& partition,
                                                const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(const OffsetMap earliest, Offsets({{partition, kAskEarliest}}, stop));
  SLUICE_ASSIGN_OR_RETURN(const OffsetMap latest, Offsets({{partition, kAskLatest}}, stop));
  return AvailableRange{earliest.at(partition), latest.at(partition)};
}

}  // namespace sluice::kafka
