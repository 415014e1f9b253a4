// SPDX-License-Identifier: Apache-2.0
#include "parquet/text_dictionary.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sluice::parquet {

namespace {

constexpr size_t kFirstSlots = 64;

template <typename Word>
uint64_t Load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

bool IsValid(const uint8_t* validity, int64_t row) {
  return (validity[row / 8] >> (row % 8) & 1) != 0;
}

}  // namespace

TextDictionary::TextDictionary() : slots_(kFirstSlots) {}

inline TextDictionary::Key TextDictionary::KeyOf(std::string_view text) {
  const char* bytes = text.data();
  const size_t size = text.size();
  const auto short_size = static_cast<uint32_t>(size);
  // Loads overlap where the size is no power of two; together with the size they say it all.
  if (size >= 8) return {Load<uint64_t>(bytes), Load<uint64_t>(bytes + size - 8), short_size};
  if (size >= 4) return {Load<uint32_t>(bytes), Load<uint32_t>(bytes + size - 4), short_size};
  if (size == 0) return {0, 0, 0};
  const auto* b = reinterpret_cast<const unsigned char*>(bytes);
  return {b[0], static_cast<uint64_t>(b[size / 2]) << 8 | b[size - 1], short_size};
}

inline size_t TextDictionary::HashOf(const Key& key) {
  uint64_t hash = (key.head ^ key.size) * 0x9E3779B97F4A7C15ULL;
  hash = (hash ^ hash >> 32 ^ key.tail) * 0xC2B2AE3D27D4EB4FULL;
  return hash >> 29 ^ hash;
}

std::string_view TextDictionary::at(int32_t number) const {
  const auto i = static_cast<size_t>(number);
  return {bytes_.data() + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
}

void TextDictionary::Number(const char* bytes, const int32_t* offsets, const uint8_t* validity,
                            int64_t begin, int64_t end, int32_t* numbers) {
  // The slots of a block are fetched from memory side by side, then looked at.
  constexpr int64_t kBlock = 32;
  Key keys[kBlock];
  size_t hashes[kBlock];
  const auto text_at = [&](int64_t row) {
    return std::string_view(bytes + offsets[row],
                            static_cast<size_t>(offsets[row + 1] - offsets[row]));
  };
  for (int64_t first = begin; first < end; first += kBlock) {
    const int64_t count = std::min(kBlock, end - first);
    for (int64_t i = 0; i < count; ++i) {
      keys[i] = KeyOf(text_at(first + i));
      hashes[i] = HashOf(keys[i]);
      __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)]);
    }
    for (int64_t i = 0; i < count; ++i) {
      const Slot& slot = slots_[hashes[i] & (slots_.size() - 1)];
      if (validity && !IsValid(validity, first + i)) {
        *numbers++ = 0;
      } else if (keys[i].size <= kInlineSize && slot.Holds(keys[i])) {
        *numbers++ = slot.number;
      } else {
        *numbers++ = Find(keys[i], hashes[i], text_at(first + i));
      }
    }
  }
}

int32_t TextDictionary::Find(const Key& key, size_t hash, std::string_view text) {
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.number < 0) return Add(slot, key, text);
    if (slot.Holds(key) && (key.size <= kInlineSize || at(slot.number) == text)) return slot.number;
  }
}

int32_t TextDictionary::Add(Slot& slot, const Key& key, std::string_view text) {
  const int32_t number = size();
  slot = {key.head, key.tail, key.size, number};
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  offsets_.push_back(static_cast<int32_t>(bytes_.size()));
  if (static_cast<size_t>(size()) * 2 > slots_.size()) Grow();
  return number;
}

void TextDictionary::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number < 0) continue;
    size_t i = HashOf({slot.head, slot.tail, slot.size}) & mask;
    while (slots_[i].number >= 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

void TextDictionary::Clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  offsets_.resize(1);
  bytes_.clear();
}

}  // namespace sluice::parquet
