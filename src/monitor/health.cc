// SPDX-License-Identifier: Apache-2.0
#include "monitor/health.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace sluice::monitor {

namespace {

constexpr size_t kMostNamed = 5;

double SecondsOf(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string Describe(std::vector<std::string> missing) {
  const size_t count = missing.size();
  if (count > kMostNamed) missing.resize(kMostNamed);
  std::string text = fmt::format("not there, or this user may not see it: topic {}",
                                 fmt::join(missing, ", topic "));
  if (count > kMostNamed) text += fmt::format(" and {} more", count - kMostNamed);
  return text;
}

}  // namespace

Health::Health(HealthOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), last_sign_(clock.Monotonic()) {
  ready();  // since when they are not
}

void Health::Sign() {
  const std::scoped_lock lock(mutex_);
  last_sign_ = clock_.Monotonic();
}

void Health::Opened() {
  {
    const std::scoped_lock lock(mutex_);
    opened_ = true;
  }
  started();
  ready();
}

void Health::Positioned() {
  const std::scoped_lock lock(mutex_);
  positioned_ = true;
}

void Health::BatchPlanned() {
  const std::scoped_lock lock(mutex_);
  last_sign_ = clock_.Monotonic();
  ++batches_;
}

void Health::BatchDone() {
  const std::scoped_lock lock(mutex_);
  last_sign_ = clock_.Monotonic();
  // One that a restart found in the table was not planned.
  if (batches_ > 0) --batches_;
}

void Health::SetState(QueryPhase phase, const std::string& stage, const std::string& detail) {
  {
    const std::scoped_lock lock(mutex_);
    last_sign_ = clock_.Monotonic();
    phase_ = phase;
    stage_ = stage;
    detail_ = detail;
  }
  ready();
}

bool Health::WaitsFor(const std::string& stage) const {
  return phase_ == QueryPhase::kWaiting && stage_ == stage;
}

Check Health::QueryCheck() const { return {"query", phase_ == QueryPhase::kRunning, detail_}; }

Check Health::KafkaCheck() const {
  if (WaitsFor("kafka")) return {"kafka", false, detail_};
  std::vector<std::string> missing;
  if (options_.missing_topics) missing = options_.missing_topics();
  if (!missing.empty()) return {"kafka", false, Describe(std::move(missing))};
  if (!positioned_) return {"kafka", false, "the partitions are not known yet"};
  return {"kafka", true, "topics and partitions are known"};
}

Check Health::TableCheck() const {
  if (!opened_) return {"table", false, "not open yet"};
  for (const char* stage : {"storage", "commit", "checkpoint"}) {
    if (WaitsFor(stage)) return {"table", false, detail_};
  }
  return {"table", true, "open"};
}

// Before it has begun there is nothing to be stuck in that a restart would mend, and at the end a stop has
// limits of its own.
Check Health::MovesCheck() const {
  const auto since = clock_.Monotonic() - last_sign_;
  const auto allowed =
      options_.stall_after + (batches_ > 0 ? std::chrono::milliseconds(0) : options_.interval);
  const bool working = phase_ == QueryPhase::kRunning || phase_ == QueryPhase::kWaiting;
  const std::string ago = fmt::format("it moved {:.0f} seconds ago", SecondsOf(since));
  if (!working || since <= allowed) return {"moves", true, ago};
  return {
      "moves", false,
      fmt::format("nothing has moved for {:.0f} seconds{}; allowed are {:.0f}", SecondsOf(since),
                  batches_ > 0 ? " although a batch is under way" : "", SecondsOf(allowed))};
}

Probe Health::Finish(std::vector<Check> checks) const {
  Probe probe = ProbeOf(std::move(checks));
  times_.Note(probe, clock_.NowMs());
  return probe;
}

Probe Health::alive() const {
  const std::scoped_lock lock(mutex_);
  return Finish({MovesCheck()});
}

Probe Health::ready() const {
  const std::scoped_lock lock(mutex_);
  return Finish({QueryCheck(), KafkaCheck(), TableCheck(), MovesCheck()});
}

Probe Health::started() const {
  const std::scoped_lock lock(mutex_);
  // Once open is begun, whatever becomes of it.
  return Finish(
      {{"opened", opened_, opened_ ? "checkpoint and table were opened" : "not open yet"}});
}

}  // namespace sluice::monitor
