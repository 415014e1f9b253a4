// SPDX-License-Identifier: Apache-2.0
#include "cli/city_sender.h"

#include <chrono>
#include <utility>

#include "gtfs/feed_json.h"

namespace sluice::cli {

namespace {

// Keeps a message well under the 1 MB that brokers and clients take by default.
constexpr size_t kMaxEntities = 2000;
constexpr std::chrono::seconds kFlushTimeout{2};

}  // namespace

CitySender::CitySender(gtfs::City city, std::unique_ptr<kafka::Producer> producer,
                       CitySenderOptions options, Clock& clock,
                       std::function<void(const Status&)> on_error)
    : city_(std::move(city)),
      producer_(std::move(producer)),
      options_(std::move(options)),
      clock_(clock) {
  thread_ = std::jthread(
      [this, on_error = std::move(on_error)](const std::stop_token& stop) { Run(stop, on_error); });
}

CitySender::~CitySender() { Stop(); }

void CitySender::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void CitySender::Run(const std::stop_token& stop,
                     const std::function<void(const Status&)>& on_error) {
  const auto period = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(1 / options_.feeds_per_second));
  auto next = clock_.Monotonic();
  Status status;
  while (status.ok() && !stop.stop_requested()) {
    status = SendFeed();
    next += period;
    const auto now = clock_.Monotonic();
    // Behind by more than a period: the rate is more than this machine makes; go on from here.
    if (now > next + period) next = now;
    if (next > now && !clock_.SleepFor(next - now, stop)) break;
  }
  if (status.ok()) status = producer_->Flush(kFlushTimeout);
  if (!status.ok()) on_error(status);
}

Status CitySender::SendFeed() {
  const gtfs::Feed feed = city_.At(clock_.NowMs() / 1000);
  for (const std::string& message : gtfs::FeedJsonChunks(feed, kMaxEntities)) {
    const auto partition = static_cast<int>(messages_ % options_.partitions);
    SLUICE_RETURN_IF_ERROR(producer_->Send(options_.topic, partition, "", message));
    ++messages_;
  }
  vehicles_ += static_cast<int64_t>(feed.vehicles.size());
  return Status::Ok();
}

}  // namespace sluice::cli
