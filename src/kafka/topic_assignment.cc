// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic_assignment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::kafka {
namespace {

std::set<std::string> TopicsOf(const std::set<TopicPartition>& partitions) {
  std::set<std::string> topics;
  for (const TopicPartition& partition : partitions) topics.insert(partition.topic);
  return topics;
}

void AddPartitions(const std::string& topic, const TopicState& state, const Assign* assign,
                   Assignment* now) {
  for (const PartitionId id : state.partitions) {
    const TopicPartition partition{topic, id};
    if (assign == nullptr || assign->partitions.contains(partition))
      now->partitions.insert(partition);
  }
}

}  // namespace

Result<TopicAssignment> TopicAssignment::Make(const SourceOptions& options) {
  std::optional<TopicPattern> pattern;
  if (const auto* subscribe = std::get_if<SubscribePattern>(&options.subscription)) {
    SLUICE_ASSIGN_OR_RETURN(pattern, TopicPattern::Make(subscribe->pattern));
  }
  return TopicAssignment(options.subscription, std::move(pattern));
}

Result<std::vector<std::string>> TopicAssignment::Topics(ClusterLookup& lookup,
                                                         const std::stop_token& stop) const {
  if (const auto* subscribe = std::get_if<Subscribe>(&subscription_)) {
    const std::set<std::string> once(subscribe->topics.begin(), subscribe->topics.end());
    return std::vector<std::string>(once.begin(), once.end());
  }
  if (const auto* assign = std::get_if<Assign>(&subscription_)) {
    const auto topics = TopicsOf(assign->partitions);
    return std::vector<std::string>(topics.begin(), topics.end());
  }
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> names, lookup.TopicNames(stop));
  std::erase_if(names, [this](const std::string& name) { return !pattern_->Matches(name); });
  return names;
}

bool TopicAssignment::Covers(const TopicPartition& partition) const {
  const auto* assign = std::get_if<Assign>(&subscription_);
  return assign == nullptr || assign->partitions.contains(partition);
}

Result<Assignment> TopicAssignment::Now(ClusterLookup& lookup, TopicIds& ids,
                                        const std::stop_token& stop) const {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> topics, Topics(lookup, stop));
  SLUICE_ASSIGN_OR_RETURN(const auto states, lookup.DescribeTopics(topics, stop));
  const auto* assign = std::get_if<Assign>(&subscription_);
  Assignment now;
  for (const std::string& topic : topics) {
    const auto state = states.find(topic);
    if (state == states.end()) {
      if (!pattern_)
        now.missing_topics.insert(topic);  // a pattern's topic went between two questions
      continue;
    }
    AddPartitions(topic, state->second, assign, &now);
    if (!ids.Matches(topic, state->second.id)) now.recreated[topic] = state->second.id;
  }
  if (assign != nullptr) {
    std::set_difference(assign->partitions.begin(), assign->partitions.end(),
                        now.partitions.begin(), now.partitions.end(),
                        std::inserter(now.missing, now.missing.end()));
    std::erase_if(now.missing, [&](const auto& partition) {
      return now.missing_topics.contains(partition.topic);
    });
  }
  return now;
}

std::string TopicAssignment::ToString() const {
  if (const auto* subscribe = std::get_if<Subscribe>(&subscription_)) {
    return fmt::format("Subscribe[{}]", fmt::join(subscribe->topics, ", "));
  }
  if (const auto* pattern = std::get_if<SubscribePattern>(&subscription_)) {
    return fmt::format("SubscribePattern[{}]", pattern->pattern);
  }
  std::vector<std::string> names;
  for (const TopicPartition& partition : std::get<Assign>(subscription_).partitions) {
    names.push_back(partition.ToString());
  }
  return fmt::format("Assign[{}]", fmt::join(names, ", "));
}

}  // namespace sluice::kafka
