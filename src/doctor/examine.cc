// SPDX-License-Identifier: Apache-2.0
#include "doctor/examine.h"

#include <future>
#include <iterator>
#include <stop_token>
#include <thread>
#include <utility>

#include "config/key_set.h"
#include "core/clock.h"
#include "core/shared_token.h"
#include "delta/table_directory.h"
#include "doctor/alertmanager_check.h"
#include "doctor/broker_check.h"
#include "doctor/disk_check.h"
#include "doctor/feed_check.h"
#include "doctor/port_check.h"
#include "doctor/prometheus_check.h"
#include "doctor/slack_check.h"
#include "doctor/state_check.h"
#include "doctor/topic_check.h"
#include "doctor/wording.h"
#include "http/url.h"
#include "kafka/client_options.h"
#include "kafka/producer.h"

namespace sluice::doctor {

namespace {

using std::chrono::milliseconds;

// Of all questions to Kafka, to all feeds, and of each to a program of the monitoring.
constexpr milliseconds kKafka{15000};
constexpr milliseconds kFeeds{8000};
constexpr milliseconds kWebConnect{1500};
constexpr milliseconds kWeb{2500};

// Asks to stop when the time is up.
class Limit {
 public:
  explicit Limit(milliseconds time)
      : timer_([this, time](const std::stop_token& done) {
          if (SystemClock().SleepFor(time, done)) stop_.request_stop();
        }) {}
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread timer_;
};

void Append(Findings* all, Findings more) {
  std::move(more.begin(), more.end(), std::back_inserter(*all));
}

// Port, Prometheus, rules, Alertmanager, webhook, and the test message.
Findings ExamineMonitoring(const Monitored& monitored, const MonitoringPlaces& places,
                           const std::string& config_file) {
  auto opened = OpenWeb(kWebConnect, kWeb);
  if (!opened.ok())
    return {
        Fail("monitor port", Essence(opened.status().message()), "raise the limits of this user")};
  Web& web = **opened;
  const auto ask = [&web](const std::string& base, const char* path) {
    return std::async(std::launch::async, [&web, url = At(base, path)] { return web.Get(url); });
  };
  auto targets = ask(places.prometheus, "/api/v1/targets?state=active");
  auto rules = ask(places.prometheus, "/api/v1/rules");
  auto managers = ask(places.prometheus, "/api/v1/alertmanagers");
  auto status = ask(places.alertmanager, "/api/v2/status");
  auto silences = ask(places.alertmanager, "/api/v2/silences");
  auto metrics = ask(places.alertmanager, "/metrics");
  const PortLook port = monitored.enabled ? LookAtPort(monitored, web) : PortLook();

  AlertmanagerLook manager;
  manager.url = places.alertmanager;
  manager.status = status.get();
  manager.silences = silences.get();
  manager.metrics = metrics.get();
  const auto known = managers.get();
  if (Answered(known)) manager.known_to_prometheus = ActiveAlertmanagers(known);
  const WebhookLook webhook = LookAtWebhook(
      FindWebhookFile(places.slack_webhook_file, WebhookFileOf(manager.status), config_file));

  const bool runs = port.owner == PortOwner::kOurs || port.owner == PortOwner::kLocked;
  Findings findings = {
      CheckPort(port, monitored),
      CheckTargets(places.prometheus, targets.get(), monitored, runs),
      CheckRules(places.prometheus, rules.get(), monitored),
      CheckAlertmanager(manager, monitored),
      CheckWebhook(webhook),
  };
  if (places.send_test) {
    const std::string through = IsAlertmanager(manager.status) ? places.alertmanager : "";
    findings.push_back(SendTestMessage(through, webhook, monitored, web, SystemClock()));
  }
  return findings;
}

std::vector<std::string> SecretsOf(const std::map<std::string, std::string>& client,
                                   kafka::Client::Role role) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : client) {
    if (config::IsSecretClientOption(name)) secrets.push_back(value);
  }
  // The passwords inside of sasl.jaas.config.
  for (const auto& [name, value] : kafka::TranslateOptions(client, role).settings) {
    if (config::IsSecretClientOption(name)) secrets.push_back(value);
  }
  return secrets;
}

void TakeToken(const config::MonitorOptions& monitor, Monitored* monitored) {
  monitored->token = monitor.token;
  if (monitor.token_file.empty()) return;
  auto read = ReadSharedToken(monitor.token_file);
  if (read.ok()) {
    monitored->token = *std::move(read);
  } else {
    monitored->token_trouble = "monitor.tokenFile " + read.status().message();
  }
}

Findings JobFindings(const config::JobConfig& job, const Schema& columns) {
  // First of all: of a query that runs, Kafka's ends must be newer than the checkpoint.
  const StateLook state = LookAtState(job.query);
  const Limit limit(kKafka);
  auto asked =
      std::async(std::launch::async, [&] { return LookForJob(job.source, limit.token()); });
  const auto table = delta::ResolveTablePath(job.query.table_path);
  const std::vector<DiskLook> disks = {LookAtDisk(table.ok() ? *table : job.query.table_path),
                                       LookAtDisk(job.query.checkpoint_location)};
  const ClusterLook cluster = asked.get();
  const int64_t now_ms = SystemClock().NowMs();
  const DescriptorLimit files = LimitOfDescriptors();
  return {
      CheckBroker(cluster.broker),
      CheckTopic(cluster, now_ms),
      CheckReadRights(cluster),
      CheckCheckpoint(state),
      CheckOffsets(state, cluster, job.source.fail_on_data_loss),
      CheckTable(state, columns, job.query),
      CheckDisk(disks),
      CheckClock(cluster, now_ms),
      CheckDescriptors(files.soft, files.hard, static_cast<int64_t>(cluster.partitions.size())),
  };
}

Findings ProducerFindings(const produce::ProducerOptions& options) {
  const Limit limit(kKafka);
  auto asked = std::async(std::launch::async, [&] {
    return LookForProducer(options.kafka.client, options.kafka.topic, limit.token());
  });
  const std::vector<FeedLook> feeds = LookAtFeeds(options.feeds, kFeeds);
  const ClusterLook cluster = asked.get();
  const DescriptorLimit files = LimitOfDescriptors();
  Findings findings = CheckFeeds(feeds, options.feeds);
  Append(&findings,
         {CheckBroker(cluster.broker), CheckSinkTopic(cluster, options.kafka),
          CheckWriteRights(cluster, options.kafka),
          CheckMessageSizes(feeds, options.feeds, cluster.max_message_bytes,
                            kafka::MaxRecordBytes(options.kafka.client)),
          CheckDescriptors(files.soft, files.hard, static_cast<int64_t>(options.feeds.size()))});
  return findings;
}

}  // namespace

void Redact(Findings* findings, const std::vector<std::string>& secrets) {
  for (Finding& finding : *findings) {
    for (std::string* text : {&finding.seen, &finding.remedy})
      *text = OneLine(http::WithoutSecrets(std::move(*text), secrets), 1000);
  }
}

Findings ExamineJob(const config::JobConfig& job, const Schema& columns,
                    const MonitoringPlaces& places) {
  Monitored monitored;
  monitored.enabled = job.monitor.enabled;
  monitored.listen = job.monitor.listen;
  monitored.query = job.query.name;
  TakeToken(job.monitor, &monitored);
  if (const auto* subscribe = std::get_if<kafka::Subscribe>(&job.source.subscription);
      subscribe != nullptr && subscribe->topics.size() == 1)
    monitored.topic = subscribe->topics.front();
  auto monitoring = std::async(std::launch::async,
                               [&] { return ExamineMonitoring(monitored, places, job.file); });
  Findings findings = JobFindings(job, columns);
  Append(&findings, monitoring.get());
  std::vector<std::string> secrets = SecretsOf(job.source.client, kafka::Client::Role::kConsumer);
  secrets.insert(secrets.end(), job.sql_secrets.begin(), job.sql_secrets.end());
  secrets.push_back(monitored.token);
  Redact(&findings, secrets);
  return findings;
}

Findings ExamineProducer(const config::ProducerConfig& config, const MonitoringPlaces& places) {
  const produce::ProducerOptions& options = config.producer;
  Monitored monitored;
  monitored.enabled = config.monitor.enabled;
  monitored.listen = config.monitor.listen;
  monitored.is_producer = true;
  monitored.topic = options.kafka.topic;
  TakeToken(config.monitor, &monitored);
  auto monitoring = std::async(std::launch::async,
                               [&] { return ExamineMonitoring(monitored, places, config.file); });
  Findings findings = ProducerFindings(options);
  Append(&findings, monitoring.get());
  std::vector<std::string> secrets =
      SecretsOf(options.kafka.client, kafka::Client::Role::kProducer);
  secrets.push_back(monitored.token);
  for (const produce::FeedOptions& feed : options.feeds) {
    secrets.insert(secrets.end(), feed.secrets.begin(), feed.secrets.end());
    for (const auto* list : {&feed.headers, &feed.query}) {
      for (const produce::NamedValue& named : *list) {
        if (named.secret) secrets.push_back(named.value);
      }
    }
  }
  Redact(&findings, secrets);
  return findings;
}

}  // namespace sluice::doctor
