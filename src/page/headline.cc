// SPDX-License-Identifier: Apache-2.0
#include "page/headline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/value_text.h"
#include "page/words.h"

namespace sluice::page {

namespace {

// As in the alerts, whose limits are three triggers where that is longer.
constexpr double kStuckSeconds = 300;
constexpr double kFreshSeconds = 60;
constexpr double kSomeBad = 0.01;
constexpr double kMostlyBad = 0.5;
constexpr int64_t kFailures = 2;

double Since(int64_t at_ms, int64_t now_ms) {
  return static_cast<double>(std::max<int64_t>(now_ms - at_ms, 0)) / 1000;
}

double AtLeastThreeTriggers(double seconds, const QueryFacts& facts) {
  return std::max(seconds, 3 * facts.trigger_seconds);
}

// "topic a", "topics a, b and 3 more".
std::string TopicsOf(const QueryFacts& facts) {
  constexpr size_t kNamed = 3;
  const auto& topics = facts.topics;
  if (topics.empty()) return "the topic";
  std::string text = topics.size() == 1 ? "topic " : "topics ";
  for (size_t i = 0; i < std::min(topics.size(), kNamed); ++i)
    text += (i == 0 ? "" : ", ") + topics[i];
  if (topics.size() > kNamed) text += fmt::format(" and {} more", topics.size() - kNamed);
  return text;
}

std::string WithCapital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

struct Known {
  std::string_view code;
  std::string_view sentence;
  std::string_view runbook;
};

constexpr std::array kKnown = {
    Known{"KAFKA_UNREACHABLE", "No Kafka broker answers.", "SparkStreamingStuck"},
    Known{"KAFKA_AUTHENTICATION_FAILED", "Kafka refuses the credentials.", "SparkStreamingStuck"},
    Known{"KAFKA_TLS_FAILED", "There is no TLS connection to Kafka.", "SparkStreamingStuck"},
    Known{"KAFKA_NO_RECORDS", "Kafka sends nothing of a batch that is under way.",
          "SparkStreamingStuck"},
    Known{"KAFKA_TIMEOUT", "Kafka takes too long to send a record.", "SparkStreamingStuck"},
    Known{"NO_SPACE", "The disk is full.", "SparkStreamingDiskFilling"},
    Known{"NOT_WRITABLE", "The table cannot be written.", "SparkStreamingBatchFailures"},
    Known{"STORAGE", "The table's storage fails.", "SparkStreamingBatchFailures"},
    Known{"CONFLICTS", "Other writers win each commit to the table.",
          "SparkStreamingCommitConflicts"},
    Known{"FENCED", "Another program runs this query on the same table.", "SparkStreamingDown"},
};

// Of a code that says why the query waits or has failed.
Headline OfCode(const QueryFacts& facts, std::string otherwise) {
  Headline top;
  top.level = Level::kBad;
  top.code = facts.state.code;
  top.detail = facts.state.message;
  if (facts.state.code == "KAFKA_TOPIC_MISSING") {
    top.sentence = WithCapital(TopicsOf(facts)) + (facts.topics.size() > 1 ? " are" : " is") +
                   " missing in Kafka.";
    top.runbook = "SparkStreamingSourceTopicMissing";
    return top;
  }
  const auto* const known = std::find_if(
      kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.code == facts.state.code; });
  top.sentence = known == kKnown.end() ? std::move(otherwise) : std::string(known->sentence);
  top.runbook = known == kKnown.end() ? "" : std::string(known->runbook);
  return top;
}

std::optional<Headline> OfState(const QueryFacts& facts) {
  switch (facts.state.state) {
    case RunState::kRunning: return {};
    case RunState::kStarting:
      return Headline{Level::kNote, "starting", "Starting: opening checkpoint, table and topic.",
                      "", ""};
    case RunState::kWaiting: return OfCode(facts, "The query cannot go on and tries again.");
    case RunState::kStopping:
      return Headline{Level::kNote, "stopping", "Stopping when the batch under way is committed.",
                      "", ""};
    case RunState::kStopped:
      return Headline{Level::kNote, "stopped",
                      facts.table_version < 0
                          ? std::string("Stopped; nothing was committed.")
                          : fmt::format("Stopped at a batch boundary; the table is at version {}.",
                                        WithThousands(facts.table_version)),
                      "", ""};
    case RunState::kFailed: {
      Headline top = OfCode(facts, "The query has failed.");
      if (top.runbook.empty()) top.runbook = "SparkStreamingDown";
      return top;
    }
  }
  return {};
}

std::optional<Headline> OfLoss(const QueryFacts& facts) {
  if (facts.lost_records == 0) return {};
  return Headline{
      Level::kBad, "data_loss",
      fmt::format("Data loss: {} {} gone from Kafka before the query read {}.",
                  Records(facts.lost_records), facts.lost_records == 1 ? "was" : "were",
                  facts.lost_records == 1 ? "it" : "them"),
      "Retention was shorter than the query's delay, or the topic was deleted. The query went on "
      "because failOnDataLoss is false.",
      "SparkStreamingDataLoss"};
}

std::optional<Headline> OfStanding(const QueryFacts& facts) {
  const double idle = Since(std::max(facts.last_commit_ms, facts.started_ms), facts.now_ms);
  if (facts.lag_records == 0 || idle < AtLeastThreeTriggers(kStuckSeconds, facts)) return {};
  return Headline{Level::kBad, "stuck",
                  fmt::format("Stuck: {} wait, and nothing was committed for {}.",
                              Records(facts.lag_records), Lasting(idle)),
                  "Look at the newest lines of the log, then at the batch under way.",
                  "SparkStreamingStuck"};
}

double Share(int64_t part, int64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

std::optional<Headline> OfBadRecords(const QueryFacts& facts, double least, Level level) {
  const double share = Share(facts.bad_records + facts.unmatched_records, facts.records);
  if (share <= least) return {};
  const bool most = least >= kMostlyBad;
  return Headline{
      level, most ? "mostly_bad" : "some_bad",
      fmt::format("{:.{}f} % of the records of the last 10 minutes are not what the schema says.",
                  share * 100, share < 0.1 ? 1 : 0),
      most ? "Most likely this topic holds something else, or decode.schema is out of date. The "
             "samples below show what came."
           : "Their columns are NULL. The samples below show what came.",
      "SparkStreamingBadRecords"};
}

std::string CatchingUp(const QueryFacts& facts) {
  const double gained = facts.committed_per_second - facts.arriving_per_second;
  if (gained <= 0) return "At the present rate it does not catch up.";
  return fmt::format("At the present rate it catches up in about {}.",
                     Lasting(static_cast<double>(facts.lag_records) / gained));
}

std::optional<Headline> OfLag(const QueryFacts& facts) {
  if (facts.lag_records == 0 || facts.lag_seconds <= AtLeastThreeTriggers(kFreshSeconds, facts)) {
    return {};
  }
  return Headline{Level::kWarning, "behind",
                  fmt::format("Behind: {} wait, the oldest for {}.", Records(facts.lag_records),
                              Lasting(facts.lag_seconds)),
                  CatchingUp(facts), "SparkStreamingFreshnessBudgetBurn"};
}

std::optional<Headline> OfFailures(const QueryFacts& facts) {
  if (facts.failed_batches <= kFailures) return {};
  return Headline{
      Level::kWarning, "failures",
      fmt::format("{} tries at a batch failed within 10 minutes.", facts.failed_batches),
      "Each was done again, and nothing is lost. The log says why.", "SparkStreamingBatchFailures"};
}

Headline Well(const QueryFacts& facts) {
  if (facts.newest_record_ms < 0) {
    return {Level::kGood, "nothing_yet",
            facts.lag_records > 0
                ? "Well: the first batch is under way."
                : WithCapital(TopicsOf(facts)) + " holds nothing yet; all is ready.",
            "", ""};
  }
  const double age = Since(facts.newest_record_ms, facts.now_ms);
  if (facts.lag_records == 0 && age > kFreshSeconds) {
    return {Level::kGood, "idle",
            fmt::format("Well: all that is in Kafka is in the table; nothing new came for {}.",
                        Lasting(age)),
            "", ""};
  }
  return {Level::kGood, "well",
          fmt::format("Well: the table holds what came up to {} ago.", Lasting(age)), "", ""};
}

}  // namespace

const char* ToString(Level level) {
  switch (level) {
    case Level::kGood: return "good";
    case Level::kNote: return "note";
    case Level::kWarning: return "warning";
    case Level::kBad: return "bad";
  }
  return "note";
}

const char* ToString(RunState state) {
  switch (state) {
    case RunState::kStarting: return "starting";
    case RunState::kRunning: return "running";
    case RunState::kWaiting: return "waiting";
    case RunState::kStopping: return "stopping";
    case RunState::kStopped: return "stopped";
    case RunState::kFailed: return "failed";
  }
  return "starting";
}

Headline JudgeQuery(const QueryFacts& facts) {
  if (auto top = OfState(facts)) return *top;
  if (auto top = OfLoss(facts)) return *top;
  if (auto top = OfStanding(facts)) return *top;
  if (auto top = OfBadRecords(facts, kMostlyBad, Level::kBad)) return *top;
  if (auto top = OfLag(facts)) return *top;
  if (auto top = OfBadRecords(facts, kSomeBad, Level::kWarning)) return *top;
  if (auto top = OfFailures(facts)) return *top;
  return Well(facts);
}

}  // namespace sluice::page
