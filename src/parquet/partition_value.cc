// SPDX-License-Identifier: Apache-2.0
#include "parquet/partition_value.h"

#include <cstring>

#include "parquet/portable_text.h"
#include "parquet/utf8.h"

namespace sluice::parquet {

namespace {

using Text = std::optional<std::string>;

template <typename T>
T ValueAt(const ArrowArray& array, int64_t row) {
  return static_cast<const T*>(array.buffers[1])[row];
}

bool BitAt(const void* bits, int64_t row) {
  return (static_cast<const uint8_t*>(bits)[row / 8] >> (row % 8) & 1) != 0;
}

bool IsNull(const ArrowArray& array, int64_t row) {
  return array.null_count > 0 && !BitAt(array.buffers[0], row);
}

__int128 DecimalAt(const ArrowArray& array, int64_t row) {
  __int128 value;
  std::memcpy(&value, static_cast<const char*>(array.buffers[1]) + row * 16, sizeof(value));
  return value;
}

Text StringAt(const ArrowArray& array, int64_t row) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  if (offsets[row] == offsets[row + 1]) return std::nullopt;
  const char* bytes = static_cast<const char*>(array.buffers[2]);
  return std::string(bytes + offsets[row], bytes + offsets[row + 1]);
}

Text TimestampAt(const ArrowArray& array, int64_t row) {
  Text text = PortableTimestamp(ValueAt<int64_t>(array, row));
  if (text) *text += 'Z';
  return text;
}

Text TimestampNtzAt(const ArrowArray& array, int64_t row) {
  Text text = PortableTimestamp(ValueAt<int64_t>(array, row));
  if (text) (*text)[text->find('T')] = ' ';
  return text;
}

Text TextAt(const DataType& type, const ArrowArray& array, int64_t row) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return BitAt(array.buffers[1], row) ? "true" : "false";
    case TypeKind::kByte: return std::to_string(ValueAt<int8_t>(array, row));
    case TypeKind::kShort: return std::to_string(ValueAt<int16_t>(array, row));
    case TypeKind::kInt: return std::to_string(ValueAt<int32_t>(array, row));
    case TypeKind::kLong: return std::to_string(ValueAt<int64_t>(array, row));
    case TypeKind::kFloat: return FloatText(ValueAt<float>(array, row));
    case TypeKind::kDouble: return DoubleText(ValueAt<double>(array, row));
    case TypeKind::kDecimal: return DecimalText(DecimalAt(array, row), type.scale());
    case TypeKind::kString: return StringAt(array, row);
    case TypeKind::kDate: return PortableDate(ValueAt<int32_t>(array, row));
    case TypeKind::kTimestamp: return TimestampAt(array, row);
    case TypeKind::kTimestampNtz: return TimestampNtzAt(array, row);
    default: return std::nullopt;
  }
}

// A path of a file cannot hold a NUL, and the log, which is JSON, nothing that is not UTF-8. Any other text
// in their place would be a wrong value.
Status CheckText(const Field& field, const std::string& text) {
  const bool has_nul = text.find('\0') != std::string::npos;
  if (!has_nul && IsUtf8(text)) return Status::Ok();
  return Status::Stop("PARTITION_VALUE",
                      "a value of partition column '" + field.name + "' " +
                          (has_nul ? "holds a NUL character" : "is not UTF-8") +
                          ", which neither a directory nor the table's log can keep as it is; "
                          "filter such rows in the SQL");
}

// Characters that Spark escapes in a partition directory, beside the control characters.
constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^\x7f";
constexpr std::string_view kNullDirectory = "__HIVE_DEFAULT_PARTITION__";

}  // namespace

Status CheckPartitionColumn(const Field& field) {
  const TypeKind kind = field.type.kind();
  if (!field.type.is_nested() && kind != TypeKind::kBinary && kind != TypeKind::kVoid) {
    return Status::Ok();
  }
  return Status::Exit("PARTITION_COLUMN",
                      "partitionBy: column '" + field.name + "' is " + field.type.ToDdl() +
                          ", which cannot be a partition column; choose one of a "
                          "plain type such as STRING, DATE or INT");
}

Result<std::optional<std::string>> PartitionValueText(const Field& field, const ArrowArray& array,
                                                      int64_t row) {
  if (IsNull(array, row)) return Text();
  Text text = TextAt(field.type, array, row);
  if (field.type.kind() == TypeKind::kString) {
    if (text) SLUICE_RETURN_IF_ERROR(CheckText(field, *text));
    return text;
  }
  if (text) return text;
  return Status::Stop("PARTITION_VALUE", "a value of partition column '" + field.name +
                                             "' lies outside of the years 1 to 9999 and has no "
                                             "portable text; filter such rows in the SQL");
}

std::string EscapePathName(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && kEscaped.find(c) == std::string_view::npos) {
      escaped += c;
      continue;
    }
    escaped += '%';
    escaped += kHex[byte >> 4];
    escaped += kHex[byte & 15];
  }
  return escaped;
}

std::string PartitionDirectory(const PartitionValues& values) {
  std::string directory;
  for (const auto& [name, text] : values) {
    if (!directory.empty()) directory += '/';
    directory += EscapePathName(name) + '=';
    directory += text ? EscapePathName(*text) : std::string(kNullDirectory);
  }
  return directory;
}

}  // namespace sluice::parquet
