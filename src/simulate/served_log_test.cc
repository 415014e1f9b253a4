// SPDX-License-Identifier: Apache-2.0
#include "simulate/served_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

namespace sluice::simulate {
namespace {

using Json = nlohmann::json;

Served Feed(const std::string& path, const std::string& fault, int64_t entities) {
  Served served;
  served.path = path;
  served.fault = fault;
  served.status = 200;
  served.header_time = 1700000000;
  served.entities = entities;
  served.bytes = entities * 100;
  return served;
}

TEST(ServedLog, CountsByPathFaultAndStatus) {
  ServedLog log;
  log.Done(log.Begin(Feed("/a.pb", "none", 5)), true);
  log.Done(log.Begin(Feed("/a.pb", "none", 7)), true);
  log.Done(log.Begin(Feed("/a.pb", "slow", 7)), false);
  Served hung;
  hung.path = "/b.pb";
  hung.fault = "hung";
  log.Begin(hung);
  const Json counts = Json::parse(log.CountsJson());
  EXPECT_EQ(counts["answers"].dump(),
            R"([{"answers":2,"bytes":1200,"completed":2,"cut_off":0,"entities":12,"fault":"none",)"
            R"("faulty":0,"path":"/a.pb","status":200},)"
            R"({"answers":1,"bytes":0,"completed":0,"cut_off":1,"entities":0,"fault":"slow",)"
            R"("faulty":0,"path":"/a.pb","status":200},)"
            R"({"answers":1,"bytes":0,"completed":0,"cut_off":0,"entities":0,"fault":"hung",)"
            R"("faulty":0,"path":"/b.pb","status":0}])");
  EXPECT_EQ(counts["totals"].dump(),
            R"({"answers":4,"bytes":1200,"completed":2,"cut_off":1,"entities":12,"faulty":0,)"
            R"("under_way":1})");
  EXPECT_EQ(log.feeds(), 2);
  EXPECT_EQ(log.entities(), 12);
}

TEST(ServedLog, LinesTellEachAnswerAndItsState) {
  ServedLog log;
  const uint64_t first = log.Begin(Feed("/a.pb", "none", 1));
  log.Begin(Feed("/b.pb", "none", 2));
  log.Done(log.Begin(Feed("/c.pb", "none", 3)), false);
  log.Done(first, true);
  std::istringstream lines(log.LinesJson());
  std::vector<std::string> states;
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line);
    EXPECT_EQ(json["n"], ++number);
    EXPECT_EQ(json["entities"], number);
    states.push_back(json["state"]);
  }
  EXPECT_EQ(states, (std::vector<std::string>{"completed", "under_way", "cut_off"}));
}

TEST(ServedLog, ForgetsLinesButNoCounts) {
  ServedLog log;
  const uint64_t slow = log.Begin(Feed("/a.pb", "none", 1));
  for (int i = 0; i < 60000; ++i) log.Done(log.Begin(Feed("/a.pb", "none", 1)), true);
  log.Done(slow, true);
  EXPECT_EQ(log.feeds(), 60001);
  const std::string lines = log.LinesJson();
  EXPECT_EQ(Json::parse(lines.substr(0, lines.find('\n')))["n"], 10002);
  EXPECT_EQ(Json::parse(log.CountsJson())["totals"]["completed"], 60001);
}

}  // namespace
}  // namespace sluice::simulate
