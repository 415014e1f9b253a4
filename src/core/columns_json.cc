// SPDX-License-Identifier: Apache-2.0
#include "core/columns_json.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "core/value_text.h"

namespace sluice {

namespace {

template <typename T>
T At(const ArrowArray& array, int64_t row) {
  return static_cast<const T*>(array.buffers[1])[row];
}

bool BitAt(const void* bits, int64_t row) {
  return (static_cast<const uint8_t*>(bits)[row >> 3] >> (row & 7)) & 1;
}

bool IsNull(const ArrowArray& array, int64_t row) {
  return array.null_count != 0 && array.n_buffers > 0 && array.buffers[0] &&
         !BitAt(array.buffers[0], row);
}

std::string_view BytesAt(const ArrowArray& array, int64_t row) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const auto* data = static_cast<const char*>(array.buffers[2]);
  const auto size = static_cast<size_t>(offsets[row + 1] - offsets[row]);
  return size == 0 ? std::string_view() : std::string_view(data + offsets[row], size);
}

void AppendQuoted(std::string_view text, std::string* out) {
  *out += '"';
  *out += text;
  *out += '"';
}

template <typename T>
void AppendFloatJson(T value, std::string* out) {
  if (std::isnan(value)) return AppendQuoted("NaN", out);
  if (std::isinf(value)) return AppendQuoted(value < 0 ? "-Infinity" : "Infinity", out);
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  const std::string_view shortest(text, static_cast<size_t>(end - text));
  *out += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) *out += ".0";
}

void AppendStructJson(const std::vector<Field>& fields, const ArrowArray& array, int64_t row,
                      std::string* out) {
  *out += '{';
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) *out += ',';
    AppendJsonString(fields[i].name, out);
    *out += ':';
    AppendValueJson(fields[i].type, *array.children[i], row, out);
  }
  *out += '}';
}

void AppendListJson(const DataType& type, const ArrowArray& array, int64_t row, std::string* out) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  *out += '[';
  for (int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
    if (i != offsets[row]) *out += ',';
    AppendValueJson(type.children()[0].type, *array.children[0], i, out);
  }
  *out += ']';
}

void AppendMapKey(const DataType& type, const ArrowArray& keys, int64_t row, std::string* out) {
  if (type.kind() == TypeKind::kString) return AppendJsonString(BytesAt(keys, row), out);
  std::string text;
  AppendValueJson(type, keys, row, &text);
  if (text.starts_with('"')) {
    *out += text;
  } else {
    AppendJsonString(text, out);
  }
}

void AppendMapJson(const DataType& type, const ArrowArray& array, int64_t row, std::string* out) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const ArrowArray& entries = *array.children[0];
  *out += '{';
  for (int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
    if (i != offsets[row]) *out += ',';
    AppendMapKey(type.children()[0].type, *entries.children[0], i, out);
    *out += ':';
    AppendValueJson(type.children()[1].type, *entries.children[1], i, out);
  }
  *out += '}';
}

// Number of characters, a UTF-8 sequence counting as one.
size_t Width(std::string_view text) {
  size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

std::string_view FirstCharacters(std::string_view text, size_t count) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (count-- == 0) break;
  }
  return text.substr(0, i);
}

std::string Cell(std::string text, size_t max_width) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (max_width == 0 || Width(text) <= max_width) return text;
  return std::string(FirstCharacters(text, max_width - 1)) + "…";
}

std::string CellText(const DataType& type, const ArrowArray& array, int64_t row) {
  if (type.kind() == TypeKind::kString && !IsNull(array, row)) {
    return std::string(BytesAt(array, row));
  }
  std::string text;
  AppendValueJson(type, array, row, &text);
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool IsRightAligned(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInt:
    case TypeKind::kLong:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal: return true;
    default: return false;
  }
}

using Line = std::vector<std::string>;

std::vector<Line> TableLines(const Columns* batches, size_t count, size_t max_width) {
  const std::vector<Field>& fields = batches[0].schema().fields;
  std::vector<Line> lines(2);
  for (const Field& field : fields) {
    lines[0].push_back(Cell(field.name, max_width));
    lines[1].push_back(Cell(field.type.ToDdl(), max_width));
  }
  for (size_t b = 0; b < count; ++b) {
    for (int64_t row = 0; row < batches[b].num_rows(); ++row) {
      Line& line = lines.emplace_back();
      for (size_t i = 0; i < fields.size(); ++i) {
        const DataType& type = batches[b].schema().fields[i].type;
        line.push_back(Cell(CellText(type, batches[b].column(i), row), max_width));
      }
    }
  }
  return lines;
}

void AppendTableLine(const Line& line, const std::vector<size_t>& widths,
                     const std::vector<Field>& fields, bool heading, std::string* out) {
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string padding(widths[i] - Width(line[i]), ' ');
    const bool right = !heading && IsRightAligned(fields[i].type.kind());
    *out += i == 0 ? "" : " | ";
    *out += right ? padding + line[i] : line[i] + padding;
  }
  while (out->ends_with(' ')) out->pop_back();
  *out += '\n';
}

}  // namespace

void AppendValueJson(const DataType& type, const ArrowArray& array, int64_t row, std::string* out) {
  if (type.kind() == TypeKind::kVoid || IsNull(array, row)) {
    *out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::kBoolean: *out += BitAt(array.buffers[1], row) ? "true" : "false"; return;
    case TypeKind::kByte: *out += std::to_string(At<int8_t>(array, row)); return;
    case TypeKind::kShort: *out += std::to_string(At<int16_t>(array, row)); return;
    case TypeKind::kInt: *out += std::to_string(At<int32_t>(array, row)); return;
    case TypeKind::kLong: *out += std::to_string(At<int64_t>(array, row)); return;
    case TypeKind::kFloat: return AppendFloatJson(At<float>(array, row), out);
    case TypeKind::kDouble: return AppendFloatJson(At<double>(array, row), out);
    case TypeKind::kDecimal: return AppendDecimalText(At<__int128>(array, row), type.scale(), out);
    case TypeKind::kString: return AppendJsonString(BytesAt(array, row), out);
    case TypeKind::kBinary: return AppendQuoted(Base64(BytesAt(array, row)), out);
    case TypeKind::kDate: return AppendQuoted(DateText(At<int32_t>(array, row)), out);
    case TypeKind::kTimestamp:
      return AppendQuoted(TimestampText(At<int64_t>(array, row)) + "Z", out);
    case TypeKind::kTimestampNtz: return AppendQuoted(TimestampText(At<int64_t>(array, row)), out);
    case TypeKind::kStruct: return AppendStructJson(type.children(), array, row, out);
    case TypeKind::kArray: return AppendListJson(type, array, row, out);
    case TypeKind::kMap: return AppendMapJson(type, array, row, out);
    case TypeKind::kVoid: return;
  }
}

void AppendRowJson(const Columns& columns, int64_t row, std::string* out) {
  AppendStructJson(columns.schema().fields, columns.array(), row, out);
}

std::string FormatTable(const Columns* batches, size_t count, size_t max_cell_width) {
  if (count == 0) return "";
  const std::vector<Field>& fields = batches[0].schema().fields;
  const std::vector<Line> lines = TableLines(batches, count, max_cell_width);
  std::vector<size_t> widths(fields.size());
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  std::string out;
  for (size_t n = 0; n < lines.size(); ++n) {
    AppendTableLine(lines[n], widths, fields, n < 2, &out);
    if (n != 1) continue;
    for (size_t i = 0; i < widths.size(); ++i) {
      out += (i == 0 ? "" : "-+-") + std::string(widths[i], '-');
    }
    out += '\n';
  }
  return out;
}

}  // namespace sluice
