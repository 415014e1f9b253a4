// SPDX-License-Identifier: Apache-2.0
//
// Which field a JSON key names, by guessing: producers write their keys in the same order message after
// message, so the key that followed this one the last time is compared first. Keys that the schema does
// not know are learnt too (a limited number), for they come in order as well.
//
//   uint32_t guess = table.first();
//   guess = table.Find(guess, key, end);      // key: behind its opening quote
//   if (guess == KeyTable::kEscaped) ...      // holds a backslash: not for this table
//   table.field(guess); guess = table.next(guess);
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::decode {

class KeyTable {
 public:
  static constexpr uint32_t kEscaped = UINT32_MAX;
  static constexpr uint32_t kUnknown = 0;  // entry of keys that were not learnt

  // Fields in the order of the schema; of two with one name the last counts, as in Spark. The key of
  // the field `ignored` (-1: none) is unknown.
  explicit KeyTable(const std::vector<std::string>& names, int ignored = -1);

  // The entry guessed for the first key of an object.
  uint32_t first() const { return first_; }
  // -1: the schema has no such field.
  int32_t field(uint32_t entry) const { return entries_[entry].field; }
  uint32_t next(uint32_t entry) const { return entries_[entry].next; }

  // Entry of the key that begins at `key`; `close` gives its closing quote when no guess fits.
  // `previous`: entry of the key before it (kEscaped: none), which learns its successor.
  template <typename FindClose>
  uint32_t Find(uint32_t guess, uint32_t previous, const char* key, const char* end,
                FindClose close) {
    if (__builtin_expect(Matches(guess, key, end), 1)) return guess;
    // An optional field that is missing this time: the guess stays for the next object.
    const uint32_t after = entries_[guess].next;
    if (Matches(after, key, end)) return after;
    const char* quote = close();
    return Search(previous, std::string_view(key, static_cast<size_t>(quote - key)));
  }

 private:
  static constexpr size_t kInline = 32;

  struct alignas(16) Entry {
    char quoted[kInline] = {};  // the key and its closing quote
    uint32_t mask = 0;          // a bit for each byte of `quoted` that counts
    uint32_t size = 0;          // of the key
    int32_t field = -1;
    uint32_t next = 0;
  };

  bool Matches(uint32_t index, const char* key, const char* end) const {
    const Entry& entry = entries_[index];
    if (__builtin_expect(static_cast<size_t>(end - key) < kInline || entry.mask == 0, 0)) {
      return MatchesSlowly(index, key, end);
    }
    return MatchesInline(entry, key);
  }
  static bool MatchesInline(const Entry& entry, const char* key);
  bool MatchesSlowly(uint32_t index, const char* key, const char* end) const;

  uint32_t Search(uint32_t previous, std::string_view key);
  uint32_t Learn(std::string_view key);
  size_t Slot(std::string_view key) const;
  void Rehash();

  std::vector<Entry> entries_;
  std::vector<std::string> keys_;  // beside entries_
  std::vector<uint32_t> slots_;    // open addressing; 0 = free
  size_t num_fields_;
  uint32_t first_ = 0;
};

#if defined(__SSE2__)
inline bool KeyTable::MatchesInline(const Entry& entry, const char* key) {
  const auto at = [](const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  const auto equal = [&](size_t i) {
    return static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(at(entry.quoted + i), at(key + i))));
  };
  return (~(equal(0) | equal(16) << 16) & entry.mask) == 0;
}
#else
inline bool KeyTable::MatchesInline(const Entry& entry, const char* key) {
  return std::memcmp(entry.quoted, key, entry.size + 1) == 0;
}
#endif

}  // namespace sluice::decode
