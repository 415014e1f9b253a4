// SPDX-License-Identifier: Apache-2.0
#include "stream/row_bytes.h"

namespace sluice::stream {

namespace {

int64_t LeastBytes(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kVoid: return 0;
    case TypeKind::kBoolean:
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return 8;
    case TypeKind::kDecimal: return 16;
    case TypeKind::kStruct: return LeastRowBytes(type.children());
    default: return 4;  // INT, FLOAT, DATE, and the offsets of what varies
  }
}

}  // namespace

int64_t LeastRowBytes(const std::vector<Field>& fields) {
  int64_t bytes = 0;
  for (const Field& field : fields) bytes += LeastBytes(field.type);
  return bytes;
}

}  // namespace sluice::stream
