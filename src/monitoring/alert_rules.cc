// SPDX-License-Identifier: Apache-2.0
#include "monitoring/alert_rules.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

#include "monitoring/embedded.h"
#include "monitoring/text.h"
#include "monitoring/thresholds.h"

namespace sluice::monitoring {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHead =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# Recording and alert rules, written by `sluice monitoring generate`.\n"
    "# What is marked \"at least 3 triggers\" or \"polls\" fits the slowest of the "
    "configurations.\n";
constexpr std::string_view kGroup = "- name: ";
constexpr std::string_view kSecondsMark = " # seconds";

struct Change {
  int64_t from = 0;  // seconds
  int64_t to = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int64_t NumberAt(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

size_t SkipDigits(std::string_view line, size_t at) {
  while (at < line.size() && IsDigit(line[at])) ++at;
  return at;
}

// "[10m" becomes "[30m".
void RaiseRanges(std::string& line, milliseconds interval, std::vector<Change>& changes) {
  for (size_t at = line.find('['); at != std::string::npos; at = line.find('[', at + 1)) {
    const size_t begin = at + 1;
    const size_t end = SkipDigits(line, begin);
    if (end == begin || end >= line.size() || line[end] != 'm') continue;
    const Change change{NumberAt(std::string_view(line).substr(begin)) * 60,
                        Raised(NumberAt(std::string_view(line).substr(begin)) * 60, interval)};
    line.replace(begin, end - begin, std::to_string(change.to / 60));
    changes.push_back(change);
  }
}

// "> 60 # seconds" becomes "> 180 # seconds".
void RaiseSeconds(std::string& line, milliseconds interval, std::vector<Change>& changes) {
  const size_t end = line.find(kSecondsMark);
  if (end == std::string::npos) return;
  size_t begin = end;
  while (begin > 0 && IsDigit(line[begin - 1])) --begin;
  const int64_t from = NumberAt(std::string_view(line).substr(begin));
  const Change change{from, Raised(from, interval)};
  line.replace(begin, end - begin, std::to_string(change.to));
  changes.push_back(change);
}

// What a text says of these numbers: "for 5 minutes", "the 60 seconds of the target".
std::string Respelled(std::string line, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.from == change.to) continue;
    const std::string to = fmt::format(" {} minutes", change.to / 60);
    const std::string from = change.from % 300 == 0 ? fmt::format(" {} minutes", change.from / 60)
                                                    : fmt::format(" {} seconds", change.from);
    line = Replaced(std::move(line), from, to);
  }
  return line;
}

bool IsWanted(std::string_view group, const Plan& plan) {
  if (group.starts_with("spark-streaming.")) return !plan.jobs.empty();
  if (group.starts_with("sluice-producer.")) return !plan.producers.empty();
  return true;
}

// Goes through the lines of the rules, and knows which rule it is in.
class RuleWriter {
 public:
  explicit RuleWriter(const Plan& plan) : plan_(plan), thresholds_(ThresholdsOf(plan)) {}

  void Take(std::string line) {
    if (line.starts_with(kGroup)) wanted_ = IsWanted(line.substr(kGroup.size()), plan_);
    if (line.starts_with("  - ")) BeginRule(line.starts_with("  - record: "));
    if (!wanted_) return;
    if (line.starts_with("      ") && in_annotations_) {
      line = Respelled(Respelled(std::move(line), of_rule_), objectives_);
    } else {
      in_annotations_ = line == "    annotations:";
      Raise(line);
      if (line.starts_with("  #")) line = Respelled(std::move(line), objectives_);
    }
    text_ += line + "\n";
  }

  std::string text() && { return std::move(text_); }

 private:
  void BeginRule(bool records) {
    // A number of seconds that is recorded is an objective: alerts further down speak of it.
    if (records_) objectives_.insert(objectives_.end(), of_rule_.begin(), of_rule_.end());
    of_rule_.clear();
    records_ = records;
    in_annotations_ = false;
  }

  void Raise(std::string& line) {
    const bool triggers = line.find("at least 3 triggers") != std::string::npos;
    const bool polls = line.find("at least 3 polls") != std::string::npos;
    if (!triggers && !polls) return;
    const milliseconds interval = triggers ? thresholds_.trigger : thresholds_.poll;
    std::vector<Change> ranges;
    RaiseRanges(line, interval, records_ ? ranges : of_rule_);
    RaiseSeconds(line, interval, of_rule_);
  }

  const Plan& plan_;
  const Thresholds thresholds_;
  std::string text_;
  std::vector<Change> of_rule_;
  std::vector<Change> objectives_;
  bool wanted_ = true;
  bool records_ = false;
  bool in_annotations_ = false;
};

}  // namespace

std::string AlertRules(const Plan& plan) {
  const std::string_view source = Embedded("monitoring/alert.rules.yaml");
  RuleWriter writer(plan);
  for (std::string& line : LinesOf(source.substr(source.find("groups:\n"))))
    writer.Take(std::move(line));
  std::string text = std::string(kHead) + std::move(writer).text();
  text = Replaced(std::move(text), "https://grafana.example", plan.addresses.grafana);
  if (!plan.addresses.runbooks.empty()) {
    text =
        Replaced(std::move(text), "https://sluice.example/docs/runbooks", plan.addresses.runbooks);
  }
  return text;
}

}  // namespace sluice::monitoring
