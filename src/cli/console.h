// SPDX-License-Identifier: Apache-2.0
//
// Standard error as a place for lines and, on a terminal, one status line below them that is drawn
// again in place.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace sluice::cli {

// Thread-safe.
class Console {
 public:
  // `fd`: 2 for the command; a test gives a pipe.
  explicit Console(int fd = 2);
  ~Console() { ClearStatus(); }

  bool is_terminal() const { return is_terminal_; }
  // True if colours are welcome: a terminal, and NO_COLOR is not set.
  bool use_color() const { return use_color_; }
  int width() const;

  // Writes a line above the status line.
  void Line(std::string_view line);
  // Replaces the status line; does nothing without a terminal. Control sequences must not be in it.
  void SetStatus(std::string status);
  void ClearStatus() { SetStatus({}); }

 private:
  void WriteAll(std::string_view text) const;

  int fd_;
  bool is_terminal_;
  bool use_color_;
  std::mutex mutex_;
  std::string status_;  // GUARDED_BY(mutex_)
};

}  // namespace sluice::cli
