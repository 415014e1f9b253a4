// SPDX-License-Identifier: Apache-2.0
#include "doctor/cluster_look.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/clock.h"
#include "kafka/source.h"
#include "kafka/topic_assignment.h"
#include "kafka/topic_ids.h"

namespace sluice::doctor {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnect{2500};
constexpr milliseconds kAnswer{4000};
constexpr milliseconds kProbe{1000};
constexpr milliseconds kRead{4000};
// Of the partitions whose first and last record are read.
constexpr size_t kMostRead = 32;
// Topics of a pattern whose rights are asked for; one question each.
constexpr size_t kMostAsked = 8;

// False if no broker answers; the broker part of `look` says why.
bool FindCluster(kafka::ClusterLookup& lookup, ClusterLook* look, const std::stop_token& stop) {
  look->broker.bootstrap = Connect(SplitServers(look->broker.servers), kConnect);
  const bool any = std::ranges::any_of(look->broker.bootstrap,
                                       [](const Listener& one) { return one.trouble.empty(); });
  if (!any) {
    look->broker.answered = Status::Retry("KAFKA_UNREACHABLE", "no connection");
    return false;
  }
  auto cluster = lookup.Cluster(stop);
  look->broker.answered = cluster.status();
  if (cluster.ok()) {
    look->broker.advertised = Connect(cluster->brokers, kConnect);
    look->known_topics = std::move(cluster->topics);
    return std::ranges::any_of(look->broker.advertised,
                               [](const Listener& one) { return one.trouble.empty(); });
  }
  // Once the client has learned where the brokers are it asks only them.
  if (const auto learned = LearnedAddress(cluster.status().message())) {
    std::vector<Listener> sent_to = Connect({*learned}, kConnect);
    if (!sent_to.front().trouble.empty()) {
      look->broker.answered = Status::Ok();
      look->broker.advertised = std::move(sent_to);
      return false;
    }
  }
  for (Listener& listener : look->broker.bootstrap) {
    if (!listener.trouble.empty()) continue;
    listener = AskListener(listener.address, kProbe);
    break;  // one tells
  }
  return false;
}

void ListOffsets(kafka::ClusterLookup& lookup, ClusterLook* look, const std::stop_token& stop) {
  kafka::OffsetQuestions earliest;
  kafka::OffsetQuestions latest;
  for (const TopicPartition& partition : look->partitions) {
    earliest[partition] = kafka::kAskEarliest;
    latest[partition] = kafka::kAskLatest;
  }
  const auto low = lookup.Offsets(earliest, stop);
  look->listed = low.status();
  if (!low.ok()) return;
  const auto high = lookup.Offsets(latest, stop);
  look->listed = high.status();
  if (!high.ok()) return;
  for (const TopicPartition& partition : look->partitions)
    look->ranges[partition] = {low->at(partition), high->at(partition)};
}

void AskRights(kafka::ClusterLookup& lookup, ClusterLook* look, const std::stop_token& stop) {
  size_t asked = 0;
  for (const std::string& topic : look->topics()) {
    if (++asked > kMostAsked) return;
    const auto allowed = lookup.AllowedOperations(topic, stop);
    if (!allowed.ok() || allowed->empty()) return look->allowed.reset();
    if (!look->allowed) {
      look->allowed = *allowed;
    } else {
      std::erase_if(*look->allowed, [&](const auto& name) { return !allowed->contains(name); });
    }
  }
}

RecordSeen Seen(const Record& record) {
  return {record.timestamp_ms, static_cast<int64_t>(record.value_size), record.timestamp_type != 1};
}

// What the ranges hold, as far as it comes in time.
Result<std::vector<RecordSeen>> Read(kafka::RangeReader& reader, std::vector<OffsetRange> ranges,
                                     const std::stop_token& stop) {
  std::vector<RecordSeen> seen;
  if (ranges.empty()) return seen;
  SLUICE_RETURN_IF_ERROR(reader.Start(std::move(ranges)));
  const auto deadline = std::chrono::steady_clock::now() + kRead;
  while (!reader.done() && std::chrono::steady_clock::now() < deadline) {
    SLUICE_ASSIGN_OR_RETURN(const RecordBatch batch, reader.Read({}, stop));
    for (const Record& record : batch.records) seen.push_back(Seen(record));
  }
  return seen;
}

// The first or the last record of each partition that has any.
std::vector<OffsetRange> Ends(const ClusterLook& look, bool first) {
  std::vector<OffsetRange> ranges;
  for (const auto& [partition, range] : look.ranges) {
    if (range.earliest >= range.latest || ranges.size() >= kMostRead) continue;
    const Offset start = first ? range.earliest : Offset{range.latest.value - 1};
    ranges.push_back({partition, start, Offset{start.value + 1}});
  }
  return ranges;
}

void ReadRecords(kafka::SourceOptions options, ClusterLook* look, const std::stop_token& stop) {
  options.poll_timeout = kRead;
  options.fetch_offset_num_retries = 0;
  options.queue_bytes = 8 << 20;
  auto source = kafka::OpenKafkaSource(std::move(options), SystemClock());
  if (!source.ok()) {
    look->read = source.status();
    return;
  }
  const auto reader = (*source)->NewReader();
  const auto by_time = [](const RecordSeen& a, const RecordSeen& b) {
    return a.timestamp_ms < b.timestamp_ms;
  };
  const auto first = Read(*reader, Ends(*look, true), stop);
  look->read = first.status();
  if (!first.ok()) return;
  if (!first->empty()) look->oldest = *std::ranges::min_element(*first, by_time);
  const auto last = Read(*reader, Ends(*look, false), stop);
  look->read = last.status();
  if (last.ok() && !last->empty()) look->newest = *std::ranges::max_element(*last, by_time);
}

}  // namespace

std::set<std::string> ClusterLook::topics() const {
  std::set<std::string> names;
  for (const TopicPartition& partition : partitions) names.insert(partition.topic);
  return names;
}

int64_t ClusterLook::records() const {
  int64_t count = 0;
  for (const auto& [partition, range] : ranges) count += range.latest.value - range.earliest.value;
  return count;
}

ClusterLook LookForJob(const kafka::SourceOptions& source, const std::stop_token& stop) {
  ClusterLook look;
  look.broker = LookOf(source.client);
  auto lookup = kafka::OpenClusterLookup(source.client, kafka::Client::Role::kConsumer, kAnswer);
  auto assignment = kafka::TopicAssignment::Make(source);
  look.broker.answered = lookup.ok() ? assignment.status() : lookup.status();
  if (!look.broker.answered.ok()) return look;
  look.subscription = assignment->ToString();
  if (!FindCluster(**lookup, &look, stop)) return look;
  kafka::TopicIds ids;
  auto now = assignment->Now(**lookup, ids, stop);
  look.described = now.status();
  if (!now.ok()) return look;
  look.partitions = std::move(now->partitions);
  look.missing_topics = std::move(now->missing_topics);
  look.missing_partitions = std::move(now->missing);
  if (look.partitions.empty()) return look;
  AskRights(**lookup, &look, stop);
  ListOffsets(**lookup, &look, stop);
  if (look.listed.ok()) ReadRecords(source, &look, stop);
  return look;
}

ClusterLook LookForProducer(const std::map<std::string, std::string>& client,
                            const std::string& topic, const std::stop_token& stop) {
  ClusterLook look;
  look.broker = LookOf(client);
  look.subscription = topic;
  auto lookup = kafka::OpenClusterLookup(client, kafka::Client::Role::kProducer, kAnswer);
  look.broker.answered = lookup.status();
  if (!lookup.ok() || !FindCluster(**lookup, &look, stop)) return look;
  const auto states = (*lookup)->DescribeTopics({topic}, stop);
  look.described = states.status();
  if (!states.ok()) return look;
  if (!states->contains(topic)) {
    look.missing_topics.insert(topic);
    return look;
  }
  for (const PartitionId id : states->at(topic).partitions) look.partitions.insert({topic, id});
  AskRights(**lookup, &look, stop);
  const auto limit = (*lookup)->MaxMessageBytes(topic, stop);
  if (limit.ok()) look.max_message_bytes = *limit;
  return look;
}

}  // namespace sluice::doctor
