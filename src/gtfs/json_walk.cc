// SPDX-License-Identifier: Apache-2.0
#include "gtfs/json_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "core/value_text.h"
#include "gtfs/entity_facts.h"
#include "gtfs/json_text.h"

namespace sluice::gtfs {

namespace {

// Messages with less are decoded once; few have more, and those have much else to do.
constexpr size_t kFewFields = 16;
// Each is held as a view until its message ends.
constexpr size_t kMostUnknownRecords = 100'000;
// Of an entity's id in a fault.
constexpr size_t kMostIdBytes = 100;
// Fields of a message that have to be put in order; a 64 MB entity could hold 32 million.
constexpr size_t kMostUnordered = 500'000;

// Whether the schema takes this field as it is; else it is as if unknown.
bool Fits(const FieldSchema& field, const WireField& wire) {
  if (wire.type != field.wire_type) return false;
  return field.type != FieldType::kEnum ||
         field.enumeration->Find(static_cast<int32_t>(wire.value)) != nullptr;
}

// Whether the known fields come in the order of their numbers, and only repeated ones more than once.
class OrderCheck {
 public:
  explicit OrderCheck(const MessageSchema& schema) : schema_(schema) {}
  void Add(const WireField& wire) {
    const FieldSchema* field = schema_.Find(wire.number);
    if (field == nullptr || field->wire_type != wire.type) return;
    ordered_ &= wire.number > last_ || (wire.number == last_ && field->repeated);
    last_ = wire.number;
  }
  bool ordered() const { return ordered_; }

 private:
  const MessageSchema& schema_;
  uint32_t last_ = 0;
  bool ordered_ = true;
};

bool IsReadable(std::string_view bytes, int depth) {
  WireReader reader(bytes, depth);
  for (WireField wire; reader.Next(&wire);) continue;
  return reader.ok();
}

// Those of one number stay in the order of their bytes.
bool ComesBefore(const WireField& a, const WireField& b) {
  return std::pair(a.number, a.start) < std::pair(b.number, b.start);
}

// False if that does not make them ordered: a field is there twice.
bool SortByNumber(const MessageSchema& schema, std::span<WireField> fields) {
  std::sort(fields.begin(), fields.end(), ComesBefore);
  OrderCheck order(schema);
  for (const WireField& wire : fields) order.Add(wire);
  return order.ordered();
}

// Fields of one number as they belong into an ordered message. False if they cannot be read.
bool AppendRun(const FieldSchema* field, std::span<const WireField> run, int depth,
               std::string* out) {
  const bool merges = field != nullptr && !field->repeated && run.size() > 1;
  std::string_view last;
  std::string merged;
  for (const WireField& wire : run) {
    if (!merges || !Fits(*field, wire)) {
      *out += wire.record();
      continue;
    }
    last = wire.record();
    if (field->type != FieldType::kMessage) continue;
    // Each by itself: what one lacks at its end the next must not fill.
    if (!IsReadable(wire.bytes(), depth + 1)) return false;
    merged += wire.bytes();
  }
  if (last.empty()) return true;
  if (field->type == FieldType::kMessage) {
    AppendBytesField(field->number, merged, out);
  } else {
    *out += last;
  }
  return true;
}

// A readable message as an ordered one with the same meaning. Nothing if it has too many fields, or repeats
// that have to be merged and cannot be read.
std::optional<std::string> Ordered(const MessageSchema& schema, std::string_view bytes, int depth) {
  std::vector<WireField> fields;
  fields.reserve(16);
  WireReader reader(bytes, depth);
  for (WireField wire; reader.Next(&wire);) {
    if (fields.size() == kMostUnordered) return std::nullopt;
    fields.push_back(wire);
  }
  std::sort(fields.begin(), fields.end(), ComesBefore);
  std::string result;
  result.reserve(bytes.size());
  for (auto begin = fields.begin(); begin != fields.end();) {
    const auto end = std::find_if(begin, fields.end(), [begin](const WireField& field) {
      return field.number != begin->number;
    });
    if (!AppendRun(schema.Find(begin->number), {begin, end}, depth, &result)) return std::nullopt;
    begin = end;
  }
  return result;
}

}  // namespace

bool JsonWalk::Write(const MessageSchema& schema, std::string_view bytes, int depth) {
  if (WriteMessage(schema, bytes, depth)) return true;
  text_.Cut(start_);
  return false;
}

bool JsonWalk::WriteMessage(const MessageSchema& schema, std::string_view bytes, int depth) {
  WireField few[kFewFields];
  size_t count = 0;
  OrderCheck order(schema);
  WireReader reader(bytes, depth);
  while (count < kFewFields && reader.Next(&few[count])) order.Add(few[count++]);
  if (count < kFewFields) {
    if (!reader.ok()) return FailAt(reader.position());
    if (order.ordered() || SortByNumber(schema, {few, count})) {
      return WriteFew(schema, {few, count}, depth);
    }
  }
  for (WireField wire; reader.Next(&wire);) order.Add(wire);
  if (!reader.ok()) return FailAt(reader.position());
  if (order.ordered()) return WriteOrdered(schema, bytes, depth);
  const std::optional<std::string> ordered = Ordered(schema, bytes, depth);
  if (ordered) return WriteOrdered(schema, *ordered, depth);
  return Fail(FaultKind::kMalformed, "fields that cannot be put in order");
}

bool JsonWalk::WriteFew(const MessageSchema& schema, std::span<const WireField> fields, int depth) {
  Message message = Begin(schema);
  for (const WireField& wire : fields) {
    if (!WriteField(message, wire, depth)) return false;
  }
  return End(message);
}

bool JsonWalk::WriteOrdered(const MessageSchema& schema, std::string_view bytes, int depth) {
  Message message = Begin(schema);
  WireReader reader(bytes, depth);
  for (WireField wire; reader.Next(&wire);) {
    if (!WriteField(message, wire, depth)) return false;
  }
  return End(message);
}

JsonWalk::Message JsonWalk::Begin(const MessageSchema& schema) {
  text_.Add('{');
  return {.schema = schema, .first_unknown = unknown_.size()};
}

bool JsonWalk::End(const Message& message) {
  if (message.open != 0) text_.Add(']');
  if (unknown_.size() > kMostUnknownRecords) {
    return Fail(FaultKind::kTooLarge, "too many fields that the schema does not name");
  }
  if (unknown_.size() > message.first_unknown) WriteRaw(message.first_unknown);
  text_.Add('}');
  if (text_.size() - start_ > options_.max_bytes) return FailAsTooLarge();
  if ((message.schema.required & ~message.seen) != 0) CheckRequired(message);
  return true;
}

bool JsonWalk::WriteField(Message& message, const WireField& wire, int depth) {
  const FieldSchema* field = message.schema.Find(wire.number);
  if (field == nullptr || !Fits(*field, wire)) {
    LeaveOut(message.schema, field, wire);
    return true;
  }
  WriteKey(message, *field);
  message.seen |= 1U << field->number;
  if (!WriteValue(*field, wire, depth)) return false;
  return text_.size() - start_ <= options_.max_bytes || FailAsTooLarge();
}

void JsonWalk::WriteKey(Message& message, const FieldSchema& field) {
  if (field.number == message.open) {
    text_.Add(',');
    return;
  }
  if (message.open != 0) text_.Add(']');
  message.open = 0;
  const size_t comma = message.seen != 0 ? 0 : 1;  // none before the first
  char* key = text_.Room(FieldSchema::kMostKeyBytes);
  std::memcpy(key, field.key.data() + comma, FieldSchema::kMostKeyBytes - 1);
  text_.Advance(key + field.key_size - comma);
  if (!field.repeated) return;
  text_.Add('[');
  message.open = field.number;
}

bool JsonWalk::WriteValue(const FieldSchema& field, const WireField& wire, int depth) {
  if (field.type == FieldType::kString) return WriteText(field, wire.bytes());
  if (field.type != FieldType::kMessage) {
    WriteNumber(field, wire.value);
    return true;
  }
  path_.push_back(&field);
  const bool ok = WriteMessage(*field.message, wire.bytes(), depth + 1);
  path_.pop_back();
  return ok;
}

bool JsonWalk::WriteText(const FieldSchema& field, std::string_view bytes) {
  if (bytes.size() > options_.max_bytes) return FailAsTooLarge();  // before it grows by escapes
  if (AppendJsonText(bytes, &text_) == 0) return true;
  path_.push_back(&field);
  AddFault(FaultKind::kInvalidUtf8, "");
  path_.pop_back();
  return true;
}

void JsonWalk::WriteNumber(const FieldSchema& field, uint64_t value) {
  switch (field.type) {
    case FieldType::kBool: text_.Add(value != 0 ? "true" : "false"); return;
    case FieldType::kInt32: AppendInteger(static_cast<int32_t>(value), &text_); return;
    case FieldType::kUint32: AppendInteger(static_cast<uint32_t>(value), &text_); return;
    case FieldType::kFloat:
      AppendFloat(std::bit_cast<float>(static_cast<uint32_t>(value)), &text_);
      return;
    case FieldType::kDouble: AppendDouble(std::bit_cast<double>(value), &text_); return;
    case FieldType::kInt64:
    case FieldType::kUint64: WriteLong(field.type, value); return;
    default: break;
  }
  text_.Add(*field.enumeration->Find(static_cast<int32_t>(value)));
}

void JsonWalk::WriteLong(FieldType type, uint64_t value) {
  if (options_.int64_as_string) text_.Add('"');
  if (type == FieldType::kInt64) {
    AppendInteger(static_cast<int64_t>(value), &text_);
  } else {
    AppendInteger(value, &text_);
  }
  if (options_.int64_as_string) text_.Add('"');
}

void JsonWalk::LeaveOut(const MessageSchema& schema, const FieldSchema* field,
                        const WireField& wire) {
  if (field == nullptr) {
    if (faults_ != nullptr) faults_->AddUnknown(schema.name, wire.number);
  } else {
    path_.push_back(field);
    if (wire.type != field->wire_type) {
      AddFault(FaultKind::kWrongType,
               fmt::format("wire type {} instead of {}", static_cast<int>(wire.type),
                           static_cast<int>(field->wire_type)));
    } else {
      AddFault(FaultKind::kUnknownEnum, fmt::format("number {}", static_cast<int32_t>(wire.value)));
    }
    path_.pop_back();
  }
  if (options_.raw_extensions && unknown_.size() <= kMostUnknownRecords) {
    unknown_.emplace_back(wire.number, wire.record());
  }
}

void JsonWalk::CheckRequired(const Message& message) {
  for (const FieldSchema& field : message.schema.fields) {
    if (!field.required || (message.seen >> field.number & 1) != 0) continue;
    path_.push_back(&field);
    AddFault(FaultKind::kMissingRequired, "");
    path_.pop_back();
  }
}

void JsonWalk::WriteRaw(size_t first_unknown) {
  const auto begin = unknown_.begin() + static_cast<std::ptrdiff_t>(first_unknown);
  std::sort(begin, unknown_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.data()) < std::pair(b.first, b.second.data());
  });
  for (auto it = begin; it != unknown_.end();) {
    std::string records;
    const uint32_t number = it->first;
    for (; it != unknown_.end() && it->first == number; ++it) records += it->second;
    text_.Add(
        fmt::format("{}\"[{}]\":\"{}\"", text_.back() == '{' ? "" : ",", number, Base64(records)));
  }
  unknown_.resize(first_unknown);
}

void JsonWalk::WriteUnknown(const MessageSchema& schema, std::string_view bytes) {
  WireReader reader(bytes);
  for (WireField wire; reader.Next(&wire);) {
    const FieldSchema* field = schema.Find(wire.number);
    if (field == nullptr || !Fits(*field, wire)) LeaveOut(schema, field, wire);
  }
  WriteRaw(0);
}

bool JsonWalk::FailAsTooLarge() {
  return Fail(FaultKind::kTooLarge, fmt::format("more than {} bytes", options_.max_bytes));
}

bool JsonWalk::FailAt(size_t position) {
  const std::string where = path_.empty() ? "" : " of " + path_.back()->name;
  return Fail(FaultKind::kMalformed, fmt::format("at byte {}{}", position, where));
}

bool JsonWalk::Fail(FaultKind kind, std::string detail) {
  failure_ = kind;
  failure_detail_ = std::move(detail);
  return false;
}

void JsonWalk::AddFault(FaultKind kind, std::string detail) {
  found_faults_ = true;
  if (faults_ == nullptr) return;
  if (!faults_->has_room()) {
    faults_->Count(kind);
    return;
  }
  Fault fault{.kind = kind, .entity = "", .field = "", .detail = std::move(detail)};
  if (is_entity_) {
    AppendUtf8(FactsOf(entity_).id.substr(0, kMostIdBytes), &fault.entity);
    if (fault.entity.empty()) fault.entity = fmt::format("#{}", index_);
  }
  for (const FieldSchema* field : path_) {
    if (!fault.field.empty()) fault.field += '.';
    fault.field += field->name;
  }
  faults_->Add(std::move(fault));
}

}  // namespace sluice::gtfs
