// SPDX-License-Identifier: Apache-2.0
#include "parquet/data_file_name.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <random>

namespace sluice::parquet {

namespace {

// Version 4 (RFC 9562): random, from the operating system.
std::string RandomUuid() {
  std::random_device random;
  std::array<uint32_t, 4> words{random(), random(), random(), random()};
  words[1] = (words[1] & 0xffff0fffU) | 0x4000U;
  words[2] = (words[2] & 0x3fffffffU) | 0x80000000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", words[0], words[1] >> 16,
                     words[1] & 0xffffU, words[2] >> 16, words[2] & 0xffffU, words[3]);
}

}  // namespace

std::string DataFileName(int lane, BatchId batch, const std::string& compression) {
  const std::string codec = compression == "none" ? "" : "." + compression;
  return fmt::format("part-{:05}-{}-{}.c000{}.parquet", lane, batch.value, RandomUuid(), codec);
}

}  // namespace sluice::parquet
