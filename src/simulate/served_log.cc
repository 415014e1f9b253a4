// SPDX-License-Identifier: Apache-2.0
#include "simulate/served_log.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace sluice::simulate {

namespace {

using Json = nlohmann::ordered_json;

// An hour of 100 feeds every 20 seconds is 18,000 answers.
constexpr size_t kMostLines = 50000;

}  // namespace

uint64_t ServedLog::Begin(Served served) {
  const std::lock_guard lock(mutex_);
  const uint64_t number = first_number_ + last_.size();
  ++counts_[{served.path, served.fault, served.status}].answers;
  last_.push_back({served, State::kUnderWay});
  open_.emplace(number, std::move(served));
  if (last_.size() > kMostLines) DropOldest();
  return number;
}

void ServedLog::DropOldest() {
  last_.pop_front();
  ++first_number_;
}

void ServedLog::Done(uint64_t number, bool completed) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  const Served& served = found->second;
  Counts& counts = counts_[{served.path, served.fault, served.status}];
  if (completed) {
    ++counts.completed;
    counts.bytes += served.bytes;
    counts.entities += served.entities;
    counts.faulty += served.faulty;
    if (served.status == 200 && served.header_time != 0) {
      ++feeds_;
      entities_ += served.entities;
    }
  } else {
    ++counts.cut_off;
  }
  if (number >= first_number_)
    last_[number - first_number_].state = completed ? State::kCompleted : State::kCutOff;
  open_.erase(found);
}

std::string ServedLog::CountsJson() const {
  const std::lock_guard lock(mutex_);
  Json answers = Json::array();
  Counts total;
  for (const auto& [key, counts] : counts_) {
    answers.push_back({{"path", std::get<0>(key)},
                       {"fault", std::get<1>(key)},
                       {"status", std::get<2>(key)},
                       {"answers", counts.answers},
                       {"completed", counts.completed},
                       {"cut_off", counts.cut_off},
                       {"bytes", counts.bytes},
                       {"entities", counts.entities},
                       {"faulty", counts.faulty}});
    total.answers += counts.answers;
    total.completed += counts.completed;
    total.cut_off += counts.cut_off;
    total.bytes += counts.bytes;
    total.entities += counts.entities;
    total.faulty += counts.faulty;
  }
  const Json all = {{"answers", std::move(answers)},
                    {"totals",
                     {{"answers", total.answers},
                      {"completed", total.completed},
                      {"cut_off", total.cut_off},
                      {"under_way", open_.size()},
                      {"bytes", total.bytes},
                      {"entities", total.entities},
                      {"faulty", total.faulty}}}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ServedLog::LinesJson() const {
  const std::lock_guard lock(mutex_);
  std::string lines;
  uint64_t number = first_number_;
  for (const Entry& entry : last_) {
    const char* state = entry.state == State::kUnderWay    ? "under_way"
                        : entry.state == State::kCompleted ? "completed"
                                                           : "cut_off";
    const Served& served = entry.served;
    const Json line = {{"n", number++},
                       {"path", served.path},
                       {"fault", served.fault},
                       {"status", served.status},
                       {"state", state},
                       {"city_ms", served.city_ms},
                       {"machine_ms", served.machine_ms},
                       {"header_time", served.header_time},
                       {"entities", served.entities},
                       {"faulty", served.faulty},
                       {"bytes", served.bytes},
                       {"etag", served.etag}};
    lines += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return lines;
}

int64_t ServedLog::feeds() const {
  const std::lock_guard lock(mutex_);
  return feeds_;
}

int64_t ServedLog::entities() const {
  const std::lock_guard lock(mutex_);
  return entities_;
}

}  // namespace sluice::simulate
