// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>

namespace sluice::cli {
namespace {

std::string ReadSome(int fd) {
  char buffer[4096];
  const ssize_t n = read(fd, buffer, sizeof buffer);
  return n > 0 ? std::string(buffer, static_cast<size_t>(n)) : "";
}

TEST(Console, WithoutATerminalThereAreOnlyLines) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  Console console(fds[1]);
  EXPECT_FALSE(console.is_terminal());
  console.SetStatus("12 rows");
  console.Line("a line");
  EXPECT_EQ(ReadSome(fds[0]), "a line\n");
  close(fds[0]);
  close(fds[1]);
}

TEST(Console, OnATerminalTheStatusStaysBelowTheLines) {
  setenv("TERM", "xterm", 1);
  int terminal = -1, program = -1;
  ASSERT_EQ(openpty(&terminal, &program, nullptr, nullptr, nullptr), 0);
  Console console(program);
  EXPECT_TRUE(console.is_terminal());
  console.SetStatus("12 rows");
  EXPECT_EQ(ReadSome(terminal), "\r\033[K12 rows");
  console.Line("a line");
  EXPECT_EQ(ReadSome(terminal), "\r\033[Ka line\r\n12 rows");
  console.ClearStatus();
  EXPECT_EQ(ReadSome(terminal), "\r\033[K");
  close(terminal);
  close(program);
}

}  // namespace
}  // namespace sluice::cli
