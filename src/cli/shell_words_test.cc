// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_words.h"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(ShellWord, IsQuotedOnlyIfItMustBe) {
  EXPECT_EQ(ShellWord("build/release/sluice"), "build/release/sluice");
  EXPECT_EQ(ShellWord("/data/day=2026-01-31/a_b.c"), "/data/day=2026-01-31/a_b.c");
  EXPECT_EQ(ShellWord("/my data"), "'/my data'");
  EXPECT_EQ(ShellWord("$HOME;ls"), "'$HOME;ls'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

TEST(CallOf, IsRelativeBelowTheDirectory) {
  EXPECT_EQ(CallOf("/srv/me/sluice/build/release/sluice", "/srv/me/sluice"),
            "build/release/sluice");
  EXPECT_EQ(CallOf("/usr/bin/sluice", "/srv/me"), "/usr/bin/sluice");
  EXPECT_EQ(CallOf("/srv/me/sluice", "/srv/me"), "./sluice");
  EXPECT_EQ(CallOf("/srv/you/sluice", "/srv/me"), "/srv/you/sluice");
  EXPECT_EQ(CallOf("/srv/me/my build/sluice", "/srv/me"), "'my build/sluice'");
}

TEST(CallOfThisProgram, NamesIt) {
  EXPECT_TRUE(CallOfThisProgram().ends_with("cli_test")) << CallOfThisProgram();
}

}  // namespace
}  // namespace sluice::cli
