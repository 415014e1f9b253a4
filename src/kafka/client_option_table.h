// SPDX-License-Identifier: Apache-2.0
//
// What becomes of each option of Java's consumer and producer.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice::kafka {

enum class OptionFate {
  kSame,        // librdkafka has it under the same name, with the same values
  kRenamed,     // the same under another name
  kTranslated,  // name or values need work, or several options become others: `note` says how
  kNoEffect,    // accepted with a warning: it tunes something that does not exist here
  kRefused      // an error: it would mean something that cannot be done, or it is ours to set
};

enum class OptionUse { kBoth, kConsumer, kProducer };

struct OptionRow {
  std::string_view java;
  OptionFate fate;
  OptionUse use = OptionUse::kBoth;
  std::string_view native = {};  // librdkafka's name where it differs
  std::string_view note = {};    // for the documentation, and for the user where it is refused
};

// Sorted by name.
std::span<const OptionRow> OptionTable();
const OptionRow* FindOption(std::string_view java);
// The known name with the fewest edits to `name`; empty if none is near.
std::string_view NearestOption(std::string_view name);

// The table as it stands in docs/kafka-options.md.
std::string OptionTableAsMarkdown();

}  // namespace sluice::kafka
