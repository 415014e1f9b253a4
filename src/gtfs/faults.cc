// SPDX-License-Identifier: Apache-2.0
#include "gtfs/faults.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "core/value_text.h"

namespace sluice::gtfs {

const char* ToString(FaultKind kind) {
  switch (kind) {
    case FaultKind::kMalformed: return "malformed";
    case FaultKind::kTooLarge: return "too_large";
    case FaultKind::kInvalidUtf8: return "invalid_utf8";
    case FaultKind::kUnknownEnum: return "unknown_enum";
    case FaultKind::kWrongType: return "wrong_type";
    case FaultKind::kMissingRequired: break;
  }
  return "missing_required";
}

std::string Fault::ToString() const {
  std::string text = entity.empty() ? "header" : "entity " + entity;
  if (!field.empty()) text += ": " + field;
  text += fmt::format(": {}", gtfs::ToString(kind));
  if (!detail.empty()) text += " (" + detail + ")";
  return Printable(text);  // of strangers
}

std::string UnknownField::ToString() const { return fmt::format("{}.{}", message, number); }

int64_t Faults::total() const { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }

void Faults::Add(EntityResult result) {
  switch (result) {
    case EntityResult::kGood: ++good; break;
    case EntityResult::kRepaired: ++repaired; break;
    case EntityResult::kDropped: ++dropped; break;
  }
}

void Faults::Add(Fault fault) {
  Count(fault.kind);
  if (has_room()) first.push_back(std::move(fault));
}

void Faults::AddUnknown(std::string_view message, uint32_t number) {
  for (UnknownField& known : unknown_fields) {
    if (known.number == number && known.message.data() == message.data()) {
      ++known.count;
      return;
    }
  }
  if (unknown_fields.size() < kMostUnknownFields) unknown_fields.push_back({message, number, 1});
}

}  // namespace sluice::gtfs
