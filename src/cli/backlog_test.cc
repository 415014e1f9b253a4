// SPDX-License-Identifier: Apache-2.0
#include "cli/backlog.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

stream::Progress Commit(int64_t batch, int64_t records, int64_t remaining) {
  stream::Progress progress;
  progress.batch = BatchId{batch};
  progress.records = records;
  progress.remaining = remaining;
  return progress;
}

void Expect(const Backlog& backlog, int64_t read, int64_t uncommitted, int64_t remaining) {
  EXPECT_EQ(backlog.read(), read);
  EXPECT_EQ(backlog.uncommitted(), uncommitted);
  EXPECT_EQ(backlog.remaining(), remaining);
}

TEST(Backlog, IsKnownFromThePlanOn) {
  Backlog backlog;
  Expect(backlog, 0, 0, 0);
  backlog.Planned({BatchId{0}, 1000, 4000});
  Expect(backlog, 0, 0, 5000);
  backlog.Reading({BatchId{0}, 250});
  Expect(backlog, 250, 250, 4750);
  backlog.Committed(Commit(0, 1000, 4000));
  Expect(backlog, 1000, 0, 4000);
}

TEST(Backlog, TheNextBatchIsReadWhileOneCommits) {
  Backlog backlog;
  backlog.Planned({BatchId{0}, 100, 300});
  backlog.Reading({BatchId{0}, 100});
  backlog.Planned({BatchId{1}, 100, 200});
  backlog.Reading({BatchId{1}, 40});
  Expect(backlog, 140, 140, 260);
  backlog.Committed(Commit(0, 100, 300));
  Expect(backlog, 140, 40, 260);
}

TEST(Backlog, GoesBackWhenALaneReadsAgain) {
  Backlog backlog;
  backlog.Planned({BatchId{0}, 100, 0});
  backlog.Reading({BatchId{0}, 90});
  backlog.Reading({BatchId{0}, 0});
  Expect(backlog, 0, 0, 100);
}

// A log with transaction markers holds fewer records than offsets.
TEST(Backlog, OffsetsWithoutARecordAreLeftBehindByTheCommit) {
  Backlog backlog;
  backlog.Planned({BatchId{0}, 100, 0});
  backlog.Reading({BatchId{0}, 60});
  Expect(backlog, 60, 60, 40);
  backlog.Committed(Commit(0, 60, 0));
  Expect(backlog, 100, 0, 0);
}

TEST(Backlog, IdlenessTellsWhatWaits) {
  Backlog backlog;
  backlog.Planned({BatchId{0}, 100, 0});
  backlog.Committed(Commit(0, 100, 0));
  backlog.Idle({7, "{}"});
  Expect(backlog, 100, 0, 7);
}

}  // namespace
}  // namespace sluice::cli
