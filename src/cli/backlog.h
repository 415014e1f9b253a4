// SPDX-License-Identifier: Apache-2.0
//
// How far a query is with what it knows to be there: what the lanes have read, what is left.
//
//   Backlog backlog;
//   backlog.Planned({BatchId{0}, 1000, 4000});   // 0 read, 5000 left
//   backlog.Reading({BatchId{0}, 250});          // 250 read, 4750 left
#pragma once

#include <cstdint>
#include <map>

#include "stream/query_listener.h"

namespace sluice::cli {

// One thread at a time.
class Backlog {
 public:
  void Planned(const stream::PlannedBatch& batch);
  void Reading(const stream::BatchReading& reading);
  void Committed(const stream::Progress& progress);
  void Idle(const stream::IdleReport& report);

  // Records read since the run began, those of batches under way included.
  int64_t read() const;
  // Of these, the records of batches that are not committed yet.
  int64_t uncommitted() const;
  // Records that are known and not read yet.
  int64_t remaining() const;

 private:
  struct Open {
    int64_t records = 0;
    int64_t read = 0;
  };

  std::map<BatchId, Open> open_;  // planned, not committed
  int64_t committed_ = 0;
  int64_t beyond_ = 0;  // the last planned batch
};

}  // namespace sluice::cli
