// SPDX-License-Identifier: Apache-2.0
#include "kafka/client_option_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace sluice::kafka {
namespace {

using enum OptionFate;
using enum OptionUse;

constexpr std::string_view kNoGroup =
    "there is no consumer group: partitions are assigned by this program";
constexpr std::string_view kNoMetrics = "the Java client's own metrics; see `monitor:` for ours";
constexpr std::string_view kJavaClass = "names a Java class; there is no JVM here";
constexpr std::string_view kSparkRefuses = "refused by Spark too";
constexpr std::string_view kOpenSsl = "the TLS library here is OpenSSL; nothing to choose";

constexpr OptionRow kRows[] = {
    {"acks", kTranslated, kProducer, "acks",
     "`all` (or -1) only: a record counts when all replicas have it"},
    {"allow.auto.create.topics",
     kTranslated,
     kConsumer,
     {},
     "`false` only: a missing topic is never created"},
    {"auto.commit.interval.ms", kNoEffect, kConsumer, {}, "no offsets are committed to Kafka"},
    {"auto.include.jmx.reporter", kNoEffect, kBoth, {}, kNoMetrics},
    {"auto.offset.reset", kRefused, kConsumer, {}, "refused by Spark too: use startingOffsets"},
    {"batch.size", kSame, kProducer},
    {"bootstrap.servers", kSame, kBoth, {}, "host:port of one or several, separated by commas"},
    {"broker.address.family", kSame, kBoth, {}, "librdkafka's own: any, v4 or v6"},
    {"buffer.memory", kTranslated, kProducer, "queue.buffering.max.kbytes",
     "bytes become KiB, rounded up"},
    {"check.crcs", kSame, kConsumer, {}, "true by default, as in Java"},
    {"client.dns.lookup", kSame},
    {"client.id", kSame},
    {"client.rack", kSame, kConsumer},
    {"compression.type", kSame, kProducer, {}, "lz4 by default"},
    {"connections.max.idle.ms", kSame},
    {"default.api.timeout.ms",
     kTranslated,
     kConsumer,
     {},
     "how long a question for topics or offsets may take (10000 by default; Java: 60000)"},
    {"delivery.timeout.ms", kSame, kProducer},
    {"enable.auto.commit",
     kRefused,
     kConsumer,
     {},
     "refused by Spark too: offsets live in the checkpoint, none are committed to Kafka"},
    {"enable.idempotence", kTranslated, kProducer, {}, "`true` only"},
    {"enable.metrics.push", kSame, kBoth, {}, "false by default (Java: true)"},
    {"exclude.internal.topics",
     kTranslated,
     kConsumer,
     {},
     "`true` only: topics that begin with `__` never match"},
    {"fetch.max.bytes",
     kSame,
     kConsumer,
     {},
     "by default a quarter of the source's memory (Java: 50 MiB)"},
    {"fetch.max.wait.ms", kRenamed, kConsumer, "fetch.wait.max.ms", "50 by default (Java: 500)"},
    {"fetch.min.bytes", kSame, kConsumer},
    {"group.id", kNoEffect, kConsumer, {}, kNoGroup},
    {"group.instance.id", kNoEffect, kConsumer, {}, kNoGroup},
    {"group.protocol", kNoEffect, kConsumer, {}, kNoGroup},
    {"group.remote.assignor", kNoEffect, kConsumer, {}, kNoGroup},
    {"heartbeat.interval.ms", kNoEffect, kConsumer, {}, kNoGroup},
    {"interceptor.classes", kRefused, kBoth, {}, kSparkRefuses},
    {"isolation.level", kTranslated, kConsumer, "isolation.level",
     "read_uncommitted by default, as in Java (librdkafka alone: read_committed)"},
    {"key.deserializer",
     kRefused,
     kConsumer,
     {},
     "refused by Spark too: keys are bytes; cast them in SQL"},
    {"linger.ms", kSame, kProducer},
    {"max.block.ms", kNoEffect, kProducer, {}, "sending waits until there is room"},
    {"max.partition.fetch.bytes", kRenamed, kConsumer, "fetch.message.max.bytes",
     "by default an eighth of the partition's share of the source's memory, 1 to 4 MiB (Java: 1 "
     "MiB)"},
    {"max.poll.interval.ms", kNoEffect, kConsumer, {}, kNoGroup},
    {"max.poll.records",
     kNoEffect,
     kConsumer,
     {},
     "records are taken in large batches; see `memory:`"},
    {"max.request.size", kRenamed, kProducer, "message.max.bytes"},
    {"metadata.max.age.ms", kTranslated, kBoth, "topic.metadata.refresh.interval.ms",
     "sets metadata.max.age.ms as well; new partitions are seen at each trigger anyway"},
    {"metadata.recovery.rebootstrap.trigger.ms", kSame},
    {"metadata.recovery.strategy", kSame},
    {"metric.reporters", kNoEffect, kBoth, {}, kNoMetrics},
    {"metrics.num.samples", kNoEffect, kBoth, {}, kNoMetrics},
    {"metrics.recording.level", kNoEffect, kBoth, {}, kNoMetrics},
    {"metrics.sample.window.ms", kNoEffect, kBoth, {}, kNoMetrics},
    {"partition.assignment.strategy", kNoEffect, kConsumer, {}, kNoGroup},
    {"receive.buffer.bytes", kTranslated, kBoth, "socket.receive.buffer.bytes",
     "-1 (the system's choice) becomes 0"},
    {"reconnect.backoff.max.ms", kSame, kBoth, {}, "1000 by default, as in Java"},
    {"reconnect.backoff.ms", kSame, kBoth, {}, "50 by default, as in Java"},
    {"request.timeout.ms", kTranslated, kBoth, "socket.timeout.ms",
     "for a producer also request.timeout.ms"},
    {"retries", kSame, kProducer},
    {"retry.backoff.max.ms", kSame},
    {"retry.backoff.ms", kSame},
    {"sasl.client.callback.handler.class", kRefused, kBoth, {}, kJavaClass},
    {"sasl.jaas.config", kTranslated, kBoth, "sasl.username, sasl.password",
     "the module's options: PlainLoginModule and ScramLoginModule (username, password), "
     "OAuthBearerLoginModule "
     "(clientId, clientSecret, scope), Krb5LoginModule (principal, keyTab, serviceName)"},
    {"sasl.kerberos.keytab",
     kSame,
     kBoth,
     {},
     "librdkafka's own; in Java it stands in sasl.jaas.config"},
    {"sasl.kerberos.kinit.cmd",
     kRefused,
     kBoth,
     {},
     "a whole command line here; kinit is found on PATH"},
    {"sasl.kerberos.min.time.before.relogin", kSame},
    {"sasl.kerberos.principal",
     kSame,
     kBoth,
     {},
     "librdkafka's own; in Java it stands in sasl.jaas.config"},
    {"sasl.kerberos.service.name", kSame},
    {"sasl.kerberos.ticket.renew.jitter",
     kNoEffect,
     kBoth,
     {},
     "kinit runs every sasl.kerberos.min.time.before.relogin"},
    {"sasl.kerberos.ticket.renew.window.factor",
     kNoEffect,
     kBoth,
     {},
     "kinit runs every sasl.kerberos.min.time.before.relogin"},
    {"sasl.login.callback.handler.class",
     kRefused,
     kBoth,
     {},
     "names a Java class; for OAUTHBEARER set sasl.oauthbearer.token.endpoint.url"},
    {"sasl.login.class", kRefused, kBoth, {}, kJavaClass},
    {"sasl.mechanism", kTranslated, kBoth, "sasl.mechanism",
     "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI or OAUTHBEARER"},
    {"sasl.oauthbearer.token.endpoint.url", kTranslated, kBoth,
     "sasl.oauthbearer.token.endpoint.url", "sets sasl.oauthbearer.method=oidc as well"},
    {"sasl.password", kSame, kBoth, {}, "librdkafka's own; in Java it stands in sasl.jaas.config"},
    {"sasl.username", kSame, kBoth, {}, "librdkafka's own; in Java it stands in sasl.jaas.config"},
    {"security.protocol", kTranslated, kBoth, "security.protocol",
     "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, in any case of letters"},
    {"security.providers", kRefused, kBoth, {}, kJavaClass},
    {"send.buffer.bytes", kTranslated, kBoth, "socket.send.buffer.bytes",
     "-1 (the system's choice) becomes 0"},
    {"session.timeout.ms", kNoEffect, kConsumer, {}, kNoGroup},
    {"socket.connection.setup.timeout.max.ms",
     kNoEffect,
     kBoth,
     {},
     "the timeout does not grow here"},
    {"socket.connection.setup.timeout.ms", kSame},
    {"socket.keepalive.enable",
     kSame,
     kBoth,
     {},
     "librdkafka's own; true by default, as Java does"},
    {"ssl.ca.location", kSame, kBoth, {}, "librdkafka's own: a PEM file or a directory of them"},
    {"ssl.certificate.location", kSame, kBoth, {}, "librdkafka's own: a PEM file"},
    {"ssl.cipher.suites",
     kRefused,
     kBoth,
     {},
     "Java's and OpenSSL's names differ; set them in OPENSSL_CONF"},
    {"ssl.enabled.protocols",
     kTranslated,
     kBoth,
     {},
     "`TLSv1.2,TLSv1.3` in any order: what OpenSSL offers"},
    {"ssl.endpoint.identification.algorithm", kTranslated, kBoth,
     "ssl.endpoint.identification.algorithm", "https, or empty for none"},
    {"ssl.engine.factory.class", kRefused, kBoth, {}, kJavaClass},
    {"ssl.key.location", kSame, kBoth, {}, "librdkafka's own: a PEM file"},
    {"ssl.key.password", kSame},
    {"ssl.keymanager.algorithm", kNoEffect, kBoth, {}, kOpenSsl},
    {"ssl.keystore.certificate.chain", kRenamed, kBoth, "ssl.certificate.pem"},
    {"ssl.keystore.key", kRenamed, kBoth, "ssl.key.pem"},
    {"ssl.keystore.location", kTranslated, kBoth, "ssl.keystore.location",
     "PKCS12; or PEM with key and certificate in one file. Not JKS: convert it with `keytool "
     "-importkeystore "
     "-deststoretype PKCS12`"},
    {"ssl.keystore.password", kSame, kBoth, {}, "of a PKCS12 file"},
    {"ssl.keystore.type",
     kTranslated,
     kBoth,
     {},
     "PKCS12 or PEM; without it the file's ending decides"},
    {"ssl.protocol", kTranslated, kBoth, {}, "`TLSv1.3` or `TLSv1.2`, as OpenSSL negotiates both"},
    {"ssl.provider", kRefused, kBoth, {}, kJavaClass},
    {"ssl.secure.random.implementation", kNoEffect, kBoth, {}, kOpenSsl},
    {"ssl.trustmanager.algorithm", kNoEffect, kBoth, {}, kOpenSsl},
    {"ssl.truststore.certificates", kRenamed, kBoth, "ssl.ca.pem"},
    {"ssl.truststore.location", kTranslated, kBoth, "ssl.ca.location",
     "PEM only. Convert others: `keytool -exportcert -rfc -keystore FILE -alias NAME > ca.pem`"},
    {"ssl.truststore.password",
     kRefused,
     kBoth,
     {},
     "a PEM truststore has none, and JKS and PKCS12 ones cannot be read"},
    {"ssl.truststore.type", kTranslated, kBoth, {}, "`PEM` only"},
    {"transaction.timeout.ms", kRefused, kProducer, {}, "this producer uses no transactions"},
    {"transactional.id", kRefused, kProducer, {}, "this producer uses no transactions"},
    {"value.deserializer",
     kRefused,
     kConsumer,
     {},
     "refused by Spark too: values are bytes; see `decode:`"},
};

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string_view FateText(OptionFate fate) {
  switch (fate) {
    case kSame: return "as it is";
    case kRenamed: return "other name";
    case kTranslated: return "translated";
    case kNoEffect: return "no effect, warns";
    case kRefused: return "refused";
  }
  return {};
}

std::string_view UseText(OptionUse use) {
  return use == kBoth ? "both" : use == kConsumer ? "source" : "producer";
}

}  // namespace

std::span<const OptionRow> OptionTable() { return kRows; }

const OptionRow* FindOption(std::string_view java) {
  const auto* found =
      std::lower_bound(std::begin(kRows), std::end(kRows), java,
                       [](const OptionRow& row, std::string_view name) { return row.java < name; });
  return found != std::end(kRows) && found->java == java ? found : nullptr;
}

std::string_view NearestOption(std::string_view name) {
  std::string_view nearest;
  size_t fewest = 1 + name.size() / 3;  // more edits than that make another word
  for (const OptionRow& row : kRows) {
    const size_t edits = EditDistance(name, row.java);
    if (edits < fewest) {
      fewest = edits;
      nearest = row.java;
    }
  }
  return nearest;
}

std::string OptionTableAsMarkdown() {
  std::string text =
      "| `kafka.` option | for | what becomes of it | librdkafka's name | notes "
      "|\n|---|---|---|---|---|\n";
  for (const OptionRow& row : kRows) {
    const bool settable = row.fate != kNoEffect && row.fate != kRefused;
    const std::string_view native = row.fate == kSame ? row.java : row.native;
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.java, UseText(row.use),
                        FateText(row.fate),
                        settable && !native.empty() ? fmt::format("`{}`", native) : "", row.note);
  }
  return text;
}

}  // namespace sluice::kafka
