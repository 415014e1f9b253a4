// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "kafka/client_options.h"
#include "kafka/data_loss.h"
#include "kafka/kafka_errors.h"
#include "kafka/range_reader.h"
#include "kafka/source.h"
#include "kafka/start_offsets.h"
#include "kafka/topic_assignment.h"

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
    {"fetch.queue.backoff.ms", "10"},
    {"fetch.error.backoff.ms", "100"},
    {"topic.metadata.propagation.max.ms", "3000"},
    {"receive.message.max.bytes", "2147483647"},
};

ClientSettings Join(std::initializer_list<const ClientSettings*> parts) {
  ClientSettings all;
  for (const ClientSettings* part : parts) all.insert(all.end(), part->begin(), part->end());
  return all;
}

Status TopicMissing(const Assignment& now) {
  std::vector<std::string> names;
  for (const std::string& topic : now.missing_topics)
    names.push_back(fmt::format("topic '{}'", topic));
  for (const TopicPartition& partition : now.missing)
    names.push_back(fmt::format("partition {}", partition.ToString()));
  return Status::Retry(
      "KAFKA_TOPIC_MISSING",
      fmt::format(
          "{} does not exist in Kafka, or this user may not see it. It is read as soon as it "
          "appears. Create it, or correct subscribe / assign.",
          fmt::join(names, ", ")));
}

class KafkaSource : public Source {
 public:
  KafkaSource(std::shared_ptr<SourceParts> parts, std::shared_ptr<Client> lookup_client,
              TopicAssignment assignment, Clock& clock)
      : parts_(std::move(parts)),
        lookup_client_(std::move(lookup_client)),
        assignment_(std::move(assignment)),
        clock_(clock) {}

  Result<OffsetMap> StartingOffsets(const std::stop_token& stop) override;
  Result<OffsetMap> LatestOffsets(const OffsetMap& committed, const std::stop_token& stop) override;
  Result<OffsetMap> CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                  const std::stop_token& stop) override;
  Result<OffsetMap> EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                    const std::stop_token& stop) override;
  std::unique_ptr<RangeReader> NewReader() override {
    return std::make_unique<KafkaRangeReader>(parts_);
  }
  std::vector<SourceWarning> TakeWarnings() override;
  std::string description() const override {
    return fmt::format("KafkaV2[{}]", assignment_.ToString());
  }

 private:
  // The offsets of one look at the cluster, and whether a second look is worth while.
  struct Look {
    OffsetMap latest;
    bool doubtful = false;
  };

  Status CheckGiven(const OffsetMap& given, OffsetMap* start, const std::stop_token& stop);
  Result<Look> LookAtLatest(const OffsetMap& committed, const std::stop_token& stop);
  Status CheckMissing(const Assignment& now, const OffsetMap& committed, Look* look);
  Status AddNewPartitions(const OffsetMap& start, const OffsetMap& end, OffsetMap* complete,
                          const std::stop_token& stop);
  Status CheckDeleted(const OffsetMap& start, const OffsetMap& end);
  Status CheckRecreated(const OffsetMap& end, OffsetMap* complete, const std::stop_token& stop);
  std::set<std::string> recreated();

  std::shared_ptr<SourceParts> parts_;
  std::shared_ptr<Client> lookup_client_;
  const TopicAssignment assignment_;
  Clock& clock_;
  std::mutex mutex_;
  std::set<std::string>
      newborn_;  // GUARDED_BY(mutex_): subscribed topics that did not exist at first
  std::set<std::string>
      recreated_;  // GUARDED_BY(mutex_): topics whose new identity nobody was told of yet
};

Result<OffsetMap> KafkaSource::StartingOffsets(const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(const Assignment now,
                          assignment_.Now(parts_->lookup, parts_->topic_ids, stop));
  std::set<std::string> newborn;
  {
    const std::lock_guard lock(mutex_);
    newborn_.insert(now.missing_topics.begin(), now.missing_topics.end());
    newborn = newborn_;
  }
  if (!now.missing_topics.empty() || !now.missing.empty()) return TopicMissing(now);
  if (now.partitions.empty()) {
    parts_->losses.Warn(
        {"KAFKA_TOPIC_MISSING",
         fmt::format("no topic matches {} yet; those that appear are read from their beginning",
                     assignment_.ToString()),
         0});
  }
  const StartingPosition& starting = parts_->options.starting;
  SLUICE_ASSIGN_OR_RETURN(const StartPlan plan, PlanStart(starting, now.partitions, newborn));
  SLUICE_ASSIGN_OR_RETURN(const OffsetMap answers, parts_->lookup.Offsets(plan.asked, stop));
  std::set<TopicPartition> ask_latest;
  SLUICE_ASSIGN_OR_RETURN(OffsetMap start, ResolveStart(starting, plan, answers, &ask_latest));
  OffsetQuestions questions;
  for (const TopicPartition& partition : ask_latest) questions[partition] = kAskLatest;
  SLUICE_ASSIGN_OR_RETURN(const OffsetMap latest, parts_->lookup.Offsets(questions, stop));
  start.insert(latest.begin(), latest.end());
  SLUICE_RETURN_IF_ERROR(CheckGiven(plan.given, &start, stop));
  return start;
}

// An offset that the user wrote must exist.
Status KafkaSource::CheckGiven(const OffsetMap& given, OffsetMap* start,
                               const std::stop_token& stop) {
  for (const auto& [partition, offset] : given) {
    SLUICE_ASSIGN_OR_RETURN(const AvailableRange available,
                            parts_->lookup.Available(partition, stop));
    const Offset nearest = std::clamp(offset, available.earliest, available.latest);
    if (nearest == offset) continue;
    SLUICE_RETURN_IF_ERROR(parts_->losses.Report(StartOffsetReset(partition, offset, nearest)));
    (*start)[partition] = nearest;
  }
  return Status::Ok();
}

Result<OffsetMap> KafkaSource::LatestOffsets(const OffsetMap& committed,
                                             const std::stop_token& stop) {
  const int retries = std::max(0, parts_->options.fetch_offset_num_retries);
  for (int attempt = 0;; ++attempt) {
    SLUICE_ASSIGN_OR_RETURN(Look look, LookAtLatest(committed, stop));
    if (!look.doubtful || attempt >= retries) {
      parts_->pool.ExpectPartitions(look.latest.size());
      return std::move(look.latest);
    }
    if (!clock_.SleepFor(parts_->options.fetch_offset_retry_interval, stop))
      return Status::Cancelled();
  }
}

Result<KafkaSource::Look> KafkaSource::LookAtLatest(const OffsetMap& committed,
                                                    const std::stop_token& stop) {
  SLUICE_ASSIGN_OR_RETURN(const Assignment now,
                          assignment_.Now(parts_->lookup, parts_->topic_ids, stop));
  Look look;
  SLUICE_RETURN_IF_ERROR(CheckMissing(now, committed, &look));
  OffsetQuestions questions;
  for (const TopicPartition& partition : now.partitions) questions[partition] = kAskLatest;
  SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers answers, parts_->lookup.ListOffsets(questions, stop));
  for (const auto& [partition, answer] : answers) {
    if (IsUnknownPartition(answer.error)) {
      look.doubtful = true;
      continue;
    }
    if (answer.error != 0) {
      return KafkaError(answer.error, fmt::format("latest offset of {}", partition.ToString()), "");
    }
    look.latest[partition] = answer.offset;
    const auto before = committed.find(partition);
    const bool shrunk = before != committed.end() && answer.offset < before->second;  // KAFKA-7703
    if (shrunk && !now.recreated.contains(partition.topic)) look.doubtful = true;
  }
  const std::lock_guard lock(mutex_);
  recreated_.insert(now.recreated.begin(), now.recreated.end());
  return look;
}

// A topic that was never read is waited for; one that was read is deleted if it stays away.
Status KafkaSource::CheckMissing(const Assignment& now, const OffsetMap& committed, Look* look) {
  Assignment unread;
  for (const std::string& topic : now.missing_topics) {
    const bool was_read = std::any_of(committed.begin(), committed.end(), [&](const auto& entry) {
      return entry.first.topic == topic;
    });
    if (was_read)
      look->doubtful = true;
    else
      unread.missing_topics.insert(topic);
  }
  for (const TopicPartition& partition : now.missing) {
    if (committed.contains(partition))
      look->doubtful = true;
    else
      unread.missing.insert(partition);
  }
  return unread.missing_topics.empty() && unread.missing.empty() ? Status::Ok()
                                                                 : TopicMissing(unread);
}

Result<OffsetMap> KafkaSource::CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                             const std::stop_token& stop) {
  SLUICE_RETURN_IF_ERROR(CheckDeleted(start, end));
  OffsetMap complete;
  for (const auto& [partition, offset] : start) {
    if (end.contains(partition)) complete[partition] = offset;
  }
  SLUICE_RETURN_IF_ERROR(CheckRecreated(end, &complete, stop));
  for (const auto& [partition, offset] : complete) {
    const Offset to = end.at(partition);
    if (to < offset)
      SLUICE_RETURN_IF_ERROR(
          parts_->losses.Report(PartitionOffsetChanged(partition, offset, to, false)));
  }
  SLUICE_RETURN_IF_ERROR(AddNewPartitions(start, end, &complete, stop));
  return complete;
}

Status KafkaSource::CheckDeleted(const OffsetMap& start, const OffsetMap& end) {
  std::vector<TopicPartition> deleted;
  std::vector<std::string> positions;
  for (const auto& [partition, offset] : start) {
    if (end.contains(partition)) continue;
    deleted.push_back(partition);
    positions.push_back(fmt::format("{} up to {}", partition.ToString(), offset.value));
  }
  if (deleted.empty()) return Status::Ok();
  DataLoss loss = PartitionsDeleted(deleted);
  loss.reason += fmt::format(" Read were {}.", fmt::join(positions, ", "));
  SLUICE_RETURN_IF_ERROR(parts_->losses.Report(loss));
  for (const TopicPartition& partition : deleted) {
    parts_->pool.Drop(partition.topic);
    parts_->topic_ids.Forget(partition.topic);
  }
  return Status::Ok();
}

std::set<std::string> KafkaSource::recreated() {
  const std::lock_guard lock(mutex_);
  return recreated_;
}

// The new topic is read from its beginning.
Status KafkaSource::CheckRecreated(const OffsetMap& end, OffsetMap* complete,
                                   const std::stop_token& stop) {
  for (const std::string& topic : recreated()) {
    OffsetQuestions questions;
    std::optional<DataLoss> loss;
    for (const auto& [partition, offset] : *complete) {
      if (partition.topic != topic) continue;
      questions[partition] = kAskEarliest;
      const Offset to = end.at(partition);
      if (!loss && to < offset) loss = PartitionOffsetChanged(partition, offset, to, true);
    }
    SLUICE_RETURN_IF_ERROR(parts_->losses.Report(loss ? *loss : TopicRecreated(topic)));
    parts_->pool.Drop(topic);
    SLUICE_ASSIGN_OR_RETURN(const OffsetMap earliest, parts_->lookup.Offsets(questions, stop));
    for (const auto& [partition, offset] : earliest)
      (*complete)[partition] = std::min(offset, end.at(partition));
    parts_->topic_ids.Forget(topic);
    const std::lock_guard lock(mutex_);
    recreated_.erase(topic);
  }
  return Status::Ok();
}

Status KafkaSource::AddNewPartitions(const OffsetMap& start, const OffsetMap& end,
                                     OffsetMap* complete, const std::stop_token& stop) {
  OffsetQuestions questions;
  for (const auto& [partition, offset] : end) {
    if (!start.contains(partition)) questions[partition] = kAskEarliest;
  }
  SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers answers, parts_->lookup.ListOffsets(questions, stop));
  std::vector<TopicPartition> not_found;
  for (const auto& [partition, question] : questions) {
    const auto answer = answers.find(partition);
    if (answer == answers.end() || IsUnknownPartition(answer->second.error)) {
      not_found.push_back(partition);
      continue;
    }
    if (answer->second.error != 0) {
      return KafkaError(answer->second.error,
                        fmt::format("earliest offset of {}", partition.ToString()), "");
    }
    const Offset earliest = answer->second.offset;
    if (earliest.value != 0) {
      SLUICE_RETURN_IF_ERROR(parts_->losses.Report(AddedPartitionNotFromZero(partition, earliest)));
    }
    (*complete)[partition] = earliest;
  }
  return not_found.empty() ? Status::Ok() : parts_->losses.Report(InitialOffsetNotFound(not_found));
}

Result<OffsetMap> KafkaSource::EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                               const std::stop_token& stop) {
  OffsetQuestions questions;
  for (const TopicPartition& partition : partitions) questions[partition] = kAskEarliest;
  return parts_->lookup.Offsets(questions, stop);
}

std::vector<SourceWarning> KafkaSource::TakeWarnings() {
  std::vector<SourceWarning> all = parts_->losses.TakeWarnings();
  const auto add = [&all](std::vector<SourceWarning> more) {
    for (SourceWarning& warning : more) {
      // Both clients notice the same outage.
      const bool told = std::any_of(all.begin(), all.end(), [&](const SourceWarning& old) {
        return old.code == warning.code && old.code == "KAFKA_UNREACHABLE";
      });
      if (!told) all.push_back(std::move(warning));
    }
  };
  add(lookup_client_->events().TakeWarnings());
  if (const auto fetcher = parts_->pool.client()) add(fetcher->events().TakeWarnings());
  return all;
}

}  // namespace

Result<std::unique_ptr<Source>> OpenKafkaSource(SourceOptions options, Clock& clock) {
  const TranslatedOptions translated = TranslateOptions(options.client, Client::Role::kConsumer);
  SLUICE_RETURN_IF_ERROR(ProblemsAsStatus(translated));
  SLUICE_ASSIGN_OR_RETURN(TopicAssignment assignment, TopicAssignment::Make(options));
  ClientSettings settings = Join({&kDefaults, &translated.settings, &kFixed});
  SLUICE_ASSIGN_OR_RETURN(auto client, Client::Open(Client::Role::kConsumer, settings));
  auto parts = std::make_shared<SourceParts>(std::move(options), std::move(settings), client,
                                             translated.read_committed, translated.api_timeout);
  return std::unique_ptr<Source>(std::make_unique<KafkaSource>(std::move(parts), std::move(client),
                                                               std::move(assignment), clock));
}

ClientOptionNotes CheckClientOptions(const std::map<std::string, std::string>& client) {
  TranslatedOptions translated = TranslateOptions(client, Client::Role::kConsumer);
  return {std::move(translated.problems), std::move(translated.warnings)};
}

}  // namespace sluice::kafka
