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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer has a heap of its own";
#endif
  std::vector<std::unique_ptr<std::vector<char>>> pieces;
  for (int i = 0; i < 4000; ++i) pieces.push_back(std::make_unique<std::vector<char>>(10000, 'x'));
  const auto last = std::make_unique<int>(1);  // keeps the top of the heap
  pieces.clear();
  const int64_t before = Resident(false);
  TrimHeap();
  EXPECT_LT(Resident(false), before - (20 << 20));
}

// Constants of the program, as large as a small library.
const char kConstants[4 << 20] = {1, 2, 3};

int SumOfConstants() {
  int sum = 0;
  for (size_t i = 0; i < sizeof kConstants; i += 3) {
    sum += *const_cast<const volatile char*>(kConstants + i);
  }
  return sum;
}

TEST(IdleMemory, ConstantsAndCodeComeBackWhenTheyAreUsed) {
  const int sum = SumOfConstants();
  const int64_t before = Resident(true);
  ReleaseCode();
  EXPECT_LT(Resident(true), before - (3 << 20));
  EXPECT_EQ(SumOfConstants(), sum);
}

}  // namespace
}  // namespace sluice::stream
