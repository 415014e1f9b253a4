// SPDX-License-Identifier: Apache-2.0
#include "delta/path_encoding.h"

#include <gtest/gtest.h>

namespace sluice::delta {
namespace {

TEST(PathEncodingTest, AHiveEscapedPathIsEncodedOnceMore) {
  EXPECT_EQ(UriEncode("p=x%2Fy%3Dz %25/part-0.parquet"), "p=x%252Fy%253Dz%20%2525/part-0.parquet");
  EXPECT_EQ(UriEncode("n=ünï\"#?"), "n=%C3%BCn%C3%AF%22%23%3F");
  EXPECT_EQ(UriEncode("part-00000-22a466bd-c000.zstd.parquet"),
            "part-00000-22a466bd-c000.zstd.parquet");
}

TEST(PathEncodingTest, DecodingUndoesIt) {
  for (const char* path : {"a/b c", "p=%2F/ü", "100%", "%zz%4"})
    EXPECT_EQ(UriDecode(UriEncode(path)), path);
  EXPECT_EQ(UriDecode("a%2"), "a%2");
  EXPECT_EQ(UriDecode("%41%5a"), "AZ");
}

}  // namespace
}  // namespace sluice::delta
