// SPDX-License-Identifier: Apache-2.0
//
// Where the tokens of a JSON text begin, found by simdjson's first stage (the part of it that runs at
// gigabytes a second): each of { } [ ] : , outside strings, each opening quote, and the first byte of
// each other scalar. It also proves that the text is UTF-8, that every string is closed and that none
// holds a raw control character. It does not check the grammar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace sluice::decode {

class StructuralIndex {
 public:
  StructuralIndex();
  ~StructuralIndex();
  StructuralIndex(const StructuralIndex&) = delete;
  StructuralIndex& operator=(const StructuralIndex&) = delete;

  // False: nothing to find, or one of the proofs failed. Reads exactly the given bytes. The positions
  // stay valid until the next call; one writable slot follows the last of them.
  bool Build(const char* text, size_t size);

  uint32_t* positions() const { return positions_; }
  size_t count() const { return count_; }

 private:
  struct Stage1;
  std::unique_ptr<Stage1> stage1_;
  uint32_t* positions_ = nullptr;
  size_t count_ = 0;
};

}  // namespace sluice::decode
