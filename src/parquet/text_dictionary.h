// SPDX-License-Identifier: Apache-2.0
//
// Distinct texts, numbered in order of first appearance. Made for the short texts that repeat in a
// column: one probe of a small table for a text of up to 16 bytes, without looking at the text again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::parquet {

class TextDictionary {
 public:
  TextDictionary();

  // Writes the numbers of the texts [begin, end) of an Arrow string array to `numbers`; new texts are
  // added. Where `validity` says null the number is 0.
  void Number(const char* bytes, const int32_t* offsets, const uint8_t* validity, int64_t begin,
              int64_t end, int32_t* numbers);

  void Clear();  // keeps the capacity
  int32_t size() const { return static_cast<int32_t>(offsets_.size()) - 1; }
  // The texts, as an Arrow string array has them.
  const std::vector<int32_t>& offsets() const { return offsets_; }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  static constexpr uint32_t kInlineSize = 16;

  // The first and the last eight bytes and the size: all of a text of up to 16 bytes.
  // Not initialised by default: a block of them would cost more than a single text.
  struct Key {
    uint64_t head;
    uint64_t tail;
    uint32_t size;
  };
  struct Slot {
    uint64_t head = 0;
    uint64_t tail = 0;
    uint32_t size = 0;
    int32_t number = -1;  // -1: free
    bool Holds(const Key& key) const {
      return head == key.head && tail == key.tail && size == key.size && number >= 0;
    }
  };

  static Key KeyOf(std::string_view text);
  static size_t HashOf(const Key& key);
  std::string_view at(int32_t number) const;
  int32_t Find(const Key& key, size_t hash, std::string_view text);
  int32_t Add(Slot& slot, const Key& key, std::string_view text);
  void Grow();

  std::vector<Slot> slots_;  // a power of two of them
  std::vector<int32_t> offsets_{0};
  std::vector<char> bytes_;
};

}  // namespace sluice::parquet
