// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/ascii.h"

namespace sluice::kafka {
namespace {

using enum ValueKind;

constexpr int64_t kMaxInt = INT32_MAX;

constexpr ValueRow kRows[] = {
    {"batch.size", kBytes, 1, kMaxInt},
    {"bootstrap.servers", kServers},
    {"broker.address.family", kWord, 0, 0, "any, v4, v6"},
    {"buffer.memory", kBytes, 1, kMaxInt * 1024},
    {"check.crcs", kFlag},
    {"client.dns.lookup", kWord, 0, 0, "use_all_dns_ips, resolve_canonical_bootstrap_servers_only"},
    {"compression.type", kWord, 0, 0, "none, gzip, snappy, lz4, zstd"},
    {"connections.max.idle.ms", kMilliseconds, 0, kMaxInt},
    {"default.api.timeout.ms", kMilliseconds, 1000, 3600000},
    {"delivery.timeout.ms", kMilliseconds, 0, kMaxInt},
    {"enable.metrics.push", kFlag},
    {"fetch.max.bytes", kBytes, 1000000, 2147483135},
    {"fetch.max.wait.ms", kMilliseconds, 0, 300000},
    {"fetch.min.bytes", kBytes, 1, 100000000},
    {"isolation.level", kWord, 0, 0, "read_uncommitted, read_committed"},
    {"linger.ms", kMilliseconds, 0, 900000},
    {"max.partition.fetch.bytes", kBytes, 1, 1000000000},
    {"max.request.size", kBytes, 1000, 1000000000},
    {"metadata.max.age.ms", kMilliseconds, 1, 3600000},
    {"metadata.recovery.rebootstrap.trigger.ms", kMilliseconds, 0, kMaxInt},
    {"metadata.recovery.strategy", kWord, 0, 0, "none, rebootstrap"},
    {"receive.buffer.bytes", kBytes, -1, 100000000},
    {"reconnect.backoff.max.ms", kMilliseconds, 0, 3600000},
    {"reconnect.backoff.ms", kMilliseconds, 0, 3600000},
    {"request.timeout.ms", kMilliseconds, 10, 300000},
    {"retries", kCount, 1, kMaxInt},  // none would be a record that is lost
    {"retry.backoff.max.ms", kMilliseconds, 1, 300000},
    {"retry.backoff.ms", kMilliseconds, 1, 300000},
    {"sasl.kerberos.min.time.before.relogin", kMilliseconds, 0, 86400000},
    {"sasl.mechanism", kWord, 0, 0, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI, OAUTHBEARER"},
    {"security.protocol", kWord, 0, 0, "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"},
    {"send.buffer.bytes", kBytes, -1, 100000000},
    {"socket.connection.setup.timeout.ms", kMilliseconds, 1000, kMaxInt},
    {"socket.keepalive.enable", kFlag},
};

template <typename Visit>
void ForEachPart(std::string_view text, Visit visit) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    visit(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
}

// As Java parses them: digits and a sign, nothing else.
std::optional<int64_t> ParseWhole(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsHost(std::string_view host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::ranges::all_of(host, [&](char c) {
    return IsLetterOrDigit(c) || c == '.' || c == '-' || c == '_' || c == '%' ||
           (bracketed && c == ':');
  });
}

// Java passes over a protocol before the address: kafka.security.protocol is what counts.
std::string_view WithoutProtocol(std::string_view server) {
  const size_t at = std::min(server.find("://"), server.size());
  for (const char* protocol : {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}) {
    if (EqualIgnoringCase(server.substr(0, at), protocol) && at < server.size())
      return server.substr(at + 3);
  }
  return server;
}

// Empty, or what is wrong with the address of one broker.
std::string WrongServer(std::string_view server) {
  if (const size_t scheme = server.find("://"); scheme != std::string_view::npos)
    return fmt::format("write it without {}", server.substr(0, scheme + 3));
  const size_t colon = server.rfind(':');
  if (colon == std::string_view::npos || server.ends_with(']')) return "the port is missing";
  const std::string_view host = server.substr(0, colon);
  if (!host.starts_with('[') && host.find(':') != std::string_view::npos)
    return "an IPv6 address stands in brackets, such as [::1]:9092";
  if (!IsHost(host)) return fmt::format("'{}' is no name of a host", host);
  const std::string_view port = server.substr(colon + 1);
  const auto number = ParseWhole(port);
  const bool digits = !port.empty() && std::ranges::all_of(port, IsDigit);
  return digits && number && *number >= 1 && *number <= 65535 ? "" : "the port is from 1 to 65535";
}

// Empty entries are passed over, as by Java.
Result<std::string> CheckedServers(const std::string& value) {
  std::string servers;
  std::string wrong;
  ForEachPart(value, [&](std::string_view part) {
    const std::string_view server = WithoutProtocol(part);
    if (server.empty()) return;
    const std::string why = WrongServer(server);
    if (!why.empty()) wrong += fmt::format(", found '{}': {}", server, why);
    servers += (servers.empty() ? "" : ",") + std::string(server);
  });
  if (servers.empty()) wrong = fmt::format(", found '{}'", value);
  if (wrong.empty()) return servers;
  return Status::Exit(
      "KAFKA_OPTION_INVALID",
      fmt::format("expected host:port of one or several brokers, separated by commas{}", wrong));
}

std::string Expectation(const ValueRow& row) {
  const std::string range = fmt::format("from {} to {}", row.least, row.most);
  switch (row.kind) {
    case kServers: break;
    case kFlag: return "true or false";
    case kCount: return "a whole number " + range;
    case kBytes: return fmt::format("a whole number of bytes {}, such as 52428800", range);
    case kMilliseconds:
      return fmt::format("a whole number of milliseconds {}, such as 1000", range);
    case kWord: return fmt::format("one of {}", row.words);
  }
  return {};
}

std::optional<std::string> Parse(const ValueRow& row, const std::string& value) {
  std::optional<std::string> parsed;
  if (row.kind == kFlag || row.kind == kWord) {
    ForEachPart(row.kind == kFlag ? "true, false" : row.words, [&](std::string_view word) {
      if (EqualIgnoringCase(word, value)) parsed = word;
    });
  } else if (const auto number = ParseWhole(value);
             number && *number >= row.least && *number <= row.most) {
    parsed = std::to_string(*number);
  }
  return parsed;
}

}  // namespace

std::span<const ValueRow> ValueTable() { return kRows; }

Result<std::string> CheckedValue(std::string_view java, const std::string& value) {
  const auto* row = std::ranges::find(kRows, java, &ValueRow::java);
  if (row == std::end(kRows)) return value;
  if (row->kind == kServers) return CheckedServers(value);
  if (auto parsed = Parse(*row, value)) return *std::move(parsed);
  return Status::Exit("KAFKA_OPTION_INVALID",
                      fmt::format("expected {}, found '{}'", Expectation(*row), value));
}

}  // namespace sluice::kafka
