// SPDX-License-Identifier: Apache-2.0
#include "produce/feed_producer.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "http/client.h"
#include "produce/feed_loop.h"
#include "produce/http_source.h"
#include "produce/kafka_sink.h"
#include "produce/render_pool.h"
#include "produce/replay_source.h"

namespace sluice::produce {

namespace {

using std::chrono::milliseconds;

// Of the 5 seconds that a stop may take: for polls that are being rendered, twice, and for Kafka's answers.
constexpr milliseconds kDrain{750};
constexpr milliseconds kFlush{2000};
// Of a replay that has ended by itself: no hurry, but a look at `stop` now and then.
constexpr milliseconds kUnhurried{500};

class KafkaFeedProducer : public FeedProducer {
 public:
  KafkaFeedProducer(ProducerOptions options, ProducerListener& listener, Clock& clock)
      : options_(std::move(options)), listener_(listener), clock_(clock) {}
  // In the order in which they lean on one another.
  ~KafkaFeedProducer() override {
    if (loop_) loop_->StopPolling();
    give_up_.request_stop();
    pool_.reset();
    sink_.reset();
  }

  Status Start() {
    SLUICE_ASSIGN_OR_RETURN(client_, http::Client::Start());
    SLUICE_ASSIGN_OR_RETURN(auto sources, MakeSources());
    SinkListener watch{[this](const Delivery& delivery) { OnDelivery(delivery); },
                       [this](const Status& status) { listener_.OnKafka(status); },
                       [this](const std::string& code, const std::string& message) {
                         listener_.OnWarning(code, message);
                       }};
    SLUICE_ASSIGN_OR_RETURN(sink_, MakeKafkaSink(options_.kafka, std::move(watch), clock_));
    pool_ = std::make_unique<RenderPool>(
        options_.workers > 0 ? options_.workers
                             : static_cast<int>(std::thread::hardware_concurrency()));
    loop_ = std::make_unique<FeedLoop>(options_.feeds, std::move(sources), Parts());
    return Status::Ok();
  }

  Status Run(const std::stop_token& stop) override {
    if (const Status ready = sink_->Prepare(stop); !ready.ok()) {
      return ready.Is(ErrorKind::kCancelled) ? Status::Ok() : ready;
    }
    loop_->Begin(sink_->usual_message_bytes());
    {
      const std::stop_callback ring(stop, [this] { loop_->Ring(); });
      while (true) {
        const auto next = loop_->Step();
        if (stop.stop_requested() || !loop_->status().ok() || loop_->over()) break;
        loop_->Wait(next - clock_.Monotonic());
      }
    }
    const Status finished = Finish(stop);
    return loop_->status().ok() ? finished : loop_->status();
  }

  SinkStats sink_stats() const override { return sink_->stats(); }

 private:
  Result<std::vector<std::unique_ptr<FeedSource>>> MakeSources() {
    std::vector<std::unique_ptr<FeedSource>> sources;
    for (const FeedOptions& feed : options_.feeds) {
      if (feed.replay.empty()) {
        sources.push_back(MakeHttpSource(feed, *client_, clock_));
        continue;
      }
      SLUICE_ASSIGN_OR_RETURN(
          auto source,
          MakeReplaySource(feed, {options_.replay_speed, options_.replay_loop}, clock_));
      sources.push_back(std::move(source));
    }
    return sources;
  }

  LoopParts Parts() {
    LoopParts parts;
    parts.sink = sink_.get();
    parts.listener = &listener_;
    parts.clock = &clock_;
    parts.execute = [this](size_t bytes, std::function<void()> job) {
      pool_->Add(bytes, std::move(job));
    };
    parts.give_up = give_up_.get_token();
    parts.seed = std::random_device()();
    return parts;
  }

  void OnDelivery(const Delivery& delivery) {
    listener_.OnDelivery(delivery);
    if (delivery.result != DeliveryResult::kDelivered) loop_->OnLost(delivery);
  }

  // What is polled goes out; nothing new is polled.
  Status Finish(const std::stop_token& stop) {
    loop_->StopPolling();
    pool_->Drain(kDrain);
    give_up_.request_stop();  // whoever still waits for room
    pool_->Drain(kDrain);
    loop_->Step();
    while (true) {
      const bool hurry = stop.stop_requested() || !loop_->status().ok();
      const Status status = sink_->Flush(hurry ? kFlush : kUnhurried);
      if (hurry || !status.Is(ErrorKind::kRetry)) return status;
    }
  }

  const ProducerOptions options_;
  ProducerListener& listener_;
  Clock& clock_;
  std::stop_source give_up_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<RecordSink> sink_;
  std::unique_ptr<FeedLoop> loop_;
  std::unique_ptr<RenderPool> pool_;
};

}  // namespace

Result<std::unique_ptr<FeedProducer>> FeedProducer::Make(ProducerOptions options,
                                                         ProducerListener& listener, Clock& clock) {
  auto producer = std::make_unique<KafkaFeedProducer>(std::move(options), listener, clock);
  SLUICE_RETURN_IF_ERROR(producer->Start());
  return std::unique_ptr<FeedProducer>(std::move(producer));
}

}  // namespace sluice::produce
