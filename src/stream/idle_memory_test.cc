// SPDX-License-Identifier: Apache-2.0
#include "stream/idle_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

namespace sluice::stream {
namespace {

// Resident bytes: of files if `of_files`, else all.
int64_t Resident(bool of_files) {
  std::ifstream in("/proc/self/statm");
  int64_t all = 0, resident = 0, shared = 0;
  in >> all >> resident >> shared;
  return (of_files ? shared : resident) * sysconf(_SC_PAGESIZE);
}

TEST(IdleMemory, TheHeapShrinksToWhatIsInUse) {
  std::vector<std::unique_ptr<std::vector<char>>> pieces;
  for (int i = 0; i < 4000; ++i) pieces.push_back(std::make_unique<std::vector<char>>(10000, 'x'));
  const auto last = std::make_unique<int>(1);  // keeps the top of the heap
  pieces.clear();
  const int64_t before = Resident(false);
  TrimHeap();
  EXPECT_LT(Resident(false), before - (20 << 20));
}

TEST(IdleMemory, CodeComesBackWhenItIsUsed) {
  const int64_t before = Resident(true);
  ReleaseCode();
  const int64_t after = Resident(true);
  EXPECT_LT(after, before / 2);
  EXPECT_GT(after, 0);
}

}  // namespace
}  // namespace sluice::stream
