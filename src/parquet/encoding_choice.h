// SPDX-License-Identifier: Apache-2.0
//
// Which encoding each column of a file gets, learned from the rows seen: a dictionary where values
// repeat, a compact encoding of numbers where they do not.
//
// Building a dictionary that falls back is the dearest thing the Parquet writer can do, so the first
// rows are looked at, and a column whose dictionary overflowed is not tried again soon.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parquet/distinct_counter.h"
#include "parquet/leaf_columns.h"

namespace sluice::parquet {

enum class Encoding { kPlain, kDictionary, kDeltaBinaryPacked };

// One per writer; remembered from file to file. One thread.
class EncodingChoice {
 public:
  // `compact`: numbers may get DELTA_BINARY_PACKED; else PLAIN and dictionary alone.
  EncodingChoice(const Schema& schema, bool compact);

  // Looks at rows on their way into files, until enough were seen; after many files, again.
  void Learn(const std::vector<const ArrowArray*>& columns);
  void FileFinished();
  // What a finished file says: its dictionary of leaf i did not hold all values.
  void DictionaryOverflowed(size_t leaf) { learned_[leaf].overflowed = true; }
  // The same of a column of numbered_columns().
  void NumbersOverflowed(size_t column);

  // Whether enough rows were seen to trust the choice.
  bool settled() const { return settled_; }
  const std::vector<LeafColumn>& leaves() const { return leaves_; }
  Encoding encoding(size_t leaf) const;
  // For each top-level column: a STRING worth numbering before Arrow sees it; none until settled().
  std::vector<bool> numbered_columns() const;
  // Rows for Arrow to encode between two looks at the size of a page: many, but not of long texts.
  int64_t write_batch_rows() const;

 private:
  struct Learned {
    int64_t values = 0;  // nulls left out
    int64_t distinct = 0;
    int64_t bytes = 0;
    bool overflowed = false;
  };
  struct Sample {
    explicit Sample(size_t leaves);
    int64_t rows = 0;
    std::vector<DistinctCounter> distinct;
    std::vector<Learned> leaves;
  };
  void TakeOver(const Sample& sample);
  void LearnLeaf(const ArrowArray& array, int64_t rows, size_t leaf);
  Encoding WithoutDictionary(TypeKind kind) const;

  size_t num_columns_;
  std::vector<LeafColumn> leaves_;
  bool compact_;
  bool settled_ = false;
  int files_ = 0;
  std::optional<Sample> sample_;  // under way
  std::vector<Learned> learned_;
};

}  // namespace sluice::parquet
