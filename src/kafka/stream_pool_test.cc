// SPDX-License-Identifier: Apache-2.0
#include "kafka/stream_pool.h"

#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

TEST(ShareOfQueueTest, BytesAreSharedAmongPartitions) {
  EXPECT_EQ(ShareOfQueue(64 << 20, 4).kbytes, 16 << 10);
  EXPECT_EQ(ShareOfQueue(64 << 20, 0).kbytes, 64 << 10);
  EXPECT_EQ(ShareOfQueue(64 << 20, 10000).kbytes, 256);  // so much is needed to get on at all
}

TEST(ShareOfQueueTest, SmallRecordsAreLimitedByTheirNumber) {
  // A queued record costs half a kilobyte beside its bytes: at most half the share goes to that.
  EXPECT_EQ(ShareOfQueue(64 << 20, 4).messages, 16384);
  EXPECT_LE(ShareOfQueue(int64_t{16} << 30, 1).messages, 100000);
}

}  // namespace
}  // namespace sluice::kafka
