// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace sluice::cli {

namespace {

constexpr const char* kEraseLine = "\r\033[K";

bool IsDumb() {
  const char* term = std::getenv("TERM");
  return !term || std::string_view(term) == "dumb";
}

}  // namespace

Console::Console(int fd)
    : fd_(fd),
      is_terminal_(isatty(fd) && !IsDumb()),
      use_color_(is_terminal_ && !std::getenv("NO_COLOR")) {}

int Console::width() const {
  winsize size{};
  return ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void Console::Line(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  std::string text = status_.empty() ? "" : kEraseLine;
  text += line;
  text += '\n';
  text += status_;
  WriteAll(text);
}

void Console::SetStatus(std::string status) {
  if (!is_terminal_) return;
  const std::scoped_lock lock(mutex_);
  if (status == status_) return;
  WriteAll(kEraseLine + status);
  status_ = std::move(status);
}

void Console::WriteAll(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = write(fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads any more: that must not end the query
    text.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace sluice::cli
