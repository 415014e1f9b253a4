// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "http/thread.h"
#include "http/transfer.h"

namespace sluice::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestSleep{10000};

class CurlClient : public Client {
 public:
  explicit CurlClient(ClientOptions options) : options_(std::move(options)) {}

  ~CurlClient() override {
    if (thread_.joinable()) {
      stopping_ = true;
      curl_multi_wakeup(multi_.get());
      thread_.join();
    }
  }

  Status Begin() {
    multi_.reset(curl_multi_init());
    if (!multi_) return Status::Retry("HTTP_CLIENT", "no memory for the HTTP client");
    SetLimit(CURLMOPT_MAX_HOST_CONNECTIONS, options_.max_host_connections);
    SetLimit(CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.max_connections);
    SetLimit(CURLMOPT_MAXCONNECTS, options_.max_idle_connections);
    return StartThread("HTTP_CLIENT", "http-client", thread_, [this] { Run(); });
  }

  RequestId Fetch(Request request, Done done) override {
    const std::scoped_lock lock(mutex_);
    const RequestId id = ++last_id_;
    auto transfer = std::make_unique<Transfer>(id, std::move(request), std::move(done), options_);
    commands_.push_back({id, std::move(transfer)});
    curl_multi_wakeup(multi_.get());
    return id;
  }

  void Cancel(RequestId id) override {
    const std::scoped_lock lock(mutex_);
    commands_.push_back({id, nullptr});
    curl_multi_wakeup(multi_.get());
  }

 private:
  struct Command {
    RequestId id;
    std::unique_ptr<Transfer> transfer;  // to start; null: to cancel
  };
  using Transfers = std::map<RequestId, std::unique_ptr<Transfer>>;
  using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;

  void SetLimit(CURLMoption option, int limit) {
    curl_multi_setopt(multi_.get(), option, static_cast<long>(std::max(limit, 0)));
  }

  void Run() {
    while (!stopping_) {
      TakeCommands();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      TakeFinished();
      TakeExpired();
      curl_multi_poll(multi_.get(), nullptr, 0, SleepMs(), nullptr);
    }
    // Those that a `done` adds are cancelled as well.
    do {
      TakeCommands();
      while (!transfers_.empty()) End(transfers_.begin(), transfers_.begin()->second->Cancelled());
    } while (HasCommands());
  }

  bool HasCommands() {
    const std::scoped_lock lock(mutex_);
    return !commands_.empty();
  }

  void TakeCommands() {
    std::vector<Command> commands;
    {
      const std::scoped_lock lock(mutex_);
      commands.swap(commands_);
    }
    for (Command& command : commands) {
      if (command.transfer) {
        Begin(transfers_.emplace(command.id, std::move(command.transfer)).first);
      } else if (const auto found = transfers_.find(command.id); found != transfers_.end()) {
        End(found, found->second->Cancelled());
      }
    }
  }

  void Begin(Transfers::iterator at) {
    if (stopping_) return;  // cancelled presently
    if (auto outcome = at->second->Prepare()) {
      End(at, std::move(*outcome));
    } else {
      curl_multi_add_handle(multi_.get(), at->second->handle());
    }
  }

  void TakeFinished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // `message` dies with the handle's removal
      CURL* const handle = message->easy_handle;
      const Transfer* finished = nullptr;
      curl_easy_getinfo(handle, CURLINFO_PRIVATE, &finished);
      const auto at = transfers_.find(finished->id());
      curl_multi_remove_handle(multi_.get(), handle);
      if (auto outcome = at->second->Finish(code)) {
        End(at, std::move(*outcome));
      } else {
        curl_multi_add_handle(multi_.get(), handle);
      }
    }
  }

  // libcurl's own time-out does not run while a transfer waits for its turn at a host.
  void TakeExpired() {
    const auto now = std::chrono::steady_clock::now();
    for (auto at = transfers_.begin(); at != transfers_.end();) {
      const auto next = std::next(at);
      if (at->second->deadline() <= now) End(at, at->second->TimedOut());
      at = next;
    }
  }

  // Forgets the transfer before it calls back: `done` may do anything but destroy the client.
  void End(Transfers::iterator at, Outcome outcome) {
    const std::unique_ptr<Transfer> transfer = std::move(at->second);
    transfers_.erase(at);
    if (transfer->handle()) curl_multi_remove_handle(multi_.get(), transfer->handle());
    transfer->done()(std::move(outcome));
  }

  int SleepMs() const {
    auto sleep = kLongestSleep;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [id, transfer] : transfers_)
      sleep = std::min(sleep, std::chrono::ceil<milliseconds>(transfer->deadline() - now));
    return static_cast<int>(std::max<int64_t>(sleep.count(), 0));
  }

  const ClientOptions options_;
  Multi multi_{nullptr, &curl_multi_cleanup};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<Command> commands_;  // guarded by mutex_
  RequestId last_id_ = 0;          // guarded by mutex_
  Transfers transfers_;            // the client's thread only
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::Start(ClientOptions options) {
  static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (begun != CURLE_OK)
    return Status::Retry("HTTP_CLIENT",
                         std::string("libcurl could not start: ") + curl_easy_strerror(begun));
  auto client = std::make_unique<CurlClient>(std::move(options));
  SLUICE_RETURN_IF_ERROR(client->Begin());
  return std::unique_ptr<Client>(std::move(client));
}

}  // namespace sluice::http
