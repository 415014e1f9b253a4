// SPDX-License-Identifier: Apache-2.0
#include "cli/demo_chain.h"

#include <fmt/format.h>

#include <chrono>
#include <stop_token>
#include <thread>
#include <utility>

#include "cli/feed_page.h"
#include "cli/page_options.h"
#include "cli/produce_watch.h"
#include "cli/producer_pages.h"
#include "cli/simulate_command.h"
#include "core/clock.h"
#include "kafka/mock_broker.h"
#include "monitor/producer_metrics.h"
#include "produce/feed_producer.h"
#include "simulate/city_server.h"

namespace sluice::cli {

namespace {

using monitor::LogLevel;

constexpr const char* kFeedName = "city";
// The time of day at the start: all vehicles are out, whenever the demo is tried.
constexpr int kMorning = 7 * 3600 + 30 * 60;
// A message with more vehicles comes near the 1 MB that brokers take by default.
constexpr int kMostInOneMessage = 2000;

simulate::CityServerOptions CityOf(const DemoChainOptions& options) {
  simulate::CityServerOptions city;
  city.city.seed = options.seed;
  city.city.vehicles = options.vehicles;
  city.city.utc_offset_seconds = UtcOffsetFor(kMorning, SystemClock().NowMs());
  return city;
}

produce::ProducerOptions ProducerOf(const DemoChainOptions& options, const std::string& address,
                                    const std::string& bootstrap_servers) {
  produce::FeedOptions feed;
  feed.name = kFeedName;
  feed.url = fmt::format("http://{}/vehicle_positions.pb", address);
  feed.interval = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(1 / options.polls_per_second));
  if (options.vehicles > kMostInOneMessage) feed.mode = produce::MessageMode::kChunk;
  feed.max_entities = kMostInOneMessage;
  produce::ProducerOptions producer;
  producer.feeds.push_back(std::move(feed));
  producer.kafka.client["bootstrap.servers"] = bootstrap_servers;
  producer.kafka.topic = options.topic;
  return producer;
}

class Chain : public DemoChain {
 public:
  Chain(produce::ProducerOptions options, std::unique_ptr<kafka::MockBroker> broker,
        std::unique_ptr<simulate::CityServer> city, CommandOutput& output)
      : broker_(std::move(broker)),
        city_(std::move(city)),
        output_(output),
        metrics_({kFeedName}, MetricLabels(), SystemClock().NowMs()),
        watch_(options.feeds, metrics_, output.log(), SystemClock()),
        options_(std::move(options)) {}
  ~Chain() override { Stop(); }

  Status Run(const DemoChainOptions& demo) {
    page_ = std::make_unique<FeedPage>(FeedPage::Setup{options_, demo.monitor, {}, demo.links},
                                       watch_, page_log_, SystemClock());
    SLUICE_ASSIGN_OR_RETURN(producer_,
                            produce::FeedProducer::Make(options_, *page_, SystemClock()));
    if (demo.monitor.enabled) SLUICE_RETURN_IF_ERROR(StartPage(demo.monitor));
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const Status status = producer_->Run(stop);
      if (status.ok()) return;
      output_.Tell(LogLevel::kError, "demo_producer_stopped",
                   fmt::format("the producer stopped: {}", status.message()),
                   {{"code", status.code()}});
    });
    return Status::Ok();
  }

  std::string bootstrap_servers() const override { return broker_->bootstrap_servers(); }
  const std::string& city_address() const override { return city_->address(); }
  std::string producer_address() const override { return server_ ? server_->address() : ""; }
  int64_t messages() const override { return watch_.totals().delivered; }
  void Stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    page_->Finish(Status::Ok());
    server_.reset();
  }

 private:
  Status StartPage(config::MonitorOptions monitor) {
    auto server = Serve(monitor);
    if (!server.ok()) {
      monitor.listen = monitor.listen.substr(0, monitor.listen.rfind(':')) + ":0";
      server = Serve(monitor);
    }
    SLUICE_ASSIGN_OR_RETURN(server_, std::move(server));
    page_->Start([this] { return producer_->sink_stats(); });
    return Status::Ok();
  }

  Result<std::unique_ptr<http::Server>> Serve(const config::MonitorOptions& monitor) {
    SLUICE_ASSIGN_OR_RETURN(monitor::PageServerOptions options, PageOptionsOf(monitor));
    options.site = page_->site();
    return StartProducerPages(std::move(options), monitor.stall_after, watch_, metrics_,
                              *producer_);
  }

  std::unique_ptr<kafka::MockBroker> broker_;
  std::unique_ptr<simulate::CityServer> city_;
  CommandOutput& output_;
  monitor::ProducerMetrics metrics_;
  ProduceWatch watch_;
  produce::ProducerOptions options_;
  page::Inbox<page::LogRow> page_log_;
  std::unique_ptr<FeedPage> page_;
  std::unique_ptr<produce::FeedProducer> producer_;
  std::unique_ptr<http::Server> server_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<DemoChain>> DemoChain::Start(const DemoChainOptions& options,
                                                    CommandOutput& output) {
  SLUICE_ASSIGN_OR_RETURN(auto broker, kafka::MockBroker::Start());
  SLUICE_RETURN_IF_ERROR(broker->CreateTopic(options.topic, options.partitions));
  SLUICE_ASSIGN_OR_RETURN(auto city, simulate::CityServer::Start(CityOf(options), SystemClock()));
  produce::ProducerOptions producer =
      ProducerOf(options, city->address(), broker->bootstrap_servers());
  auto chain =
      std::make_unique<Chain>(std::move(producer), std::move(broker), std::move(city), output);
  SLUICE_RETURN_IF_ERROR(chain->Run(options));
  return std::unique_ptr<DemoChain>(std::move(chain));
}

}  // namespace sluice::cli
