// SPDX-License-Identifier: Apache-2.0
#include "delta/maintenance.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/fault_point.h"

namespace sluice::delta {

namespace {

namespace fs = std::filesystem;

// A round must end within the few seconds that a clean stop has.
constexpr size_t kMaxDeletesPerRound = 1000;
constexpr std::chrono::hours kStagedCommitAge{1};

// The version that _last_checkpoint names. nullopt: there is no such file. Error: it cannot be read.
Result<std::optional<TableVersion>> ReadHint(const std::string& table_path) {
  std::ifstream file(table_path + "/_delta_log/_last_checkpoint");
  if (!file) return std::optional<TableVersion>();
  const auto hint = nlohmann::json::parse(file, nullptr, false);
  if (!hint.is_object() || !hint.contains("version") || !hint["version"].is_number_integer()) {
    return Status::Stop("TABLE_LOG.UNREADABLE",
                        table_path + "/_delta_log/_last_checkpoint cannot be read");
  }
  return std::optional(TableVersion{hint["version"].get<int64_t>()});
}

// "00000000000000000007.json#1": what a crash between write and link leaves behind.
bool IsStagedCommit(const std::string& name) {
  const size_t hash = name.rfind('#');
  return hash != std::string::npos && hash + 1 < name.size() &&
         name.find_first_not_of("0123456789", hash + 1) == std::string::npos;
}

}  // namespace

// What the rounds' thread works with. Rounds follow one another.
class Maintenance::Worker {
 public:
  Worker(std::shared_ptr<Bridge> bridge, std::string table_path)
      : bridge_(std::move(bridge)), table_path_(std::move(table_path)) {}

  MaintenanceRound Run(const MaintenanceRequest& request);
  // From another thread: nothing more is begun.
  void GiveUp() { given_up_.request_stop(); }

 private:
  void WriteChecksum(const Snapshot& checkpointed, MaintenanceRound* round);
  void CleanUpLog(const MaintenanceRequest& request, MaintenanceRound* round);
  void SweepStagedCommits();

  const std::shared_ptr<Bridge> bridge_;
  const std::string table_path_;
  std::stop_source given_up_;
  std::optional<int64_t> cleaned_until_ms_;
  bool swept_ = false;
};

Maintenance::Maintenance(std::shared_ptr<Bridge> bridge, std::string table_path)
    : bridge_(std::move(bridge)), table_path_(std::move(table_path)) {}

Maintenance::~Maintenance() {
  std::stop_source stopped;
  stopped.request_stop();
  Finish(stopped.get_token());
}

void Maintenance::Start(MaintenanceRequest request) {
  if (worker_ == nullptr) worker_ = std::make_shared<Worker>(bridge_, table_path_);
  version_ = VersionOf(request.snapshot);
  std::packaged_task<MaintenanceRound()> task(
      [worker = worker_, request = std::move(request)] { return worker->Run(request); });
  round_ = task.get_future();
  thread_ = std::thread(std::move(task));
}

std::optional<MaintenanceRound> Maintenance::Collect() {
  constexpr auto kNoWait = std::chrono::seconds(0);
  if (!running() || round_.wait_for(kNoWait) != std::future_status::ready) return std::nullopt;
  return Take();
}

std::optional<MaintenanceRound> Maintenance::Finish(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLook{10};
  if (!running()) return std::nullopt;
  std::optional<std::chrono::steady_clock::time_point> asked;
  while (round_.wait_for(kLook) != std::future_status::ready) {
    if (!stop.stop_requested()) continue;
    const auto now = std::chrono::steady_clock::now();
    if (!asked) asked = now;
    if (now - *asked >= kStopPatience) return Abandon();
  }
  return Take();
}

std::optional<MaintenanceRound> Maintenance::Take() {
  thread_.join();
  return round_.get();
}

MaintenanceRound Maintenance::Abandon() {
  worker_->GiveUp();
  worker_.reset();
  thread_.detach();
  round_ = {};
  return {nullptr,
          {"maintenance at version " + std::to_string(version_.value) +
           " (table checkpoint, .crc, log clean-up) takes longer than a stop may and is left to a "
           "later run; the table is whole without it"}};
}

MaintenanceRound Maintenance::Worker::Run(const MaintenanceRequest& request) {
  MaintenanceRound round;
  FaultPoint("delta.before_checkpoint");
  auto checkpointed = bridge_->WriteCheckpoint(request.snapshot);
  if (!checkpointed.ok()) {
    round.warnings.push_back(
        "no table checkpoint at version " + std::to_string(VersionOf(request.snapshot).value) +
        " (tried again at the next interval): " + checkpointed.status().message());
    return round;
  }
  FaultPoint("delta.after_checkpoint");
  round.maintained = *checkpointed;
  if (given_up_.stop_requested()) return round;
  if (request.write_checksum) WriteChecksum(*checkpointed, &round);
  if (request.retention.clean_up) CleanUpLog(request, &round);
  if (!std::exchange(swept_, true)) SweepStagedCommits();
  return round;
}

// A snapshot may descend from a commit whose effect on the checksum cannot be counted on (ALTER TABLE
// by somebody); a fresh look at the table through the new checkpoint can write it all the same.
void Maintenance::Worker::WriteChecksum(const Snapshot& checkpointed, MaintenanceRound* round) {
  FaultPoint("delta.before_crc");
  auto checksummed = bridge_->WriteChecksum(checkpointed);
  if (!checksummed.ok() && checksummed.status().code() == "UNSUPPORTED_FEATURE") {
    checksummed = bridge_->Load(VersionOf(checkpointed));
    if (checksummed.ok()) checksummed = bridge_->WriteChecksum(*checksummed);
  }
  if (checksummed.ok()) {
    round->maintained = *checksummed;
  } else if (checksummed.status().code() != "UNSUPPORTED_FEATURE") {
    round->warnings.push_back("no .crc at version " +
                              std::to_string(VersionOf(checkpointed).value) + ": " +
                              checksummed.status().message());
  }
}

void Maintenance::Worker::CleanUpLog(const MaintenanceRequest& request, MaintenanceRound* round) {
  const int64_t cutoff_ms = CutoffMs(request.now_ms, request.retention.retention_ms);
  // The cutoff moves once a day; a listing in between would find nothing.
  if (cleaned_until_ms_ && *cleaned_until_ms_ >= cutoff_ms) return;
  const auto hinted = ReadHint(table_path_);
  auto log = bridge_->ListLog();
  if (!hinted.ok() || !log.ok()) {
    const Status& status = hinted.ok() ? log.status() : hinted.status();
    round->warnings.push_back("the log is not cleaned up: " + status.message());
    return;
  }
  const auto expired = ChooseExpired(*log, cutoff_ms, *hinted, kMaxDeletesPerRound);
  for (const std::string& path : expired) {
    if (given_up_.stop_requested()) return;
    const Status deleted = bridge_->Delete(path);
    if (!deleted.ok()) {
      round->warnings.push_back("log clean-up stopped: " + deleted.message());
      return;
    }
  }
  if (expired.size() < kMaxDeletesPerRound) cleaned_until_ms_ = cutoff_ms;
}

void Maintenance::Worker::SweepStagedCommits() {
  std::error_code error;
  const auto oldest = fs::file_time_type::clock::now() - kStagedCommitAge;
  fs::directory_iterator entries(table_path_ + "/_delta_log", error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (!IsStagedCommit(entries->path().filename().string())) continue;
    std::error_code gone;  // somebody else may sweep as well
    const auto time = entries->last_write_time(gone);
    if (!gone && time < oldest) fs::remove(entries->path(), gone);
  }
}

}  // namespace sluice::delta
