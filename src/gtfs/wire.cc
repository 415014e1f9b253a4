// SPDX-License-Identifier: Apache-2.0
#include "gtfs/wire.h"

#include <bit>
#include <vector>

namespace sluice::gtfs {

namespace {

constexpr uint64_t kEndGroup = 4;

static_assert(std::endian::native == std::endian::little, "the wire format is little-endian");

}  // namespace

bool WireReader::LongVarint(uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) return RunOut();
    const auto byte = static_cast<unsigned char>(*at_++);
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;  // what does not fit is lost, as ever
    if (byte < 0x80) {
      *value = result;
      return true;
    }
  }
  return false;
}

bool WireReader::RarePayload(WireField* field) {
  switch (field->type) {
    case WireType::kFixed64:
    case WireType::kFixed32: {
      const size_t size = field->type == WireType::kFixed64 ? 8 : 4;
      if (!Skip(size)) return false;
      field->value = 0;
      std::memcpy(&field->value, at_ - size, size);
      return true;
    }
    case WireType::kGroup: return SkipGroup(field->number);
    default: return false;  // an end without a start, or a type that there is not
  }
}

bool WireReader::SkipGroup(uint32_t number) {
  std::vector<uint32_t> open = {number};
  while (!open.empty()) {
    if (depth_ + static_cast<int>(open.size()) > kMaxWireDepth) return false;
    if (at_ == end_) return RunOut();
    uint64_t tag = 0;
    if (!Tag(&tag)) return false;
    if ((tag & 7) == kEndGroup) {
      if (tag >> 3 != open.back()) return false;
      open.pop_back();
    } else if (static_cast<WireType>(tag & 7) == WireType::kGroup) {
      open.push_back(static_cast<uint32_t>(tag >> 3));
    } else {
      WireField inner;
      inner.type = static_cast<WireType>(tag & 7);
      if (!Payload(&inner)) return false;
    }
  }
  return true;
}

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    *out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out += static_cast<char>(value);
}

void AppendBytesField(uint32_t number, std::string_view bytes, std::string* out) {
  AppendVarint(uint64_t{number} << 3 | static_cast<uint64_t>(WireType::kBytes), out);
  AppendVarint(bytes.size(), out);
  *out += bytes;
}

}  // namespace sluice::gtfs
