// SPDX-License-Identifier: Apache-2.0
#include "stream/event_time.h"

#include <gtest/gtest.h>

namespace sluice::stream {
namespace {

DataFile File(const std::string& stats) {
  DataFile file;
  file.stats_json = stats;
  return file;
}

TEST(EventTime, IsTheNewestOfAllFiles) {
  const std::vector<DataFile> files = {
      File(R"({"numRecords":2,"maxValues":{"at":"2023-11-14T22:13:20.250Z","id":7}})"),
      File(R"({"numRecords":2,"maxValues":{"At":"2023-11-14T22:13:19.000Z"}})"),
      File(R"({"numRecords":2,"maxValues":{"id":7}})"), File("")};
  EXPECT_EQ(NewestEventSeconds(files, "at"), 1'700'000'000.25);
  EXPECT_EQ(NewestEventSeconds(files, "id"), 7);
  EXPECT_FALSE(NewestEventSeconds(files, "seen"));
}

TEST(EventTime, ReadsWhatStatisticsHold) {
  EXPECT_EQ(EventSeconds("1970-01-02T00:00:01Z"), 86401);
  EXPECT_EQ(EventSeconds("2023-11-14T22:13:20.000"), 1'700'000'000);
  EXPECT_EQ(EventSeconds("1700000000"), 1'700'000'000) << "GTFS-Realtime as JSON";
  EXPECT_EQ(EventSeconds("1700000000123"), 1'700'000'000.123) << "milliseconds";
  EXPECT_EQ(EventSeconds("1700000000123456"), 1'700'000'000.123456) << "microseconds";
  EXPECT_EQ(NewestEventSeconds({File(R"({"maxValues":{"t":1700000000123}})")}, "t"),
            1'700'000'000.123);
  for (const char* none :
       {"", "bus", "2023-11-14", "2023-13-14T22:13:20Z", "2023-11-14T22:13:20.1x",
        "2023-11-14T22:13:20+01:00", "-5", "99999999999999999999"})
    EXPECT_FALSE(EventSeconds(none)) << none;
}

}  // namespace
}  // namespace sluice::stream
