// SPDX-License-Identifier: Apache-2.0
#include "kafka/source_watch.h"

#include <set>
#include <utility>

#include "kafka/client_options.h"
#include "kafka/cluster_lookup.h"
#include "kafka/consumer_settings.h"
#include "kafka/topic_assignment.h"

namespace sluice::kafka {
namespace {

class KafkaSourceWatch : public SourceWatch {
 public:
  KafkaSourceWatch(std::shared_ptr<Client> client, const TranslatedOptions& options,
                   TopicAssignment assignment)
      : lookup_(std::move(client), options.read_committed, options.api_timeout),
        assignment_(std::move(assignment)) {}

  Result<SourceView> Look(const std::stop_token& stop) override {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                            assignment_.Topics(lookup_, stop));
    SLUICE_ASSIGN_OR_RETURN(const auto answers, lookup_.AskTopics(names, stop));
    SourceView view;
    OffsetQuestions questions;
    for (const std::string& name : names) {
      const auto answer = answers.find(name);
      view.topics[name] = answer != answers.end() && answer->second.problem.ok();
      if (!view.topics[name]) continue;
      for (const PartitionId id : answer->second.state.partitions) {
        const TopicPartition partition{name, id};
        if (assignment_.Covers(partition)) questions[partition] = kAskLatest;
      }
    }
    SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers ends, lookup_.ListOffsets(questions, stop));
    for (const auto& [partition, end] : ends) {
      if (end.error == 0) view.latest[partition] = end.offset;
    }
    return view;
  }

 private:
  ClusterLookup lookup_;
  TopicAssignment assignment_;
};

}  // namespace

std::vector<std::string> SubscribedNames(const SourceOptions& options) {
  if (const auto* pattern = std::get_if<SubscribePattern>(&options.subscription))
    return {pattern->pattern};
  std::set<std::string> names;
  if (const auto* subscribe = std::get_if<Subscribe>(&options.subscription))
    names.insert(subscribe->topics.begin(), subscribe->topics.end());
  if (const auto* assign = std::get_if<Assign>(&options.subscription)) {
    for (const TopicPartition& partition : assign->partitions) names.insert(partition.topic);
  }
  return {names.begin(), names.end()};
}

Result<std::unique_ptr<SourceWatch>> OpenSourceWatch(const SourceOptions& options) {
  const TranslatedOptions translated = TranslateOptions(options.client, Client::Role::kConsumer);
  SLUICE_RETURN_IF_ERROR(ProblemsAsStatus(translated));
  SLUICE_ASSIGN_OR_RETURN(TopicAssignment assignment, TopicAssignment::Make(options));
  SLUICE_ASSIGN_OR_RETURN(
      auto client, Client::Open(Client::Role::kConsumer, ConsumerSettings(translated.settings)));
  return std::unique_ptr<SourceWatch>(
      std::make_unique<KafkaSourceWatch>(std::move(client), translated, std::move(assignment)));
}

}  // namespace sluice::kafka
