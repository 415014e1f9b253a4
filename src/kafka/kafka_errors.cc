// SPDX-License-Identifier: Apache-2.0
#include "kafka/kafka_errors.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

namespace sluice::kafka {
namespace {

struct ErrorClass {
  rd_kafka_resp_err_t error;
  ErrorKind kind;
  const char* code;
  const char* advice;
};

constexpr const char* kAuthoriseTopic =
    "Grant this user READ and DESCRIBE on the topic (a producer: WRITE and DESCRIBE).";
constexpr const char* kAuthoriseCluster = "Grant this user DESCRIBE on the cluster.";
constexpr const char* kCheckCredentials =
    "Check kafka.security.protocol, kafka.sasl.mechanism and kafka.sasl.jaas.config.";
constexpr const char* kReadAgain =
    "It is read again; if it stays, the broker's disk or the network is damaged.";

// Errors that are not here are transient (kRetry, KAFKA_ERROR).
constexpr ErrorClass kClasses[] = {
    // As a topic that is missing: whoever watches is told, and a grant mends it.
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::kRetry, "KAFKA_NOT_AUTHORIZED",
     kAuthoriseTopic},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::kStop, "KAFKA_NOT_AUTHORIZED",
     kAuthoriseCluster},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ErrorKind::kStop, "KAFKA_AUTHENTICATION_FAILED",
     kCheckCredentials},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorKind::kStop, "KAFKA_AUTHENTICATION_FAILED",
     kCheckCredentials},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, ErrorKind::kStop, "KAFKA_AUTHENTICATION_FAILED",
     kCheckCredentials},
    {RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, ErrorKind::kStop, "KAFKA_AUTHENTICATION_FAILED",
     kCheckCredentials},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorKind::kRetry, "KAFKA_TOPIC_MISSING",
     "Create the topic or correct its name."},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID, ErrorKind::kRetry, "KAFKA_TOPIC_MISSING",
     "Create the topic or correct its name."},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ErrorKind::kRetry, "KAFKA_TOPIC_MISSING",
     "Create the topic or correct its name."},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ErrorKind::kRetry, "KAFKA_TOPIC_MISSING",
     "Create the topic or correct its name."},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorKind::kStop, "KAFKA_TOPIC_INVALID",
     "Correct the topic's name."},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ErrorKind::kStop, "KAFKA_BROKER_TOO_OLD",
     "Kafka 2.1 or newer is needed."},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ErrorKind::kStop, "KAFKA_BROKER_TOO_OLD",
     "Kafka 2.1 or newer is needed."},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, ErrorKind::kRetry, "KAFKA_CORRUPT_RECORD", kReadAgain},
    {RD_KAFKA_RESP_ERR__BAD_MSG, ErrorKind::kRetry, "KAFKA_CORRUPT_RECORD", kReadAgain},
    {RD_KAFKA_RESP_ERR__BAD_COMPRESSION, ErrorKind::kRetry, "KAFKA_CORRUPT_RECORD", kReadAgain},
    {RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, ErrorKind::kStop, "KAFKA_UNSUPPORTED",
     "The records use a feature that this client cannot read."},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorKind::kStop, "RECORD_TOO_LARGE",
     "Raise kafka.max.partition.fetch.bytes."},
};

}  // namespace

Status KafkaError(int error, const std::string& where, const std::string& detail) {
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  ErrorClass known{code, ErrorKind::kRetry, "KAFKA_ERROR", "It is tried again."};
  for (const ErrorClass& entry : kClasses) {
    if (entry.error == code) known = entry;
  }
  const std::string text = detail.empty() ? rd_kafka_err2str(code) : detail;
  return {known.kind, known.code,
          fmt::format("{}: {} ({}). {}", where, text, rd_kafka_err2name(code), known.advice)};
}

bool IsUnknownPartition(int error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool IsTransient(int error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD: return true;
    default: return false;
  }
}

}  // namespace sluice::kafka
