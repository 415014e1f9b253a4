// SPDX-License-Identifier: Apache-2.0
#include "monitor/producer_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <map>
#include <sstream>

#include "core/version.h"
#include "monitor/process_metrics.h"

namespace sluice::monitor {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;

const Histogram::BucketBoundaries kSeconds = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60};

void Add(Counter* counter, int64_t by) {
  if (by > 0) counter->Increment(static_cast<double>(by));
}

double Seconds(int64_t ms) { return static_cast<double>(ms) / 1000; }

class Builder {
 public:
  explicit Builder(prometheus::Registry& registry) : registry_(registry) {}
  Counter* AddCounter(const char* name, const char* help, const Labels& labels = {}) {
    return &prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
  }
  Gauge* AddGauge(const char* name, const char* help, const Labels& labels = {}) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
  }
  Histogram* AddHistogram(const char* name, const char* help) {
    return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add({},
                                                                                       kSeconds);
  }
  // One counter for each value of a label.
  std::vector<Counter*> AddCounters(const char* name, const char* help, const Labels& labels,
                                    const std::string& label,
                                    const std::vector<std::string>& values) {
    std::vector<Counter*> counters;
    for (const std::string& value : values) {
      Labels all = labels;
      all[label] = value;
      counters.push_back(AddCounter(name, help, all));
    }
    return counters;
  }

 private:
  prometheus::Registry& registry_;
};

struct SourceSeries {
  SourceSeries(Builder& add, const std::string& name, const ProducerLabels& labels);

  std::vector<Counter*> polls, faults, bodies, entities, entity_faults, deliveries;
  Counter *wire_bytes, *body_bytes, *messages, *message_bytes, *missed;
  Gauge *header, *header_age, *good_poll, *good_poll_age, *is_good, *is_frozen, *fetch_seconds;
  std::atomic<double> header_seconds{0};  // of the last feed that had one
  std::atomic<int64_t> good_poll_ms{0};
};

SourceSeries::SourceSeries(Builder& add, const std::string& name, const ProducerLabels& labels) {
  const Labels source = {{"source", name}};
  polls = add.AddCounters("sluice_producer_polls_total", "Polls by how they ended.", source,
                          "result", labels.poll_results);
  faults = add.AddCounters("sluice_producer_feed_faults_total",
                           "Polls that found such a fault in the feed's header or answers.", source,
                           "fault", labels.feed_faults);
  bodies = add.AddCounters("sluice_producer_bad_bodies_total",
                           "Bodies that were no feed, by what they were.", source, "kind",
                           labels.bodies);
  entities = add.AddCounters("sluice_producer_entities_total",
                             "Entities of published polls: sent as they were, repaired, left out.",
                             source, "result", {"sent", "repaired", "dropped"});
  entity_faults =
      add.AddCounters("sluice_producer_entity_faults_total", "Faults inside of entities, by kind.",
                      source, "fault", labels.entity_faults);
  deliveries = add.AddCounters("sluice_producer_deliveries_total",
                               "Records by what became of them in Kafka.", source, "result",
                               labels.delivery_results);
  wire_bytes =
      add.AddCounter("sluice_producer_wire_bytes_total", "Bytes of answers, as received.", source);
  body_bytes =
      add.AddCounter("sluice_producer_body_bytes_total", "The same, decompressed.", source);
  messages = add.AddCounter("sluice_producer_messages_total", "Messages queued for Kafka.", source);
  message_bytes =
      add.AddCounter("sluice_producer_message_bytes_total", "Bytes of their values.", source);
  missed = add.AddCounter("sluice_producer_missed_ticks_total",
                          "Ticks that passed while a poll was under way.", source);
  header = add.AddGauge("sluice_producer_header_timestamp_seconds",
                        "Time in the header of the last feed; 0: none yet.", source);
  header_age =
      add.AddGauge("sluice_producer_header_age_seconds",
                   "How old that is now; negative: ahead of our clock; 0: none yet.", source);
  good_poll = add.AddGauge("sluice_producer_last_good_poll_timestamp_seconds",
                           "When the last good poll ended; 0: none yet.", source);
  good_poll_age =
      add.AddGauge("sluice_producer_last_good_poll_age_seconds",
                   "Time since the last good poll; since the start, if there was none.", source);
  is_good = add.AddGauge("sluice_producer_feed_up", "1 if the last poll was good.", source);
  is_frozen = add.AddGauge("sluice_producer_feed_frozen",
                           "1 if the header has kept its time for too long.", source);
  fetch_seconds = add.AddGauge("sluice_producer_last_fetch_seconds",
                               "Duration of the last poll's request.", source);
}

}  // namespace

struct ProducerMetrics::Series {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  Builder add{registry};
  int64_t started_ms = 0;
  std::vector<std::unique_ptr<SourceSeries>> sources;
  Gauge* kafka_up =
      add.AddGauge("sluice_producer_kafka_up", "1 if Kafka answers and has the topic.");
  Gauge* queue_records =
      add.AddGauge("sluice_producer_queue_records", "Records that Kafka has not acknowledged yet.");
  Gauge* queue_bytes = add.AddGauge("sluice_producer_queue_bytes", "Their bytes.");
  Gauge* queue_limit = add.AddGauge("sluice_producer_queue_limit_bytes",
                                    "Most bytes of the queue; then polling waits.");
  Counter* queue_waited = add.AddCounter("sluice_producer_queue_wait_seconds_total",
                                         "Time that workers have waited for room, all together.");
  Gauge* feeds = add.AddGauge("sluice_producer_feeds", "Feeds that are configured.");
  Histogram* fetch = add.AddHistogram("sluice_producer_fetch_seconds", "Durations of requests.");
  Histogram* render = add.AddHistogram("sluice_producer_render_seconds",
                                       "Durations of parsing, rendering and queueing a poll.");
  std::map<std::string, Counter*> log_lines;
};

ProducerMetrics::ProducerMetrics(const std::vector<std::string>& sources,
                                 const ProducerLabels& labels, int64_t started_ms)
    : series_(std::make_unique<Series>()) {
  Series& s = *series_;
  s.started_ms = started_ms;
  for (const std::string& source : sources)
    s.sources.push_back(std::make_unique<SourceSeries>(s.add, source, labels));
  s.feeds->Set(static_cast<double>(sources.size()));
  for (const char* level : {"debug", "info", "warn", "error"}) {
    s.log_lines[level] = s.add.AddCounter("sluice_producer_log_messages_total",
                                          "Lines written to the log.", {{"level", level}});
  }
  s.add
      .AddGauge(
          "sluice_producer_build_info", "The release that runs.",
          {{"version", kVersion}, {"revision", BuildRevision()}, {"compiler", BuildCompiler()}})
      ->Set(1);
}

ProducerMetrics::~ProducerMetrics() = default;

void ProducerMetrics::PollDone(size_t source, const PollNumbers& poll) {
  SourceSeries& s = *series_->sources[source];
  s.polls[poll.result]->Increment();
  for (const size_t fault : poll.feed_faults) s.faults[fault]->Increment();
  if (poll.bad_body) s.bodies[*poll.bad_body]->Increment();
  Add(s.entities[0], poll.entities_good);
  Add(s.entities[1], poll.entities_repaired);
  Add(s.entities[2], poll.entities_dropped);
  for (size_t i = 0; i < poll.entity_faults.size(); ++i)
    Add(s.entity_faults[i], poll.entity_faults[i]);
  Add(s.wire_bytes, poll.wire_bytes);
  Add(s.body_bytes, poll.body_bytes);
  Add(s.messages, poll.messages);
  Add(s.message_bytes, poll.message_bytes);
  Add(s.missed, poll.missed_ticks);
  if (poll.header_seconds) s.header_seconds = *poll.header_seconds;
  if (poll.good) s.good_poll_ms = poll.at_ms;
  s.is_good->Set(poll.good ? 1 : 0);
  s.is_frozen->Set(poll.frozen ? 1 : 0);
  s.fetch_seconds->Set(poll.fetch_seconds);
  series_->fetch->Observe(poll.fetch_seconds);
  series_->render->Observe(poll.render_seconds);
}

void ProducerMetrics::Delivered(size_t source, size_t result) {
  series_->sources[source]->deliveries[result]->Increment();
}

void ProducerMetrics::SetKafka(bool well) { series_->kafka_up->Set(well ? 1 : 0); }

void ProducerMetrics::LogLine(std::string_view level) {
  const auto at = series_->log_lines.find(std::string(level));
  if (at != series_->log_lines.end()) at->second->Increment();
}

std::string ProducerMetrics::Text(const QueueNumbers& queue, int64_t now_ms) const {
  Series& s = *series_;
  s.queue_records->Set(static_cast<double>(queue.records));
  s.queue_bytes->Set(static_cast<double>(queue.bytes));
  s.queue_limit->Set(static_cast<double>(queue.limit_bytes));
  s.queue_waited->Increment(queue.waited_seconds - s.queue_waited->Value());
  for (const auto& source : s.sources) {
    const double header = source->header_seconds;
    const int64_t good = source->good_poll_ms;
    source->header->Set(header);
    source->header_age->Set(header > 0 ? Seconds(now_ms) - header : 0);
    source->good_poll->Set(Seconds(good));
    source->good_poll_age->Set(Seconds(now_ms - (good > 0 ? good : s.started_ms)));
  }
  std::vector<prometheus::MetricFamily> families = s.registry.Collect();
  AppendProcessMetrics(families);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace sluice::monitor
