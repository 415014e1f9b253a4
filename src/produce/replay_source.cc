// SPDX-License-Identifier: Apache-2.0
#include "produce/replay_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace sluice::produce {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int kLongestPause = 10;  // intervals

bool AreDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

int Number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// Takes the last part behind a '-' off `name`, if it is `size` digits.
std::string_view TakeLast(std::string_view& name, size_t size) {
  const size_t dash = name.rfind('-');
  const std::string_view last = name.substr(dash == std::string_view::npos ? 0 : dash + 1);
  if (last.size() != size || !AreDigits(last)) return {};
  name = name.substr(0, dash == std::string_view::npos ? 0 : dash);
  return last;
}

// The name without extension and stamp.
std::string_view CaptureStem(std::string_view file_name) {
  std::string_view name = file_name.substr(0, file_name.rfind('.'));
  TakeLast(name, 6);
  TakeLast(name, 8);
  return name;
}

bool ComesBefore(const Capture& a, const Capture& b) {
  if (a.at_ms.has_value() != b.at_ms.has_value()) return a.at_ms.has_value();
  return std::pair(a.at_ms, a.path) < std::pair(b.at_ms, b.path);
}

class ReplaySource : public FeedSource {
 public:
  ReplaySource(const FeedOptions& options, const ReplayOptions& replay,
               std::vector<Capture> captures, const Clock& clock)
      : options_(options), replay_(replay), captures_(std::move(captures)), clock_(clock) {}

  void Fetch(const Validators&, Done done) override { done(Next()); }

 private:
  Fetched Next() {
    Fetched fetched;
    fetched.at_ms = clock_.NowMs();
    if (next_ == captures_.size() && !replay_.loop) {
      fetched.kind = Fetched::Kind::kOver;
      return fetched;
    }
    next_ %= captures_.size();
    fetched.begins_anew = next_ == 0;
    const Capture& capture = captures_[next_++];
    fetched.recorded_at_ms = capture.at_ms;
    fetched.next_in = PauseBehind(next_ - 1);
    Read(capture.path, fetched);
    return fetched;
  }

  void Read(const std::string& path, Fetched& fetched) const {
    std::error_code error;
    const uintmax_t size = fs::file_size(path, error);
    const bool fits = !error && size <= static_cast<uintmax_t>(options_.max_body_bytes);
    std::ifstream in(path, std::ios::binary);
    if (fits && in) {
      fetched.body.resize(size);
      in.read(fetched.body.data(), static_cast<std::streamsize>(size));
      fetched.body.resize(static_cast<size_t>(in.gcount()));  // it may have become shorter
      fetched.wire_bytes = static_cast<int64_t>(fetched.body.size());
      if (!in.bad()) return;
    }
    const bool too_large = !error && !fits;
    fetched.kind = Fetched::Kind::kFailure;
    fetched.failure = too_large ? PollResult::kTooLarge : PollResult::kBadAnswer;
    fetched.message =
        fmt::format("{}: {}", path, too_large ? "larger than maxBodyBytes" : "cannot be read");
  }

  nanoseconds PauseBehind(size_t index) const {
    milliseconds pause = options_.interval;
    if (index + 1 < captures_.size() && captures_[index].at_ms && captures_[index + 1].at_ms)
      pause = milliseconds(*captures_[index + 1].at_ms - *captures_[index].at_ms);
    pause = std::clamp(pause, milliseconds(1), options_.interval * kLongestPause);
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double, std::milli>(
        static_cast<double>(pause.count()) / replay_.speed));
  }

  const FeedOptions& options_;
  const ReplayOptions replay_;
  const std::vector<Capture> captures_;
  const Clock& clock_;
  size_t next_ = 0;
};

}  // namespace

std::optional<int64_t> CaptureTime(std::string_view file_name) {
  std::string_view name = file_name.substr(0, file_name.rfind('.'));
  const std::string_view time = TakeLast(name, 6);
  const std::string_view date = TakeLast(name, 8);
  if (date.empty()) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year(Number(date.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(Number(date.substr(4, 2)))),
      std::chrono::day(static_cast<unsigned>(Number(date.substr(6, 2))))};
  if (!day.ok()) return std::nullopt;
  int64_t seconds = std::chrono::seconds(std::chrono::sys_days(day).time_since_epoch()).count();
  if (!time.empty()) {
    seconds += Number(time.substr(0, 2)) * 3600 + Number(time.substr(2, 2)) * 60 +
               Number(time.substr(4, 2));
  }
  return seconds * 1000;
}

Result<std::vector<Capture>> FindCaptures(const std::string& where) {
  std::error_code error;
  fs::path directory = where;
  while (!directory.has_filename() && directory.has_parent_path())
    directory = directory.parent_path();
  std::string stem;
  if (!fs::is_directory(directory, error)) {
    stem = directory.filename().string();
    directory = directory.has_parent_path() ? directory.parent_path() : ".";
  }
  std::vector<Capture> captures;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".pb") || (!stem.empty() && CaptureStem(name) != stem)) continue;
    captures.push_back({entry.path().string(), CaptureTime(name)});
  }
  if (captures.empty()) {
    return Status::Exit("REPLAY_EMPTY",
                        fmt::format("replay {}: there is no file {}*.pb in {}{}", where,
                                    stem.empty() ? "" : stem + "-", directory.string(),
                                    error ? fmt::format(" ({})", error.message()) : ""));
  }
  std::ranges::sort(captures, ComesBefore);
  return captures;
}

Result<std::unique_ptr<FeedSource>> MakeReplaySource(const FeedOptions& options,
                                                     const ReplayOptions& replay,
                                                     const Clock& clock) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<Capture> captures, FindCaptures(options.replay));
  return std::unique_ptr<FeedSource>(
      std::make_unique<ReplaySource>(options, replay, std::move(captures), clock));
}

}  // namespace sluice::produce
