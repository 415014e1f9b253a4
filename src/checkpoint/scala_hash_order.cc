// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/scala_hash_order.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <numeric>
#include <tuple>

namespace sluice::checkpoint {

namespace {

constexpr size_t kInitialCapacity = 16;

uint32_t ByteSwap32(uint32_t v) { return __builtin_bswap32(v * 0x9e3775cdu) * 0x9e3775cdu; }

// The rotation is fixed when the table is made: growing does not change it.
size_t Slot212(int32_t hash, size_t capacity) {
  const uint32_t ones = static_cast<uint32_t>(capacity - 1);
  const int rotation = std::popcount(static_cast<uint32_t>(kInitialCapacity - 1));
  const uint32_t improved = std::rotr(ByteSwap32(static_cast<uint32_t>(hash)), rotation);
  return (improved >> std::countl_zero(ones)) & ones;
}

using Table = std::vector<std::deque<size_t>>;

Table Grown212(const Table& old, const std::vector<int32_t>& hashes) {
  Table table(old.size() * 2);
  for (auto chain = old.rbegin(); chain != old.rend(); ++chain) {
    for (size_t key : *chain) table[Slot212(hashes[key], table.size())].push_front(key);
  }
  return table;
}

int32_t Improved213(int32_t hash) {
  const auto h = static_cast<uint32_t>(hash);
  return static_cast<int32_t>(h ^ (h >> 16));
}

size_t Capacity213(size_t keys, bool put_again) {
  size_t capacity = kInitialCapacity;
  const size_t last = put_again ? keys : keys - 1;
  for (size_t held = 0; held <= last; ++held) {
    if (held + 1 >= capacity * 3 / 4) capacity *= 2;
  }
  return capacity;
}

}  // namespace

std::vector<size_t> HashOrder212(const std::vector<int32_t>& hashes) {
  Table table(kInitialCapacity);
  for (size_t key = 0; key < hashes.size(); ++key) {
    table[Slot212(hashes[key], table.size())].push_front(key);
    if (key + 1 > table.size() * 3 / 4) table = Grown212(table, hashes);
  }
  std::vector<size_t> order;
  for (auto chain = table.rbegin(); chain != table.rend(); ++chain) {
    order.insert(order.end(), chain->begin(), chain->end());
  }
  return order;
}

std::vector<size_t> HashOrder213(const std::vector<int32_t>& hashes, bool put_again) {
  std::vector<size_t> order(hashes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (order.empty()) return order;
  const size_t capacity = Capacity213(hashes.size(), put_again);
  auto rank = [&](size_t key) {
    const int32_t hash = Improved213(hashes[key]);
    return std::tuple(static_cast<uint32_t>(hash) & (capacity - 1), hash);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return rank(a) < rank(b); });
  return order;
}

int32_t JavaStringHash(std::string_view text) {
  uint32_t hash = 0;
  for (unsigned char c : text) hash = hash * 31 + c;
  return static_cast<int32_t>(hash);
}

}  // namespace sluice::checkpoint
