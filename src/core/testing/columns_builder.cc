// SPDX-License-Identifier: Apache-2.0
#include "core/testing/columns_builder.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void Abort(const std::string& what, const Json& value) {
  std::fprintf(stderr, "BuildColumns: %s: %s\n", what.c_str(), value.dump().c_str());
  std::abort();
}

// One array under construction, and then the owner of its buffers.
struct Node {
  DataType type;
  int64_t length = 0;
  int64_t null_count = 0;
  std::vector<uint8_t> validity;
  std::vector<char> data;
  std::vector<uint8_t> bits;  // BOOLEAN
  std::vector<int32_t> offsets;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> child_arrays;
  std::vector<ArrowArray*> child_pointers;
};

bool HasOffsets(TypeKind kind) {
  return kind == TypeKind::kString || kind == TypeKind::kBinary || kind == TypeKind::kArray ||
         kind == TypeKind::kMap;
}

std::unique_ptr<Node> MakeNode(const DataType& type) {
  auto node = std::make_unique<Node>();
  node->type = type;
  if (HasOffsets(type.kind())) node->offsets.push_back(0);
  if (type.kind() == TypeKind::kMap) {
    node->children.push_back(MakeNode(DataType::Struct(type.children())));
    return node;
  }
  for (const Field& field : type.children()) node->children.push_back(MakeNode(field.type));
  return node;
}

void SetBit(std::vector<uint8_t>& bits, int64_t index, bool value) {
  const auto byte = static_cast<size_t>(index / 8);
  if (bits.size() <= byte) bits.resize(byte + 1, 0);
  if (value) bits[byte] = static_cast<uint8_t>(bits[byte] | (1U << (index % 8)));
}

template <typename T>
void Put(Node& node, T value) {
  const size_t at = node.data.size();
  node.data.resize(at + sizeof(T));
  std::memcpy(node.data.data() + at, &value, sizeof(T));
}

__int128 Unscaled(const Json& value, int scale) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  __int128 number = 0;
  int decimals = -1;
  for (char c : text) {
    if (c == '.') decimals = 0;
    if (c < '0' || c > '9') continue;
    number = number * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (int i = std::max(decimals, 0); i < scale; ++i) number *= 10;
  if (decimals > scale) Abort("more decimals than the type has", value);
  return text.starts_with("-") ? -number : number;
}

int64_t Days(const Json& value) {
  if (value.is_number()) return value.get<int64_t>();
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (std::sscanf(value.get_ref<const std::string&>().c_str(), "%d-%u-%u", &year, &month, &day) !=
      3) {
    Abort("no date", value);
  }
  const std::chrono::sys_days days =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  return days.time_since_epoch().count();
}

int64_t Micros(const Json& value) {
  if (value.is_number()) return value.get<int64_t>();
  const auto& text = value.get_ref<const std::string&>();
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (text.size() > 10 &&
      std::sscanf(text.c_str() + 11, "%d:%d:%lf", &hour, &minute, &second) != 3) {
    Abort("no timestamp", value);
  }
  const auto micros = static_cast<int64_t>(second * 1e6 + 0.5);
  return Days(value) * 86'400'000'000 + (hour * 60 + minute) * 60'000'000LL + micros;
}

double Floating(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  Abort("no number", value);
}

void Append(Node& node, const Json& value);

void AppendChildren(Node& node, const Json& value) {
  Node& child = *node.children[0];
  if (!value.is_null()) {
    for (const auto& [key, element] : value.items()) {
      const bool pairs = node.type.kind() == TypeKind::kArray || value.is_array();
      Append(child, pairs ? element : Json::array({key, element}));
    }
  }
  node.offsets.push_back(static_cast<int32_t>(child.length));
}

void AppendFields(Node& node, const Json& value) {
  const auto& fields = node.type.children();
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool absent = value.is_array() ? i >= value.size() : !value.contains(fields[i].name);
    if (absent) {
      Append(*node.children[i], nullptr);
    } else {
      Append(*node.children[i], value.is_array() ? value[i] : value[fields[i].name]);
    }
  }
}

void AppendScalar(Node& node, const Json& value) {
  const Json v = value.is_null() ? Json(0) : value;
  switch (node.type.kind()) {
    case TypeKind::kByte: return Put(node, v.get<int8_t>());
    case TypeKind::kShort: return Put(node, v.get<int16_t>());
    case TypeKind::kInt: return Put(node, v.get<int32_t>());
    case TypeKind::kLong: return Put(node, v.get<int64_t>());
    case TypeKind::kFloat: return Put(node, static_cast<float>(Floating(v)));
    case TypeKind::kDouble: return Put(node, Floating(v));
    case TypeKind::kDate: return Put(node, static_cast<int32_t>(Days(v)));
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return Put(node, Micros(v));
    case TypeKind::kDecimal: return Put(node, Unscaled(v, node.type.scale()));
    default: return;
  }
}

void AppendText(Node& node, const Json& value) {
  if (!value.is_null()) {
    const auto& text = value.get_ref<const std::string&>();
    node.data.insert(node.data.end(), text.begin(), text.end());
  }
  node.offsets.push_back(static_cast<int32_t>(node.data.size()));
}

void AppendBit(Node& node, const Json& value) {
  SetBit(node.bits, node.length, !value.is_null() && value.get<bool>());
}

void Append(Node& node, const Json& value) {
  SetBit(node.validity, node.length, !value.is_null());
  if (value.is_null()) ++node.null_count;
  switch (node.type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMap: AppendChildren(node, value); break;
    case TypeKind::kStruct: AppendFields(node, value); break;
    case TypeKind::kString:
    case TypeKind::kBinary: AppendText(node, value); break;
    case TypeKind::kBoolean: AppendBit(node, value); break;
    default: AppendScalar(node, value);
  }
  ++node.length;
}

void ReleaseNode(ArrowArray* array) {
  auto* node = static_cast<Node*>(array->private_data);
  for (ArrowArray& child : node->child_arrays) {
    if (child.release) child.release(&child);
  }
  delete node;
  array->release = nullptr;
}

ArrowArray Finish(std::unique_ptr<Node> owned) {
  Node* node = owned.release();
  ArrowArray array{};
  array.length = node->length;
  array.null_count = node->null_count;
  if (node->type.kind() != TypeKind::kVoid) {
    node->buffers.push_back(node->null_count > 0 ? node->validity.data() : nullptr);
  }
  if (HasOffsets(node->type.kind())) node->buffers.push_back(node->offsets.data());
  node->data.reserve(1);  // an empty buffer is no null pointer
  if (!node->type.is_nested() && node->type.kind() != TypeKind::kVoid) {
    const bool bits = node->type.kind() == TypeKind::kBoolean;
    node->bits.reserve(1);
    node->buffers.push_back(bits ? static_cast<const void*>(node->bits.data()) : node->data.data());
  }
  for (auto& child : node->children) node->child_arrays.push_back(Finish(std::move(child)));
  for (ArrowArray& child : node->child_arrays) node->child_pointers.push_back(&child);
  array.n_buffers = static_cast<int64_t>(node->buffers.size());
  array.buffers = node->buffers.data();
  array.n_children = static_cast<int64_t>(node->child_pointers.size());
  array.children = node->child_pointers.data();
  array.release = ReleaseNode;
  array.private_data = node;
  return array;
}

// Each top-level value of a text that holds several, one after the other.
std::vector<Json> ParseAll(std::string_view text) {
  std::vector<Json> values;
  int depth = 0;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '{' && depth++ == 0) begin = i;
    if (text[i] == '}' && --depth == 0)
      values.push_back(Json::parse(text.substr(begin, i + 1 - begin)));
  }
  return values;
}

}  // namespace

Columns BuildColumns(Schema schema, std::string_view rows) {
  auto root = MakeNode(DataType::Struct(schema.fields));
  for (const Json& row : ParseAll(rows)) Append(*root, row);
  return Columns(std::make_shared<const Schema>(std::move(schema)), Finish(std::move(root)));
}

}  // namespace sluice
