// SPDX-License-Identifier: Apache-2.0
#include "doctor/topic_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "config/nearest.h"
#include "doctor/wording.h"

namespace sluice::doctor {

namespace {

constexpr int64_t kClockSlackMs = 5000;
constexpr size_t kMostNames = 5;

// "; near it is dev_topics", "; there are a, b, c", "; this user sees none".
std::string Others(const ClusterLook& look, const std::string& missing) {
  const std::string near = config::NearestName(missing, look.known_topics);
  if (!near.empty()) return OneLine("; near it is " + near);
  if (look.known_topics.empty()) return "; the cluster shows this user no topic at all";
  const bool one = look.known_topics.size() == 1;
  return OneLine(
      fmt::format("; there {} {}", one ? "is" : "are", List(look.known_topics, kMostNames)));
}

std::string HowToCreate(const ClusterLook& look, const std::string& topic, const char* key) {
  return OneLine(fmt::format(
      "correct {}, or create it: kafka-topics.sh --create --topic {} --bootstrap-server {}", key,
      topic, SplitServers(look.broker.servers).front()));
}

Finding NotDescribed(const ClusterLook& look) {
  if (look.described.code() == "KAFKA_NOT_AUTHORIZED") {
    return Fail("topic", Essence(look.described.message()),
                "grant this user DESCRIBE on it (kafka-acls.sh --add --allow-principal User:... "
                "--operation Describe --topic ...)");
  }
  return Fail("topic", Essence(look.described.message()),
              "look at the broker's log; run this again");
}

std::string Names(const ClusterLook& look) {
  const std::set<std::string> topics = look.topics();
  return OneLine(List({topics.begin(), topics.end()}, kMostNames));
}

std::string Content(const ClusterLook& look, int64_t now_ms) {
  std::string text = Counted(look.records(), "record", "records");
  if (look.oldest && look.newest && look.newest->timestamp_ms >= 0) {
    text += fmt::format(", oldest {}, newest {} old; newest has {}",
                        Age(now_ms - look.oldest->timestamp_ms),
                        Age(now_ms - look.newest->timestamp_ms), Bytes(look.newest->bytes));
  }
  return text;
}

bool EverHadRecords(const ClusterLook& look) {
  return std::ranges::any_of(look.ranges,
                             [](const auto& entry) { return entry.second.latest.value > 0; });
}

// Empty if it is not about a right; else the words for the finding.
std::string Refused(const Status& status, const char* what) {
  if (status.ok() || status.code() != "KAFKA_NOT_AUTHORIZED") return "";
  return std::string("no right to ") + what + ": " + Essence(status.message());
}

}  // namespace

std::string WhyNoBroker(const ClusterLook& look) {
  return CheckBroker(look.broker).severity == Severity::kFail ? "no broker can be asked" : "";
}

std::string WhyNoTopic(const ClusterLook& look) {
  if (std::string why = WhyNoBroker(look); !why.empty()) return why;
  if (!look.described.ok()) return "the topic cannot be described";
  return look.partitions.empty() ? "the topic is not there" : "";
}

Finding CheckTopic(const ClusterLook& look, int64_t now_ms) {
  if (const std::string why = WhyNoBroker(look); !why.empty()) return Skipped("topic", why);
  if (!look.described.ok()) return NotDescribed(look);
  if (!look.missing_topics.empty()) {
    const std::string& missing = *look.missing_topics.begin();
    return Fail("topic",
                fmt::format("{} is not there{}",
                            OneLine(List({look.missing_topics.begin(), look.missing_topics.end()},
                                         kMostNames)),
                            Others(look, missing)),
                HowToCreate(look, missing, "source.subscribe"));
  }
  if (!look.missing_partitions.empty()) {
    return Fail("topic",
                look.missing_partitions.begin()->ToString() + " of source.assign is not there",
                "correct source.assign, or add partitions to the topic");
  }
  if (look.partitions.empty()) {
    return Warn("topic",
                OneLine(fmt::format("nothing matches {}{}", look.subscription, Others(look, ""))),
                "correct source.subscribePattern, or create the topic: it is taken up by itself");
  }
  const auto count = static_cast<int64_t>(look.partitions.size());
  const std::string seen =
      fmt::format("{}: {}", Names(look), Counted(count, "partition", "partitions"));
  if (!look.listed.ok()) return Ok("topic", seen);
  if (look.records() == 0) {
    return Warn("topic",
                seen + (EverHadRecords(look) ? ", whose records have all been deleted by now"
                                             : ", and has never held a record"),
                "check that the producer runs and writes to this topic");
  }
  return Ok("topic", seen + ", " + Content(look, now_ms));
}

Finding CheckReadRights(const ClusterLook& look) {
  if (const std::string why = WhyNoTopic(look); !why.empty()) return Skipped("rights", why);
  const char* grant = "grant this user READ and DESCRIBE on the topic (kafka-acls.sh --add)";
  for (const auto& [status, what] :
       {std::pair{&look.listed, "list its offsets"}, std::pair{&look.read, "read it"}}) {
    if (const std::string refused = Refused(*status, what); !refused.empty())
      return Fail("rights", refused, grant);
  }
  if (look.allowed && !look.allowed->contains("READ") && !look.allowed->contains("ALL"))
    return Fail("rights", "this user may describe the topic, but not read it", grant);
  if (!look.listed.ok()) {
    return Fail("rights", "offsets cannot be listed: " + Essence(look.listed.message()),
                "look at the broker's log; run this again");
  }
  if (!look.read.ok()) {
    return Warn("rights", "no record could be read: " + Essence(look.read.message()),
                "look at the broker's log; run this again");
  }
  if (look.oldest) return Ok("rights", "describe, list offsets, read: all done");
  return Ok("rights", look.allowed ? "describe and list offsets: done; read: allowed"
                                   : "describe and list offsets: done; nothing is there to read");
}

Finding CheckClock(const ClusterLook& look, int64_t now_ms) {
  if (const std::string why = WhyNoTopic(look); !why.empty()) return Skipped("clock", why);
  if (!look.newest || look.newest->timestamp_ms < 0)
    return Skipped("clock", "there is no record with a time to compare with");
  const int64_t ahead = look.newest->timestamp_ms - now_ms;
  if (ahead <= kClockSlackMs)
    return Ok("clock", fmt::format("newest record is {} old by this machine's clock", Age(-ahead)));
  return Warn(
      "clock",
      fmt::format("newest record is {} in the future by this machine's clock ({} set it)",
                  Age(ahead), look.newest->by_producer ? "its producer" : "the broker"),
      "synchronise the clocks (timedatectl, chronyc tracking): freshness and lag in seconds "
      "are wrong until then");
}

Finding CheckSinkTopic(const ClusterLook& look, const produce::KafkaOptions& kafka) {
  if (const std::string why = WhyNoBroker(look); !why.empty()) return Skipped("topic", why);
  if (!look.described.ok()) return NotDescribed(look);
  if (look.partitions.empty()) {
    if (kafka.create) {
      return Ok("topic", fmt::format("{} is not there; the producer makes it with {}", kafka.topic,
                                     Counted(kafka.create->partitions, "partition", "partitions")));
    }
    return Fail("topic", OneLine(kafka.topic + " is not there" + Others(look, kafka.topic)),
                HowToCreate(look, kafka.topic, "sink.topic") + ", or set sink.partitions");
  }
  const auto count = static_cast<int64_t>(look.partitions.size());
  const std::string seen =
      OneLine(fmt::format("{}: {}", kafka.topic, Counted(count, "partition", "partitions")));
  if (kafka.create && kafka.create->partitions != count) {
    return Warn("topic",
                fmt::format("{}, not the {} of sink.partitions", seen, kafka.create->partitions),
                "correct sink.partitions, or add partitions: an existing topic is left as it is");
  }
  return Ok("topic", seen);
}

Finding CheckWriteRights(const ClusterLook& look, const produce::KafkaOptions& kafka) {
  if (look.described.ok() && look.partitions.empty() && kafka.create && WhyNoBroker(look).empty())
    return Skipped("rights", "the topic is not there yet");
  if (const std::string why = WhyNoTopic(look); !why.empty()) return Skipped("rights", why);
  if (!look.allowed) return Skipped("rights", "this broker does not tell what a user may do");
  if (!look.allowed->contains("WRITE") && !look.allowed->contains("ALL")) {
    return Fail("rights", "this user may describe the topic, but not write to it",
                "grant this user WRITE and DESCRIBE on the topic (kafka-acls.sh --add --producer)");
  }
  return Ok("rights", "describe: done; write: allowed");
}

}  // namespace sluice::doctor
