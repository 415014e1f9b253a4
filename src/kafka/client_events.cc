// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_events.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

namespace sluice::kafka {
namespace {

constexpr int kLogWarning = 4;  // syslog
constexpr size_t kMaxPendingWarnings = 32;

// "[thrd:a:9092/bootstrap]: a:9092/bootstrap: Connect to ..." -> "a:9092/bootstrap: Connect to ..."
std::string WithoutThread(const std::string& text) {
  const size_t end = text.rfind("[thrd:", 0) == 0 ? text.find("]: ") : std::string::npos;
  return end == std::string::npos ? text : text.substr(end + 3);
}

bool IsConnectionFailure(const std::string& facility) {
  return facility == "FAIL" || facility == "ERROR" || facility == "RESOLVE" || facility == "CLOSE";
}

// A broker's certificate that we do not trust, or ours that it does not: no accident of the network.
bool IsCertificateFailure(const std::string& text) {
  return text.find("SSL") != std::string::npos && (text.find("certificate") != std::string::npos ||
                                                   text.find("unknown ca") != std::string::npos);
}

}  // namespace

void ClientEvents::OnLog(int level, const std::string& facility, const std::string& text) {
  if (level > kLogWarning && !IsConnectionFailure(facility)) return;
  const std::string line = WithoutThread(text);
  const std::lock_guard lock(mutex_);
  if (IsConnectionFailure(facility)) {
    NoteFailure(line);
    return;
  }
  AddWarning("KAFKA_CLIENT", fmt::format("Kafka client ({}): {}", facility, line));
}

void ClientEvents::OnError(int error, const std::string& text) {
  const std::lock_guard lock(mutex_);
  switch (error) {
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      if (!all_down_since_) all_down_since_ = std::chrono::steady_clock::now();
      break;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      refusal_ = Status::Stop(
          "KAFKA_AUTHENTICATION_FAILED",
          fmt::format("Kafka at {} refused the credentials: {}. Nothing was read or written. Check "
                      "kafka.security.protocol, kafka.sasl.mechanism and kafka.sasl.jaas.config.",
                      bootstrap_, text));
      break;
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT: NoteFailure(text); break;
    default:
      AddWarning("KAFKA_CLIENT",
                 fmt::format("Kafka client ({}): {}",
                             rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)), text));
  }
}

void ClientEvents::NoteFailure(const std::string& text) {
  last_failure_ = text;
  if (!IsCertificateFailure(text)) return;
  refusal_ = Status::Stop(
      "KAFKA_TLS_FAILED",
      fmt::format("TLS with Kafka at {} failed: {}. Nothing was read or written. Check "
                  "kafka.ssl.truststore.location and kafka.ssl.keystore.location.",
                  bootstrap_, text));
}

void ClientEvents::OnAnswer() {
  const std::lock_guard lock(mutex_);
  all_down_since_.reset();
  refusal_.reset();
  outage_reported_ = false;
  answered_ = true;
}

bool ClientEvents::HasAnswered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

std::chrono::nanoseconds ClientEvents::UnreachableFor() const {
  const std::lock_guard lock(mutex_);
  if (!all_down_since_) return std::chrono::nanoseconds(0);
  return std::chrono::steady_clock::now() - *all_down_since_;
}

std::optional<Status> ClientEvents::Refusal() const {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

Status ClientEvents::Unreachable() const {
  const std::lock_guard lock(mutex_);
  return Status::Retry("KAFKA_UNREACHABLE", UnreachableText());
}

std::string ClientEvents::UnreachableText() const {
  return fmt::format(
      "no Kafka broker answers at {} (kafka.bootstrap.servers){}{}. Nothing was lost; it is tried "
      "again. Check that the broker runs, that the address and port are right, and that "
      "kafka.security.protocol is the one of that port.",
      bootstrap_, last_failure_.empty() ? "" : ": ", last_failure_);
}

std::vector<SourceWarning> ClientEvents::TakeWarnings() {
  const std::lock_guard lock(mutex_);
  if (all_down_since_ && !outage_reported_) {
    outage_reported_ = true;
    AddWarning("KAFKA_UNREACHABLE", UnreachableText());
  }
  return std::exchange(warnings_, {});
}

void ClientEvents::AddWarning(std::string code, std::string message) {
  const bool known = std::any_of(warnings_.begin(), warnings_.end(),
                                 [&](const SourceWarning& old) { return old.message == message; });
  if (known || warnings_.size() >= kMaxPendingWarnings) return;
  warnings_.push_back({std::move(code), std::move(message), 0});
}

}  // namespace sluice::kafka
