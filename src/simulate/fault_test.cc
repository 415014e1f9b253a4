// SPDX-License-Identifier: Apache-2.0
#include "simulate/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::simulate {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Fault Parsed(std::string_view text) {
  const Result<Fault> fault = ParseFault(text);
  EXPECT_TRUE(fault.ok()) << text << ": " << fault.status().ToString();
  return fault.ok() ? *fault : Fault{};
}

TEST(Fault, HasAWordAndAParameter) {
  EXPECT_EQ(Parsed("hung").kind, FaultKind::kHung);
  EXPECT_EQ(Parsed("slow").time, milliseconds(5000));
  EXPECT_EQ(Parsed("slow:250ms").time, milliseconds(250));
  EXPECT_EQ(Parsed("old-header:1h30m").time, milliseconds(5400000));
  EXPECT_EQ(Parsed("huge").bytes, 50000000);
  EXPECT_EQ(Parsed("huge:2MB").bytes, 2000000);
  EXPECT_EQ(Parsed("truncated:4096").bytes, 4096);
  EXPECT_EQ(Parsed("gzip-bomb:300kB").bytes, 300000);
  EXPECT_EQ(Parsed("redirect:4").bytes, 4);
}

TEST(Fault, AStatusIsAFaultToo) {
  EXPECT_EQ(Parsed("500").status, 500);
  EXPECT_EQ(Parsed("500").time, milliseconds(0));
  EXPECT_EQ(Parsed("429").time, milliseconds(10000));
  EXPECT_EQ(Parsed("429:30s").time, milliseconds(30000));
  EXPECT_EQ(Parsed("503:2m").time, milliseconds(120000));
}

TEST(Fault, IsCountedUnderItsWord) {
  for (const char* text : {"slow", "429", "gzip-bomb", "old-header", "none", "404"})
    EXPECT_EQ(Parsed(text).name(), text);
  EXPECT_EQ(Parsed("slow:1s").name(), "slow");
  EXPECT_EQ(Parsed("429:1s").name(), "429");
}

TEST(Fault, WhatIsNoneIsRefusedWithTheNames) {
  for (const char* text :
       {"", "slo", "slow:", "slow:5", "slow:fast", "hung:5s", "200", "399", "600", "huge:9GB",
        "truncated:-1", "redirect:2x", "500:", "429:x", "slow:99999999999h"}) {
    const Result<Fault> fault = ParseFault(text);
    ASSERT_FALSE(fault.ok()) << text;
    EXPECT_THAT(fault.status().message(), HasSubstr("'" + std::string(text) + "' is no fault"));
    EXPECT_THAT(fault.status().message(), HasSubstr("gzip-bomb"));
  }
}

TEST(Fault, HelpNamesEachWithItsParameter) {
  const std::string help = FaultHelp();
  EXPECT_THAT(help, HasSubstr("slow:TIME "));
  EXPECT_THAT(help, HasSubstr("huge:SIZE "));
  EXPECT_THAT(help, HasSubstr("frozen "));
}

}  // namespace
}  // namespace sluice::simulate
