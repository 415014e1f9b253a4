// SPDX-License-Identifier: Apache-2.0
#include "kafka/client.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>

namespace sluice::kafka {
namespace {

std::string FindSetting(const ClientSettings& settings, std::string_view name) {
  std::string found;
  for (const auto& [key, value] : settings) {
    if (key == name) found = value;
  }
  return found;
}

Status Apply(const ClientSettings& settings, rd_kafka_conf_t* conf) {
  std::array<char, 512> why{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      return Status::Exit("KAFKA_OPTION_INVALID",
                          fmt::format("Kafka client option {}: {}", name, why.data()));
    }
  }
  return Status::Ok();
}

}  // namespace

Result<std::shared_ptr<Client>> Client::Open(Role role, const ClientSettings& settings,
                                             OnDelivered on_delivered) {
  std::shared_ptr<Client> client(
      new Client(FindSetting(settings, "bootstrap.servers"), std::move(on_delivered)));
  Handle<rd_kafka_conf_s> conf(rd_kafka_conf_new());
  SLUICE_RETURN_IF_ERROR(Apply(settings, conf.get()));
  client->InstallCallbacks(conf.get(), role);

  std::array<char, 512> why{};
  const auto type = role == Role::kConsumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
  client->handle_.reset(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client->handle_) {
    std::string text = fmt::format("the Kafka client refuses its options: {}", why.data());
    for (const auto& [name, value] : settings) {
      if (name.ends_with(".location") && text.find(name) != std::string::npos)
        text += fmt::format("; the file is {}", value);
    }
    return Status::Exit("KAFKA_OPTION_INVALID", text);
  }
  [[maybe_unused]] const rd_kafka_conf_s* taken = conf.release();  // by rd_kafka_new()
  return client;
}

Client::~Client() = default;

void Client::InstallCallbacks(rd_kafka_conf_s* conf, Role role) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t* rk, int level, const char* facility, const char* text) {
        if (rk == nullptr) return;  // while rd_kafka_new() still checks the options
        static_cast<Client*>(rd_kafka_opaque(rk))->events_.OnLog(level, facility, text);
      });
  rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* text, void* self) {
    static_cast<Client*>(self)->events_.OnError(error, text);
  });
  if (role == Role::kProducer && on_delivered_) {
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message,
                                         void* self) {
      static_cast<Client*>(self)->on_delivered_(
          {reinterpret_cast<uintptr_t>(message->_private),
           static_cast<int64_t>(message->key_len + message->len), message->err, message->offset});
    });
  }
}

void Client::Serve(int timeout_ms) { rd_kafka_poll(handle_.get(), timeout_ms); }

}  // namespace sluice::kafka
