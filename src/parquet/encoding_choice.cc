// SPDX-License-Identifier: Apache-2.0
#include "parquet/encoding_choice.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>

namespace sluice::parquet {

namespace {

constexpr int64_t kSampleRows = 64 * 1024;
// Data changes: look again after so many files.
constexpr int kFilesBetweenSamples = 256;
// Arrow counts the distinct numbers of each batch that it encodes: in small ones numbering does not pay.
constexpr int64_t kNumberedBatchRows = 8 * 1024;
constexpr int64_t kMostBatchRows = 64 * 1024;
constexpr int64_t kLeastBatchRows = 1024;
constexpr int64_t kBatchBytes = 4 << 20;

uint64_t Mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0x9E3779B97F4A7C15ULL;
  return value ^ value >> 29;
}

uint64_t HashOf(TypeKind kind, const ArrowArray& array, int64_t row) {
  switch (kind) {
    case TypeKind::kByte: return Mix(static_cast<const uint8_t*>(array.buffers[1])[row] + 1);
    case TypeKind::kShort: return Mix(static_cast<const uint16_t*>(array.buffers[1])[row] + 1ULL);
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate: return Mix(static_cast<const uint32_t*>(array.buffers[1])[row] + 1ULL);
    case TypeKind::kDecimal: {
      uint64_t halves[2];
      std::memcpy(halves, static_cast<const char*>(array.buffers[1]) + row * 16, sizeof(halves));
      return Mix(halves[0] + Mix(halves[1]));
    }
    case TypeKind::kString:
    case TypeKind::kBinary: {
      const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
      const std::string_view text(static_cast<const char*>(array.buffers[2]) + offsets[row],
                                  static_cast<size_t>(offsets[row + 1] - offsets[row]));
      return std::hash<std::string_view>{}(text);
    }
    default: return Mix(static_cast<const uint64_t*>(array.buffers[1])[row]);
  }
}

int64_t SizeOf(TypeKind kind, const ArrowArray& array, int64_t row) {
  if (kind != TypeKind::kString && kind != TypeKind::kBinary) return 8;
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  return offsets[row + 1] - offsets[row];
}

bool IsValid(const ArrowArray& array, int64_t row) {
  return array.null_count == 0 ||
         (static_cast<const uint8_t*>(array.buffers[0])[row / 8] >> (row % 8) & 1) != 0;
}

}  // namespace

EncodingChoice::Sample::Sample(size_t count) : distinct(count), leaves(count) {}

EncodingChoice::EncodingChoice(const Schema& schema, bool compact)
    : num_columns_(schema.fields.size()),
      leaves_(LeafColumns(schema)),
      compact_(compact),
      sample_(leaves_.size()),
      learned_(leaves_.size()) {}

void EncodingChoice::Learn(const std::vector<const ArrowArray*>& columns) {
  if (!sample_) return;
  const int64_t rows = std::min(columns[0]->length, kSampleRows - sample_->rows);
  for (size_t i = 0; i < leaves_.size(); ++i) {
    if (leaves_[i].type.kind() != TypeKind::kBoolean)
      LearnLeaf(LeafArray(columns, leaves_[i]), rows, i);
  }
  sample_->rows += rows;
  const bool complete = sample_->rows == kSampleRows;
  if (complete || !settled_) TakeOver(*sample_);
  if (complete) sample_.reset();
  settled_ |= complete;
}

void EncodingChoice::TakeOver(const Sample& sample) {
  for (size_t i = 0; i < leaves_.size(); ++i) {
    // An overflow outlives the sample that led to it, but not a later one.
    const bool overflowed = learned_[i].overflowed && !settled_;
    learned_[i] = sample.leaves[i];
    learned_[i].overflowed = overflowed;
  }
}

void EncodingChoice::LearnLeaf(const ArrowArray& array, int64_t rows, size_t leaf) {
  const TypeKind kind = leaves_[leaf].type.kind();
  Learned& learned = sample_->leaves[leaf];
  // The values of lists are as many as they are; a sample of them will do.
  for (int64_t row = 0; row < std::min(rows, array.length); ++row) {
    if (!IsValid(array, row)) continue;
    sample_->distinct[leaf].Add(HashOf(kind, array, row));
    learned.bytes += SizeOf(kind, array, row);
    ++learned.values;
  }
  learned.distinct = sample_->distinct[leaf].distinct();
}

void EncodingChoice::FileFinished() {
  if (sample_ || ++files_ < kFilesBetweenSamples) return;
  files_ = 0;
  sample_.emplace(leaves_.size());
}

std::vector<bool> EncodingChoice::numbered_columns() const {
  std::vector<bool> numbered(num_columns_, false);
  if (!settled_ || write_batch_rows() < kNumberedBatchRows) return numbered;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    if (leaves_[i].position.size() != 1 || leaves_[i].type.kind() != TypeKind::kString) continue;
    numbered[static_cast<size_t>(leaves_[i].position[0])] = encoding(i) == Encoding::kDictionary;
  }
  return numbered;
}

void EncodingChoice::NumbersOverflowed(size_t column) {
  for (size_t i = 0; i < leaves_.size(); ++i) {
    if (leaves_[i].position == ColumnPath{static_cast<int>(column)}) DictionaryOverflowed(i);
  }
}

int64_t EncodingChoice::write_batch_rows() const {
  int64_t widest = 1;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const Learned& known = learned_[i];
    if (known.values == 0 || encoding(i) == Encoding::kDictionary) continue;
    widest = std::max(widest, known.bytes / known.values);
  }
  return std::clamp(kBatchBytes / widest, kLeastBatchRows, kMostBatchRows);
}

Encoding EncodingChoice::encoding(size_t leaf) const {
  const Learned& known = learned_[leaf];
  const TypeKind kind = leaves_[leaf].type.kind();
  if (leaves_[leaf].path_is_shared) return Encoding::kPlain;
  const Encoding plain = WithoutDictionary(kind);
  if (kind == TypeKind::kBoolean || known.overflowed) return plain;
  // Numbers gain less from a dictionary than texts do.
  const int64_t share = plain == Encoding::kDeltaBinaryPacked ? 8 : 2;
  return known.distinct * share <= known.values ? Encoding::kDictionary : plain;
}

Encoding EncodingChoice::WithoutDictionary(TypeKind kind) const {
  if (!compact_) return Encoding::kPlain;
  switch (kind) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInt:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return Encoding::kDeltaBinaryPacked;
    default: return Encoding::kPlain;
  }
}

}  // namespace sluice::parquet
