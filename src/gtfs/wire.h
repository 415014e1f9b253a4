// SPDX-License-Identifier: Apache-2.0
//
// Protobuf's wire format, field by field, as views of the bytes: nothing is allocated. What it refuses,
// Protobuf's own parsers refuse too.
//
//   WireReader reader(bytes);
//   for (WireField field; reader.Next(&field);) ...
//   if (!reader.ok()) Complain(reader.position());
//
// Source: https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::gtfs {

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,  // length-delimited
  kGroup = 3,  // from its start tag to its end tag
  kFixed32 = 5
};

// Set by WireReader::Next(); without initial values, since arrays of it are made often.
struct WireField {
  uint32_t number;
  WireType type;
  uint64_t value;       // kVarint, kFixed32, kFixed64
  const char* start;    // of the tag
  const char* payload;  // kBytes: behind the length
  const char* end;

  std::string_view bytes() const { return {payload, static_cast<size_t>(end - payload)}; }
  std::string_view record() const { return {start, static_cast<size_t>(end - start)}; }
};

// How deep messages and groups may lie in one another, as in Protobuf's parsers.
inline constexpr int kMaxWireDepth = 100;

// One message's fields in the order of the bytes.
class WireReader {
 public:
  // `depth`: in how many messages this one lies.
  explicit WireReader(std::string_view bytes, int depth = 0)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()), depth_(depth) {}

  // False at the end and at the first error.
  bool Next(WireField* field) {
    if (at_ == end_) return false;
    field->start = at_;
    uint64_t tag = 0;
    if (!Tag(&tag)) return Fail(field->start);
    field->number = static_cast<uint32_t>(tag >> 3);
    field->type = static_cast<WireType>(tag & 7);
    if (!Payload(field)) return Fail(field->start);
    field->end = at_;
    return true;
  }

  bool ok() const { return ok_; }
  // When not ok(): where the unreadable field starts, and whether it is only that the bytes end before it.
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  bool ran_out() const { return ran_out_; }

 private:
  bool Fail(const char* start) {
    at_ = start;
    ok_ = false;
    return false;
  }
  bool RunOut() {
    ran_out_ = true;
    return false;
  }
  bool Varint(uint64_t* value) {
    if (at_ != end_ && static_cast<signed char>(*at_) >= 0) {  // most are one byte
      *value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return LongVarint(value);
  }
  bool Tag(uint64_t* tag) {
    const char* start = at_;
    return Varint(tag) && at_ - start <= 5 && *tag <= UINT32_MAX && *tag >> 3 != 0;
  }
  bool Skip(uint64_t size) {
    if (static_cast<size_t>(end_ - at_) < size) return RunOut();
    at_ += size;
    return true;
  }
  bool Payload(WireField* field) {
    if (field->type == WireType::kVarint) return Varint(&field->value);
    if (field->type != WireType::kBytes) return RarePayload(field);
    uint64_t size = 0;
    if (!Varint(&size)) return false;
    field->payload = at_;
    return Skip(size);
  }
  bool LongVarint(uint64_t* value);
  bool RarePayload(WireField* field);
  bool SkipGroup(uint32_t number);

  const char* begin_;
  const char* at_;
  const char* end_;
  int depth_;
  bool ok_ = true;
  bool ran_out_ = false;
};

void AppendVarint(uint64_t value, std::string* out);
// A whole field whose payload is `bytes`.
void AppendBytesField(uint32_t number, std::string_view bytes, std::string* out);

}  // namespace sluice::gtfs
