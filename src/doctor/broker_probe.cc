// SPDX-License-Identifier: Apache-2.0
#include "doctor/broker_probe.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <optional>
#include <string_view>

#include "core/ascii.h"
#include "doctor/tcp.h"

namespace sluice::doctor {

namespace {

constexpr int16_t kSaslHandshake = 17;
constexpr int16_t kApiVersions = 18;
// Answered by a listener without a log-in: there is nothing to shake hands about.
constexpr int16_t kIllegalSaslState = 34;
constexpr size_t kMostReply = 64 << 10;

void Append16(std::string& out, int value) {
  out += static_cast<char>(value >> 8 & 0xFF);
  out += static_cast<char>(value & 0xFF);
}

void Append32(std::string& out, int value) {
  Append16(out, value >> 16);
  Append16(out, value);
}

int Read16(std::string_view bytes, size_t at) {
  return static_cast<int16_t>(static_cast<uint8_t>(bytes[at]) << 8 |
                              static_cast<uint8_t>(bytes[at + 1]));
}

uint32_t Read32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(static_cast<uint16_t>(Read16(bytes, at))) << 16 |
         static_cast<uint16_t>(Read16(bytes, at + 2));
}

void AppendString(std::string& out, std::string_view text) {
  Append16(out, static_cast<int>(text.size()));
  out += text;
}

std::string KafkaRequest(int16_t key, int16_t version, int correlation, std::string_view body) {
  std::string head;
  Append16(head, key);
  Append16(head, version);
  Append32(head, correlation);
  AppendString(head, "sluice-doctor");
  std::string request;
  Append32(request, static_cast<int>(head.size() + body.size()));
  return request + head + std::string(body);
}

// The answer after its correlation id, or nothing if it is none of Kafka's. `raw`: its first bytes.
std::optional<std::string> KafkaReply(Tcp& tcp, int correlation, TimePoint deadline,
                                      std::string* raw) {
  *raw = tcp.Receive(8, deadline);
  if (raw->size() < 8) return std::nullopt;
  const uint32_t size = Read32(*raw, 0);
  if (size < 6 || size > kMostReply || Read32(*raw, 4) != static_cast<uint32_t>(correlation))
    return std::nullopt;
  std::string body = tcp.Receive(size - 4, deadline);
  if (body.size() != size - 4) return std::nullopt;
  return body;
}

// A ClientHello of TLS 1.2 with a handful of suites: every TLS server answers it, if only by an alert.
std::string ClientHello() {
  std::string hello;
  Append16(hello, 0x0303);
  hello += std::string(32, '\x5A');  // random
  hello += '\0';                     // no session
  constexpr int kSuites[] = {0xC02F, 0xC030, 0xC02B, 0xC02C, 0x009C, 0x002F};
  Append16(hello, 2 * static_cast<int>(std::size(kSuites)));
  for (const int suite : kSuites) Append16(hello, suite);
  hello += std::string("\x01\x00", 2);  // no compression
  std::string handshake("\x01\x00", 2);
  Append16(handshake, static_cast<int>(hello.size()));
  handshake += hello;
  std::string record = "\x16\x03\x01";
  Append16(record, static_cast<int>(handshake.size()));
  return record + handshake;
}

bool IsTls(std::string_view bytes) {
  return bytes.size() >= 2 && (bytes[0] == '\x15' || bytes[0] == '\x16') && bytes[1] == '\x03';
}

// SaslHandshake v1's answer: error, then the mechanisms that there are.
void TakeHandshake(const std::string& body, Listener* listener) {
  if (body.size() < 6) return;
  if (Read16(body, 0) == kIllegalSaslState) return;
  listener->speaks = Speaks::kKafkaSasl;
  const uint32_t count = Read32(body, 2);
  size_t at = 6;
  for (uint32_t i = 0; i < count && at + 2 <= body.size(); ++i) {
    const auto size = static_cast<size_t>(static_cast<uint16_t>(Read16(body, at)));
    if (at + 2 + size > body.size()) return;
    listener->mechanisms.push_back(body.substr(at + 2, size));
    at += 2 + size;
  }
}

// True if it is known what the listener speaks.
bool AskInKafka(Tcp& tcp, TimePoint deadline, Listener* listener) {
  std::string raw;
  if (!tcp.Send(KafkaRequest(kApiVersions, 0, 1, ""), deadline)) return false;
  if (!KafkaReply(tcp, 1, deadline, &raw)) {
    if (raw.starts_with("HTTP/")) listener->speaks = Speaks::kHttp;
    if (IsTls(raw)) listener->speaks = Speaks::kTls;
    return listener->speaks != Speaks::kNothing;
  }
  listener->speaks = Speaks::kKafka;
  std::string mechanism;
  AppendString(mechanism, "SLUICE-DOCTOR");  // none has that name: the answer lists all
  if (!tcp.Send(KafkaRequest(kSaslHandshake, 1, 2, mechanism), deadline)) return true;
  if (const auto body = KafkaReply(tcp, 2, deadline, &raw)) TakeHandshake(*body, listener);
  return true;
}

// What a connection of its own brings back.
std::string Reply(const std::string& address, const std::string& request, size_t most,
                  std::chrono::milliseconds timeout) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  Tcp tcp = Tcp::Connect(address, deadline);
  return tcp.ok() && tcp.Send(request, deadline) ? tcp.Receive(most, deadline) : "";
}

Listener Described(const std::string& address, const Tcp& tcp) {
  Listener listener;
  listener.address = address;
  listener.trouble = tcp.trouble();
  listener.refused = tcp.refused();
  listener.unknown_name = tcp.unknown_name();
  return listener;
}

}  // namespace

std::vector<std::string> SplitServers(const std::string& servers) {
  std::vector<std::string> list;
  for (size_t at = 0; at <= servers.size();) {
    const size_t end = std::min(servers.find(',', at), servers.size());
    const std::string_view server = Trimmed(std::string_view(servers).substr(at, end - at));
    const size_t scheme = server.find("://");
    if (!server.empty())
      list.emplace_back(scheme == std::string_view::npos ? server : server.substr(scheme + 3));
    at = end + 1;
  }
  return list;
}

std::vector<Listener> Connect(const std::vector<std::string>& addresses,
                              std::chrono::milliseconds timeout) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<std::future<Listener>> asked;
  for (const std::string& address : addresses) {
    asked.push_back(std::async(std::launch::async, [&address, deadline] {
      return Described(address, Tcp::Connect(address, deadline));
    }));
  }
  std::vector<Listener> listeners;
  for (auto& answer : asked) listeners.push_back(answer.get());
  return listeners;
}

Listener AskListener(const std::string& address, std::chrono::milliseconds timeout) {
  const auto next = [timeout] { return std::chrono::steady_clock::now() + timeout; };
  Tcp first = Tcp::Connect(address, next());
  Listener listener = Described(address, first);
  if (!first.ok()) return listener;
  listener.speaks = Speaks::kNothing;
  if (AskInKafka(first, next(), &listener)) return listener;
  if (IsTls(Reply(address, ClientHello(), 2, timeout))) {
    listener.speaks = Speaks::kTls;
  } else if (Reply(address, "GET / HTTP/1.0\r\n\r\n", 5, timeout) == "HTTP/") {
    listener.speaks = Speaks::kHttp;
  }
  return listener;
}

}  // namespace sluice::doctor
