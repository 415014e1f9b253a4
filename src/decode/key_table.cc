// SPDX-License-Identifier: Apache-2.0
#include "decode/key_table.h"

#include <algorithm>

namespace sluice::decode {

namespace {

constexpr size_t kMaxLearnt = 64;
constexpr size_t kMaxLearntSize = 256;

uint64_t Hash(std::string_view key) {
  uint64_t hash = 0xcbf29ce484222325ull ^ key.size();
  uint64_t word = 0;
  for (size_t i = 0; i < key.size(); i += 8) {
    word = 0;
    std::memcpy(&word, key.data() + i, std::min<size_t>(8, key.size() - i));
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return hash;
}

bool NeedsEscape(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
}

}  // namespace

KeyTable::KeyTable(const std::vector<std::string>& names, int ignored) : num_fields_(names.size()) {
  entries_.resize(1);  // kUnknown, which matches nothing
  keys_.resize(1);
  for (size_t i = 0; i < names.size(); ++i) {
    // A name that has to be escaped is never found raw: its keys come out as kEscaped.
    if (static_cast<int>(i) == ignored || NeedsEscape(names[i])) continue;
    const uint32_t entry = Learn(names[i]);
    entries_[entry].field = static_cast<int32_t>(i);
    entries_[entry].next = entry + 1;
  }
  if (entries_.size() > 1) {
    first_ = 1;
    entries_.back().next = 1;
    entries_[kUnknown].next = 1;
  }
}

// The guess was wrong: finds the entry by hash, and lets the key before it guess better next time.
uint32_t KeyTable::Search(uint32_t previous, std::string_view key) {
  if (std::memchr(key.data(), '\\', key.size()) != nullptr) return kEscaped;
  uint32_t entry = slots_.empty() ? kUnknown : slots_[Slot(key)];
  if (entry == kUnknown && key.size() <= kMaxLearntSize &&
      entries_.size() <= num_fields_ + kMaxLearnt) {
    entry = Learn(key);
  }
  if (previous == kEscaped) {
    first_ = entry;
  } else {
    entries_[previous].next = entry;
  }
  return entry;
}

// For long keys, and near the end of the message.
bool KeyTable::MatchesSlowly(uint32_t index, const char* key, const char* end) const {
  const std::string& wanted = keys_[index];
  return index != kUnknown && static_cast<size_t>(end - key) > wanted.size() &&
         key[wanted.size()] == '"' && std::memcmp(wanted.data(), key, wanted.size()) == 0;
}

uint32_t KeyTable::Learn(std::string_view key) {
  if (!slots_.empty()) {
    const uint32_t known = slots_[Slot(key)];
    if (known != kUnknown) return known;
  }
  Entry entry;
  entry.size = static_cast<uint32_t>(key.size());
  const std::string quoted = std::string(key) + '"';
  if (quoted.size() <= kInline) {
    std::memcpy(entry.quoted, quoted.data(), quoted.size());
    entry.mask = static_cast<uint32_t>((uint64_t{1} << quoted.size()) - 1);
  }
  entries_.push_back(entry);
  keys_.emplace_back(key);
  Rehash();
  return static_cast<uint32_t>(entries_.size() - 1);
}

// Slot that holds the key, or the free one where it belongs.
size_t KeyTable::Slot(std::string_view key) const {
  size_t slot = Hash(key) & (slots_.size() - 1);
  while (slots_[slot] != 0 && keys_[slots_[slot]] != key) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void KeyTable::Rehash() {
  if (slots_.size() >= entries_.size() * 2) {
    slots_[Slot(keys_.back())] = static_cast<uint32_t>(entries_.size() - 1);
    return;
  }
  slots_.assign(std::max<size_t>(16, slots_.size() * 2), 0);
  for (uint32_t i = 1; i < entries_.size(); ++i) slots_[Slot(keys_[i])] = i;
}

}  // namespace sluice::decode
