// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_options.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>

#include <unistd.h>

#include "core/ascii.h"
#include "kafka/client_option_table.h"
#include "kafka/client_option_values.h"
#include "kafka/jaas.h"

namespace sluice::kafka {
namespace {

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

bool EndsWith(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

class Translator {
 public:
  Translator(const JavaOptions& options, Client::Role role) : role_(role) {
    // As Java reads them. librdkafka's own password may end in a blank.
    for (const auto& [name, value] : options) {
      std::string& option = options_[ToLower(name)];
      option = EqualIgnoringCase(name, "sasl.password") ? value : Trimmed(value);
    }
  }

  TranslatedOptions Run() {
    for (const auto& [name, value] : options_) TranslateOne(name, value);
    if (!options_.contains("bootstrap.servers")) {
      Problem("bootstrap.servers", "is required: host:port of at least one broker");
    }
    CheckBackoff();
    CheckLogin();
    ListFiles();
    CheckByLibrdkafka();
    return std::move(result_);
  }

 private:
  using Rule = void (Translator::*)(const std::string& name, const std::string& value);
  static const std::map<std::string_view, Rule> kRules;

  void TranslateOne(const std::string& name, const std::string& given);
  void Problem(const std::string& name, std::string text) {
    result_.problems.emplace_back(name, std::move(text));
  }
  void Set(std::string native, std::string value) {
    result_.settings.emplace_back(std::move(native), std::move(value));
  }
  std::string Other(const std::string& name) const {
    const auto found = options_.find(name);
    return found == options_.end() ? "" : found->second;
  }
  bool HasProblem(const std::string& name) const {
    return std::ranges::find(result_.problems, name, &std::pair<std::string, std::string>::first) !=
           result_.problems.end();
  }
  bool IsSet(const std::string& native) const {
    return std::ranges::find(result_.settings, native,
                             &std::pair<std::string, std::string>::first) != result_.settings.end();
  }

  // Rules of kTranslated rows; each either sets something or reports a problem.
  void Acks(const std::string& name, const std::string& value);
  void OnlyFalse(const std::string& name, const std::string& value);
  void OnlyTrue(const std::string& name, const std::string& value);
  void BufferMemory(const std::string& name, const std::string& value);
  void ApiTimeout(const std::string& name, const std::string& value);
  void Isolation(const std::string& name, const std::string& value);
  void MetadataAge(const std::string& name, const std::string& value);
  void SocketBuffer(const std::string& name, const std::string& value);
  void RequestTimeout(const std::string& name, const std::string& value);
  void Jaas(const std::string& name, const std::string& value);
  void LowerCase(const std::string& name, const std::string& value) { Set(name, ToLower(value)); }
  void Same(const std::string& name, const std::string& value) { Set(name, value); }
  void TokenEndpoint(const std::string& name, const std::string& value);
  void EnabledProtocols(const std::string& name, const std::string& value);
  void Identification(const std::string& name, const std::string& value);
  void KeystoreLocation(const std::string& name, const std::string& value);
  void KeystoreType(const std::string& name, const std::string& value);
  void TruststoreLocation(const std::string& name, const std::string& value);
  void TruststoreType(const std::string& name, const std::string& value);

  void FindIdleJaasOptions(const JaasEntry& entry);
  bool SetFromJaas(const JaasEntry& entry);
  void SetJaasOption(const JaasEntry& entry, const char* java, const char* native, bool required);
  void CheckBackoff();
  void CheckLogin();
  std::string MissingForLogin(const std::string& mechanism) const;
  void ListFiles();
  void CheckByLibrdkafka();

  const Client::Role role_;
  JavaOptions options_;
  TranslatedOptions result_;
};

const std::map<std::string_view, Translator::Rule> Translator::kRules = {
    {"acks", &Translator::Acks},
    {"allow.auto.create.topics", &Translator::OnlyFalse},
    {"buffer.memory", &Translator::BufferMemory},
    {"default.api.timeout.ms", &Translator::ApiTimeout},
    {"enable.idempotence", &Translator::OnlyTrue},
    {"exclude.internal.topics", &Translator::OnlyTrue},
    {"isolation.level", &Translator::Isolation},
    {"metadata.max.age.ms", &Translator::MetadataAge},
    {"receive.buffer.bytes", &Translator::SocketBuffer},
    {"request.timeout.ms", &Translator::RequestTimeout},
    {"sasl.jaas.config", &Translator::Jaas},
    {"sasl.mechanism", &Translator::Same},
    {"sasl.oauthbearer.token.endpoint.url", &Translator::TokenEndpoint},
    {"security.protocol", &Translator::LowerCase},
    {"send.buffer.bytes", &Translator::SocketBuffer},
    {"ssl.enabled.protocols", &Translator::EnabledProtocols},
    {"ssl.endpoint.identification.algorithm", &Translator::Identification},
    {"ssl.keystore.location", &Translator::KeystoreLocation},
    {"ssl.keystore.type", &Translator::KeystoreType},
    {"ssl.protocol", &Translator::EnabledProtocols},
    {"ssl.truststore.location", &Translator::TruststoreLocation},
    {"ssl.truststore.type", &Translator::TruststoreType},
};

void Translator::TranslateOne(const std::string& name, const std::string& given) {
  const OptionRow* row = FindOption(name);
  if (row == nullptr) {
    const std::string_view nearest = NearestOption(name);
    return Problem(name, nearest.empty()
                             ? "is no option of Kafka's client that is known here"
                             : fmt::format("is unknown; did you mean kafka.{}?", nearest));
  }
  const OptionUse unwanted =
      role_ == Client::Role::kConsumer ? OptionUse::kProducer : OptionUse::kConsumer;
  if (row->use == unwanted) {
    return Problem(name, unwanted == OptionUse::kProducer
                             ? "is an option of producers; it does nothing when reading"
                             : "is an option of consumers; it does nothing when writing");
  }
  const auto value = CheckedValue(name, given);
  if (!value.ok()) return Problem(name, value.status().message());
  switch (row->fate) {
    case OptionFate::kSame: return Set(name, *value);
    case OptionFate::kRenamed: return Set(std::string(row->native), *value);
    case OptionFate::kTranslated: return (this->*kRules.at(name))(name, *value);
    case OptionFate::kNoEffect:
      result_.warnings.emplace_back(name, fmt::format("has no effect: {}", row->note));
      return;
    case OptionFate::kRefused: return Problem(name, fmt::format("is refused: {}", row->note));
  }
}

void Translator::Acks(const std::string& name, const std::string& value) {
  if (value != "all" && value != "-1") return Problem(name, "must be `all`");
  Set(name, "all");
}

void Translator::OnlyFalse(const std::string& name, const std::string& value) {
  if (ToLower(value) != "false") Problem(name, "must be `false`");
}

void Translator::OnlyTrue(const std::string& name, const std::string& value) {
  if (ToLower(value) != "true") Problem(name, "must be `true`");
}

void Translator::BufferMemory(const std::string&, const std::string& value) {
  const int64_t bytes = std::strtoll(value.c_str(), nullptr, 10);
  Set("queue.buffering.max.kbytes", std::to_string((bytes + 1023) / 1024));
}

void Translator::ApiTimeout(const std::string&, const std::string& value) {
  result_.api_timeout = std::chrono::milliseconds(std::strtoll(value.c_str(), nullptr, 10));
}

void Translator::Isolation(const std::string& name, const std::string& value) {
  result_.read_committed = value == "read_committed";
  Set(name, value);
}

void Translator::MetadataAge(const std::string&, const std::string& value) {
  Set("topic.metadata.refresh.interval.ms", value);
  Set("metadata.max.age.ms", value);
}

void Translator::SocketBuffer(const std::string& name, const std::string& value) {
  Set("socket." + name, value == "-1" ? "0" : value);
}

void Translator::RequestTimeout(const std::string& name, const std::string& value) {
  Set("socket.timeout.ms", value);
  if (role_ == Client::Role::kProducer) Set(name, value);
}

void Translator::Jaas(const std::string& name, const std::string& value) {
  auto entry = ParseJaas(value);
  if (!entry.ok()) return Problem(name, entry.status().message());
  if (!SetFromJaas(*entry)) {
    Problem(
        name,
        fmt::format(
            "the login module {} is not known here; known are PlainLoginModule, ScramLoginModule, "
            "OAuthBearerLoginModule and Krb5LoginModule",
            entry->module));
  }
}

bool Translator::SetFromJaas(const JaasEntry& entry) {
  if (entry.module == "PlainLoginModule" || entry.module == "ScramLoginModule") {
    SetJaasOption(entry, "username", "sasl.username", true);
    SetJaasOption(entry, "password", "sasl.password", true);
  } else if (entry.module == "OAuthBearerLoginModule") {
    SetJaasOption(entry, "clientId", "sasl.oauthbearer.client.id", true);
    SetJaasOption(entry, "clientSecret", "sasl.oauthbearer.client.secret", true);
    SetJaasOption(entry, "scope", "sasl.oauthbearer.scope", false);
  } else if (entry.module == "Krb5LoginModule") {
    SetJaasOption(entry, "principal", "sasl.kerberos.principal", true);
    SetJaasOption(entry, "keyTab", "sasl.kerberos.keytab", true);
    SetJaasOption(entry, "serviceName", "sasl.kerberos.service.name", false);
  } else {
    return false;
  }
  FindIdleJaasOptions(entry);
  return true;
}

// Java's client would act on them: nothing of a login is dropped in silence.
void Translator::FindIdleJaasOptions(const JaasEntry& entry) {
  const std::map<std::string, std::set<std::string>> known{
      {"PlainLoginModule", {"username", "password"}},
      {"ScramLoginModule", {"username", "password"}},
      {"OAuthBearerLoginModule", {"clientId", "clientSecret", "scope"}},
      {"Krb5LoginModule", {"principal", "keyTab", "serviceName", "storeKey"}}};
  for (const auto& [option, value] : entry.options) {
    if (known.at(entry.module).contains(option)) continue;
    if (option == "useKeyTab" && ToLower(value) == "true") continue;  // what keyTab means here
    Problem("sasl.jaas.config",
            fmt::format("{}: {} has no meaning here; remove it", entry.module, option));
  }
}

void Translator::SetJaasOption(const JaasEntry& entry, const char* java, const char* native,
                               bool required) {
  const auto found = entry.options.find(java);
  if (found != entry.options.end()) return Set(native, found->second);
  if (required) Problem("sasl.jaas.config", fmt::format("{} needs {}=\"...\"", entry.module, java));
}

void Translator::TokenEndpoint(const std::string& name, const std::string& value) {
  Set("sasl.oauthbearer.method", "oidc");
  Set(name, value);
}

void Translator::EnabledProtocols(const std::string& name, const std::string& value) {
  const bool whole_list = name == "ssl.enabled.protocols";
  const bool has_12 = value.find("TLSv1.2") != std::string::npos;
  const bool has_13 = value.find("TLSv1.3") != std::string::npos;
  if (whole_list ? has_12 && has_13 : has_12 || has_13) return;
  Problem(name, whole_list ? "must name TLSv1.2 and TLSv1.3, which OpenSSL offers both"
                           : "must be TLSv1.3 or TLSv1.2");
}

void Translator::Identification(const std::string& name, const std::string& value) {
  const std::string algorithm = value.empty() ? "none" : ToLower(value);
  if (algorithm == "https" || algorithm == "none") return Set(name, algorithm);
  Problem(name, fmt::format("expected https, or '' for none, found '{}'", value));
}

void Translator::KeystoreLocation(const std::string& name, const std::string& value) {
  const std::string type = Upper(Other("ssl.keystore.type"));
  const std::string file = ToLower(value);
  if (type == "PEM" || (type.empty() && EndsWith(file, ".pem"))) {
    Set("ssl.certificate.location", value);
    Set("ssl.key.location", value);
  } else if (type == "PKCS12" ||
             (type.empty() && (EndsWith(file, ".p12") || EndsWith(file, ".pfx")))) {
    Set(name, value);
  } else if (type.empty() || type == "JKS") {
    Problem(
        name,
        "a JKS keystore cannot be read; convert it with `keytool -importkeystore -srckeystore FILE "
        "-destkeystore FILE.p12 -deststoretype PKCS12`");
  }
}

void Translator::KeystoreType(const std::string& name, const std::string& value) {
  const std::string type = Upper(value);
  if (type != "PEM" && type != "PKCS12") Problem(name, "must be PKCS12 or PEM");
}

void Translator::TruststoreLocation(const std::string& name, const std::string& value) {
  const std::string file = ToLower(value);
  const bool binary = EndsWith(file, ".jks") || EndsWith(file, ".p12") || EndsWith(file, ".pfx");
  if (!binary) return Set("ssl.ca.location", value);
  Problem(name,
          "must be a PEM file; convert it with `keytool -exportcert -rfc -keystore FILE -alias "
          "NAME > ca.pem`");
}

void Translator::TruststoreType(const std::string& name, const std::string& value) {
  if (Upper(value) != "PEM") Problem(name, "must be PEM");
}

// Of one alone the other follows, as in Java; librdkafka refuses it without naming either.
void Translator::CheckBackoff() {
  if (HasProblem("reconnect.backoff.ms") || HasProblem("reconnect.backoff.max.ms")) return;
  const auto number = [&](const char* name, int64_t otherwise) {
    const std::string text = Other(name);
    return text.empty() ? otherwise : std::strtoll(text.c_str(), nullptr, 10);
  };
  const bool reads = role_ == Client::Role::kConsumer;  // with the defaults of consumer_settings.cc
  const int64_t first = number("reconnect.backoff.ms", reads ? 50 : 100);
  const int64_t longest = number("reconnect.backoff.max.ms", reads ? 1000 : 10000);
  if (first <= longest) return;
  if (Other("reconnect.backoff.max.ms").empty())
    return Set("reconnect.backoff.max.ms", std::to_string(first));
  if (Other("reconnect.backoff.ms").empty())
    return Set("reconnect.backoff.ms", std::to_string(longest));
  Problem("reconnect.backoff.ms",
          fmt::format("{} is more than reconnect.backoff.max.ms, {}", first, longest));
}

void Translator::CheckLogin() {
  const std::string protocol = Upper(Other("security.protocol"));
  if (!protocol.starts_with("SASL_")) return;
  for (const char* name : {"security.protocol", "sasl.mechanism", "sasl.jaas.config"}) {
    if (HasProblem(name)) return;
  }
  const std::string mechanism = Upper(Other("sasl.mechanism"));
  const std::string missing = MissingForLogin(mechanism.empty() ? "GSSAPI" : mechanism);
  if (missing.empty()) return;
  if (!mechanism.empty()) {
    result_.lacking.emplace_back("sasl.mechanism", fmt::format("{} needs {}", mechanism, missing));
    return;
  }
  result_.lacking.emplace_back(
      "security.protocol",
      fmt::format("{} needs kafka.sasl.mechanism ({}) and its credentials in "
                  "kafka.sasl.jaas.config; without it the mechanism is GSSAPI, as in Java",
                  protocol, FindOption("sasl.mechanism")->note));
}

// Empty, or what to set.
std::string Translator::MissingForLogin(const std::string& mechanism) const {
  if (mechanism == "GSSAPI") {
    // Without a renewal kinit is somebody else's work.
    const bool renews = Other("sasl.kerberos.min.time.before.relogin") != "0";
    if (!renews || IsSet("sasl.kerberos.keytab")) return "";
    return "a keytab: kafka.sasl.jaas.config with Krb5LoginModule (principal, keyTab); or, with a "
           "ticket that others renew, kafka.sasl.kerberos.min.time.before.relogin: 0";
  }
  if (mechanism == "OAUTHBEARER") {
    if (!IsSet("sasl.oauthbearer.client.id"))
      return "kafka.sasl.jaas.config with OAuthBearerLoginModule (clientId, clientSecret)";
    return IsSet("sasl.oauthbearer.token.endpoint.url")
               ? ""
               : "kafka.sasl.oauthbearer.token.endpoint.url";
  }
  if (IsSet("sasl.username") && IsSet("sasl.password")) return "";
  return fmt::format("a user and a password: kafka.sasl.jaas.config with {} (username, password)",
                     mechanism == "PLAIN" ? "PlainLoginModule" : "ScramLoginModule");
}

void Translator::ListFiles() {
  if (!EndsWith(Upper(Other("security.protocol")), "SSL")) return;
  for (const auto& [name, value] : options_) {
    if (EndsWith(name, ".location") && !(name == "ssl.ca.location" && value == "probe"))
      result_.files.emplace_back(name, value);
  }
}

// Its word on what is left; one mistake an option, under the name that the user wrote.
void Translator::CheckByLibrdkafka() {
  Handle<rd_kafka_conf_s> conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  for (const auto& [native, value] : result_.settings) {
    if (rd_kafka_conf_set(conf.get(), native.c_str(), value.c_str(), why.data(), why.size()) ==
        RD_KAFKA_CONF_OK)
      continue;
    std::string java = native;
    for (const OptionRow& row : OptionTable()) {
      if (row.native == native && options_.contains(std::string(row.java))) java = row.java;
    }
    if (!HasProblem(java)) Problem(java, why.data());
  }
}

}  // namespace

TranslatedOptions TranslateOptions(const JavaOptions& options, Client::Role role) {
  return Translator(options, role).Run();
}

Status ProblemsAsStatus(const TranslatedOptions& translated) {
  std::string text;
  const auto add = [&text](const std::string& option, const std::string& problem) {
    text += fmt::format("{}kafka.{}: {}", text.empty() ? "" : "; ", option, problem);
  };
  for (const auto& [option, problem] : translated.problems) add(option, problem);
  for (const auto& [option, problem] : translated.lacking) add(option, problem);
  for (const auto& [option, path] : translated.files) {
    if (access(path.c_str(), R_OK) != 0)
      add(option, fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  }
  if (text.empty()) return Status::Ok();
  return Status::Exit("KAFKA_OPTION_INVALID", text);
}

}  // namespace sluice::kafka
