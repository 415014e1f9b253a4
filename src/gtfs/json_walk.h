// SPDX-License-Identifier: Apache-2.0
//
// The walk over one message's bytes that writes its JSON. Fields in the order of their numbers, as
// serialisers write them, stream through; a message in another order, or with a field twice, is first
// brought into that order with what Protobuf makes of repeats: the last number counts, messages merge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtfs/faults.h"
#include "gtfs/feed_json.h"
#include "gtfs/schema.h"
#include "gtfs/text_buffer.h"
#include "gtfs/wire.h"

namespace sluice::gtfs {

// For one entity or header; one thread. `out` has its true length when the walk is gone.
class JsonWalk {
 public:
  // `faults` may be null.
  JsonWalk(const JsonOptions& options, Faults* faults, std::string* out)
      : options_(options), faults_(faults), text_(out), start_(out->size()) {}

  // Appends the message, which lies `depth` messages deep. False if it cannot be read or is too large: what
  // was appended is then taken back, and failure() and failure_detail() say why.
  bool Write(const MessageSchema& schema, std::string_view bytes, int depth);

  // Appends `,"[number]":"<base64>"` for each number of `schema`'s message that it does not name.
  void WriteUnknown(const MessageSchema& schema, std::string_view bytes);

  bool found_faults() const { return found_faults_; }
  FaultKind failure() const { return failure_; }
  const std::string& failure_detail() const { return failure_detail_; }

  // Bytes in which the faults' entity finds its id; `index` names it if there is none.
  void NameFaultsAfter(std::string_view entity, size_t index) {
    entity_ = entity;
    index_ = index;
    is_entity_ = true;
  }
  void AddFault(FaultKind kind, std::string detail);

 private:
  struct Message {  // the one being written
    const MessageSchema& schema;
    uint32_t seen = 0;  // bit n: field number n was there
    uint32_t open = 0;  // number of the repeated field whose array is open; 0: none
    size_t first_unknown = 0;
  };
  bool WriteMessage(const MessageSchema& schema, std::string_view bytes, int depth);
  bool WriteFew(const MessageSchema& schema, std::span<const WireField> fields, int depth);
  bool WriteOrdered(const MessageSchema& schema, std::string_view bytes, int depth);
  Message Begin(const MessageSchema& schema);
  bool End(const Message& message);
  bool WriteField(Message& message, const WireField& wire, int depth);
  void WriteKey(Message& message, const FieldSchema& field);
  bool WriteValue(const FieldSchema& field, const WireField& wire, int depth);
  bool WriteText(const FieldSchema& field, std::string_view bytes);
  void WriteNumber(const FieldSchema& field, uint64_t value);
  void WriteLong(FieldType type, uint64_t value);
  void LeaveOut(const MessageSchema& schema, const FieldSchema* field, const WireField& wire);
  void CheckRequired(const Message& message);
  void WriteRaw(size_t first_unknown);
  bool Fail(FaultKind kind, std::string detail);
  bool FailAt(size_t position);
  bool FailAsTooLarge();

  const JsonOptions& options_;
  Faults* faults_;
  TextBuffer text_;
  size_t start_;
  std::vector<const FieldSchema*> path_;
  std::vector<std::pair<uint32_t, std::string_view>>
      unknown_;  // number, record; with raw_extensions
  std::string_view entity_;
  size_t index_ = 0;
  bool is_entity_ = false;
  bool found_faults_ = false;
  FaultKind failure_ = FaultKind::kMalformed;
  std::string failure_detail_;
};

}  // namespace sluice::gtfs
