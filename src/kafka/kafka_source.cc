// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <set>

#include "kafka/client_options.h"
#include "kafka/consumer_settings.h"
#include "kafka/data_loss.h"
#include "kafka/kafka_errors.h"
#include "kafka/range_reader.h"
#include "kafka/source.h"
#include "kafka/start_offsets.h"
#include "kafka/topic_assignment.h"

namespace sluice::kafka {
namespace {

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

// A leader moves, or a topic is just being made or deleted: the brokers do not agree yet.
Status NotKnownToItsLeader(const std::set<TopicPartition>& partitions) {
  std::vector<std::string> names;
  for (const TopicPartition& partition : partitions) names.push_back(partition.ToString());
  return Status::Retry(
      "KAFKA_TOPIC_MISSING",
      fmt::format(
          "Kafka lists {}, but the broker that should hold it does not know it. Nothing was "
          "lost; it is asked again.",
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
  std::map<std::string, std::string> TopicIds(const OffsetMap& offsets) const override;
  void RememberTopicIds(const std::map<std::string, std::string>& ids) override {
    for (const auto& [topic, id] : ids) parts_->topic_ids.Set(topic, id);
  }
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
    std::set<TopicPartition> unknown;  // listed, but whoever should hold them does not know them
    bool doubtful = false;
  };
  using TopicIdMap = std::map<std::string, std::string>;

  Status CheckGiven(const OffsetMap& given, OffsetMap* start, const std::stop_token& stop);
  Result<Look> LookAtLatest(const OffsetMap& committed, const std::stop_token& stop);
  static Status CheckMissing(const Assignment& now, const OffsetMap& committed);
  Status AddNewPartitions(const OffsetMap& start, const OffsetMap& end, OffsetMap* complete,
                          const std::stop_token& stop);
  Result<OffsetAnswers> AskPatiently(const OffsetQuestions& questions, const std::stop_token& stop);
  Status CheckNotFound(const std::set<TopicPartition>& not_found, const std::stop_token& stop);
  Status CheckDeleted(const OffsetMap& start, const OffsetMap& end);
  Status CheckRecreated(const TopicIdMap& recreated, const OffsetMap& end, OffsetMap* complete,
                        const std::stop_token& stop);
  Status CheckShrunk(const OffsetMap& start, const OffsetMap& end);
  TopicIdMap recreated();
  OffsetMap WhereLeft(const std::vector<TopicPartition>& partitions);
  void Adopt(const TopicIdMap& recreated);

  std::shared_ptr<SourceParts> parts_;
  std::shared_ptr<Client> lookup_client_;
  const TopicAssignment assignment_;
  Clock& clock_;
  std::mutex mutex_;
  std::set<std::string>
      newborn_;           // GUARDED_BY(mutex_): subscribed topics that did not exist at first
  TopicIdMap recreated_;  // GUARDED_BY(mutex_): of the last look
  // GUARDED_BY(mutex_): how far partitions were read that then were away. One that comes back goes on
  // there, unless its topic has another id.
  OffsetMap left_;
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
      if (!look.unknown.empty()) return NotKnownToItsLeader(look.unknown);
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
  SLUICE_RETURN_IF_ERROR(CheckMissing(now, committed));
  OffsetQuestions questions;
  for (const TopicPartition& partition : now.partitions) questions[partition] = kAskLatest;
  SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers answers, parts_->lookup.ListOffsets(questions, stop));
  for (const TopicPartition& partition : now.partitions) {
    const auto answer = answers.find(partition);
    if (answer == answers.end() || IsUnknownPartition(answer->second.error)) {
      look.unknown.insert(partition);
      look.doubtful = true;
      continue;
    }
    const auto& [offset, error] = answer->second;
    if (error != 0) {
      return KafkaError(error, fmt::format("latest offset of {}", partition.ToString()), "");
    }
    look.latest[partition] = offset;
    const auto before = committed.find(partition);
    const bool shrunk = before != committed.end() && offset < before->second;  // KAFKA-7703
    if (shrunk && !now.recreated.contains(partition.topic)) look.doubtful = true;
  }
  for (const auto& [partition, offset] : committed) {
    const bool gone = !now.partitions.contains(partition);
    if (gone && !now.recreated.contains(partition.topic)) look.doubtful = true;
  }
  const std::lock_guard lock(mutex_);
  recreated_ = now.recreated;
  return look;
}

// A topic that was never read is waited for; one that was read is deleted if it stays away.
Status KafkaSource::CheckMissing(const Assignment& now, const OffsetMap& committed) {
  Assignment unread;
  for (const std::string& topic : now.missing_topics) {
    const bool was_read = std::any_of(committed.begin(), committed.end(), [&](const auto& entry) {
      return entry.first.topic == topic;
    });
    if (!was_read) unread.missing_topics.insert(topic);
  }
  for (const TopicPartition& partition : now.missing) {
    if (!committed.contains(partition)) unread.missing.insert(partition);
  }
  return unread.missing_topics.empty() && unread.missing.empty() ? Status::Ok()
                                                                 : TopicMissing(unread);
}

// May be called again with the same offsets, after an error and after a success: what it learns is
// kept beside what the last look said, and a new identity counts only when all else is well.
Result<OffsetMap> KafkaSource::CompleteStart(const OffsetMap& start, const OffsetMap& end,
                                             const std::stop_token& stop) {
  const TopicIdMap recreated = this->recreated();
  SLUICE_RETURN_IF_ERROR(CheckDeleted(start, end));
  OffsetMap complete;
  for (const auto& [partition, offset] : start) {
    if (end.contains(partition)) complete[partition] = offset;
  }
  SLUICE_RETURN_IF_ERROR(CheckRecreated(recreated, end, &complete, stop));
  SLUICE_RETURN_IF_ERROR(CheckShrunk(complete, end));
  SLUICE_RETURN_IF_ERROR(AddNewPartitions(start, end, &complete, stop));
  Adopt(recreated);
  return complete;
}

Status KafkaSource::CheckShrunk(const OffsetMap& start, const OffsetMap& end) {
  for (const auto& [partition, offset] : start) {
    const Offset to = end.at(partition);
    if (to >= offset) continue;
    SLUICE_RETURN_IF_ERROR(
        parts_->losses.Report(PartitionOffsetChanged(partition, offset, to, false)));
  }
  return Status::Ok();
}

void KafkaSource::Adopt(const TopicIdMap& recreated) {
  for (const auto& [topic, id] : recreated) parts_->topic_ids.Set(topic, id);
  const std::lock_guard lock(mutex_);
  std::erase_if(left_, [&](const auto& entry) { return recreated.contains(entry.first.topic); });
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
  for (const TopicPartition& partition : deleted) parts_->pool.Drop(partition.topic);
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : deleted) {
    // Without an id nobody can tell whether it is the same topic that comes back.
    if (parts_->topic_ids.Knows(partition.topic)) left_[partition] = start.at(partition);
  }
  return Status::Ok();
}

KafkaSource::TopicIdMap KafkaSource::recreated() {
  const std::lock_guard lock(mutex_);
  return recreated_;
}

// Positions of those of the partitions that were away and are the same as before.
OffsetMap KafkaSource::WhereLeft(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  OffsetMap positions;
  for (const TopicPartition& partition : partitions) {
    const auto left = left_.find(partition);
    if (left != left_.end() && !recreated_.contains(partition.topic)) positions.insert(*left);
  }
  return positions;
}

// The new topic is read from its beginning. Of one that was away the loss was told then.
Status KafkaSource::CheckRecreated(const TopicIdMap& recreated, const OffsetMap& end,
                                   OffsetMap* complete, const std::stop_token& stop) {
  for (const auto& [topic, id] : recreated) {
    OffsetQuestions questions;
    std::optional<DataLoss> loss;
    for (const auto& [partition, offset] : *complete) {
      if (partition.topic != topic) continue;
      questions[partition] = kAskEarliest;
      const Offset to = end.at(partition);
      if (!loss && to < offset) loss = PartitionOffsetChanged(partition, offset, to, true);
    }
    parts_->pool.Drop(topic);
    if (questions.empty()) continue;
    SLUICE_RETURN_IF_ERROR(parts_->losses.Report(loss ? *loss : TopicRecreated(topic)));
    SLUICE_ASSIGN_OR_RETURN(const OffsetMap earliest, parts_->lookup.Offsets(questions, stop));
    for (const auto& [partition, offset] : earliest)
      (*complete)[partition] = std::min(offset, end.at(partition));
  }
  return Status::Ok();
}

Status KafkaSource::AddNewPartitions(const OffsetMap& start, const OffsetMap& end,
                                     OffsetMap* complete, const std::stop_token& stop) {
  std::vector<TopicPartition> added;
  for (const auto& [partition, offset] : end) {
    if (!start.contains(partition)) added.push_back(partition);
  }
  const OffsetMap back = WhereLeft(added);
  SLUICE_RETURN_IF_ERROR(CheckShrunk(back, end));
  complete->insert(back.begin(), back.end());
  OffsetQuestions questions;
  for (const TopicPartition& partition : added) {
    if (!back.contains(partition)) questions[partition] = kAskEarliest;
  }
  SLUICE_ASSIGN_OR_RETURN(const OffsetAnswers answers, AskPatiently(questions, stop));
  std::set<TopicPartition> not_found;
  for (const auto& [partition, question] : questions) {
    const auto answer = answers.find(partition);
    if (answer == answers.end() || IsUnknownPartition(answer->second.error)) {
      not_found.insert(partition);
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
  return CheckNotFound(not_found, stop);
}

// Asks again, as often as LatestOffsets() does, while a partition is not known.
Result<OffsetAnswers> KafkaSource::AskPatiently(const OffsetQuestions& questions,
                                                const std::stop_token& stop) {
  for (int left = std::max(0, parts_->options.fetch_offset_num_retries);; --left) {
    SLUICE_ASSIGN_OR_RETURN(OffsetAnswers answers, parts_->lookup.ListOffsets(questions, stop));
    const bool all_known = std::all_of(questions.begin(), questions.end(), [&](const auto& asked) {
      const auto answer = answers.find(asked.first);
      return answer != answers.end() && !IsUnknownPartition(answer->second.error);
    });
    if (all_known || left == 0) return answers;
    if (!clock_.SleepFor(parts_->options.fetch_offset_retry_interval, stop))
      return Status::Cancelled();
  }
}

// Lost are those that the cluster does not list any more; for the others it is too early to say.
Status KafkaSource::CheckNotFound(const std::set<TopicPartition>& not_found,
                                  const std::stop_token& stop) {
  if (not_found.empty()) return Status::Ok();
  SLUICE_ASSIGN_OR_RETURN(const Assignment now,
                          assignment_.Now(parts_->lookup, parts_->topic_ids, stop));
  std::set<TopicPartition> listed;
  std::set_intersection(not_found.begin(), not_found.end(), now.partitions.begin(),
                        now.partitions.end(), std::inserter(listed, listed.end()));
  if (!listed.empty()) return NotKnownToItsLeader(listed);
  return parts_->losses.Report(InitialOffsetNotFound({not_found.begin(), not_found.end()}));
}

Result<OffsetMap> KafkaSource::EarliestOffsets(const std::vector<TopicPartition>& partitions,
                                               const std::stop_token& stop) {
  OffsetMap offsets = WhereLeft(partitions);
  OffsetQuestions questions;
  for (const TopicPartition& partition : partitions) {
    if (!offsets.contains(partition)) questions[partition] = kAskEarliest;
  }
  SLUICE_ASSIGN_OR_RETURN(OffsetMap earliest, parts_->lookup.Offsets(questions, stop));
  offsets.merge(earliest);
  return offsets;
}

std::map<std::string, std::string> KafkaSource::TopicIds(const OffsetMap& offsets) const {
  std::map<std::string, std::string> ids;
  for (const auto& [partition, offset] : offsets) {
    if (const auto id = parts_->topic_ids.Find(partition.topic)) ids[partition.topic] = *id;
  }
  return ids;
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
  ClientSettings settings = ConsumerSettings(translated.settings);
  SLUICE_ASSIGN_OR_RETURN(auto client, Client::Open(Client::Role::kConsumer, settings));
  auto parts = std::make_shared<SourceParts>(std::move(options), std::move(settings), client,
                                             translated.read_committed, translated.api_timeout);
  return std::unique_ptr<Source>(std::make_unique<KafkaSource>(std::move(parts), std::move(client),
                                                               std::move(assignment), clock));
}

ClientOptionNotes CheckClientOptions(const std::map<std::string, std::string>& client) {
  TranslatedOptions translated = TranslateOptions(client, Client::Role::kConsumer);
  return {std::move(translated.problems), std::move(translated.lacking),
          std::move(translated.warnings)};
}

}  // namespace sluice::kafka
