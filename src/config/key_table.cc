// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.h"

#include <fmt/format.h>

#include <utility>

#include "config/kafka_values.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

using kafka::StartingPosition;

std::vector<KeySpec> QueryKeys() {
  return {
      {"query", "name", ValueType::kString, "",
       "Name of the query: the label `query` of metrics and log, `name` in progress. Without it "
       "the configuration file's name is used for labels.",
       [](const Value& v, Draft& d) {
         d.job.query.name = v.text;
         return std::string();
       }},
      {"query",
       "lanes",
       ValueType::kInteger,
       "one a core",
       "Threads that fetch, decode, transform and write side by side.",
       [](const Value& v, Draft& d) {
         d.job.query.lanes = static_cast<int>(v.number);
         return std::string();
       },
       {},
       1,
       256},
      {"query",
       "memory",
       ValueType::kSize,
       "512 MiB",
       "Budget for the data in flight, what the Kafka client fetches ahead included; at the brim "
       "the "
       "source pauses.",
       [](const Value& v, Draft& d) {
         d.job.query.memory_bytes = v.number;
         return std::string();
       },
       {},
       64LL << 20},
      {"query",
       "scala",
       ValueType::kChoice,
       "2.12",
       "Key order of the offsets in a new checkpoint directory: that of the Scala version of the "
       "Spark that may take it over. An existing directory keeps its own.",
       [](const Value& v, Draft& d) {
         d.job.query.scala = v.text;
         return std::string();
       },
       {"2.12", "2.13"}},
      {"query.trigger", "processingTime", ValueType::kDuration, "0 seconds",
       "A batch at every multiple of this time; 0: one after another.",
       [](const Value& v, Draft& d) {
         d.processing_time = v.duration;
         return std::string();
       }},
      {"query.trigger", "availableNow", ValueType::kBool, "false",
       "Drain what the topic holds now, in batches within the rate limits, then end.",
       [](const Value& v, Draft& d) {
         d.available_now = v.flag;
         return std::string();
       }},
      {"query.trigger", "once", ValueType::kBool, "false",
       "One batch with all that the topic holds now, without rate limits, then end.",
       [](const Value& v, Draft& d) {
         d.once = v.flag;
         return std::string();
       }},
  };
}

std::string StoreSubscribe(const Value& v, Draft& d) {
  for (const std::string& topic : v.list) {
    if (std::string wrong = WrongTopicName(topic); !wrong.empty()) return wrong;
  }
  d.subscribe = kafka::Subscribe{v.list};
  return {};
}

std::string StorePattern(const Value& v, Draft& d) {
  d.subscribe_pattern = kafka::SubscribePattern{std::string(Trimmed(v.text))};
  return {};
}

std::string StoreAssign(const Value& v, Draft& d) {
  auto partitions = ParseAssign(v.text);
  if (!partitions.ok()) return partitions.status().message();
  d.assign = kafka::Assign{std::move(partitions).value()};
  return {};
}

std::string StoreStartingOffsets(const Value& v, Draft& d) {
  StartingPosition position;
  if (v.text == "earliest") {
    position.kind = StartingPosition::Kind::kEarliest;
  } else if (v.text != "latest") {
    auto offsets = ParseOffsets(v.text);
    if (!offsets.ok()) return offsets.status().message();
    position.kind = StartingPosition::Kind::kByPartition;
    position.by_partition = std::move(offsets).value();
  }
  d.starting_offsets = std::move(position);
  return {};
}

std::string StoreStartingByTimestamp(const Value& v, Draft& d) {
  auto timestamps = ParseTimestamps(v.text);
  if (!timestamps.ok()) return timestamps.status().message();
  StartingPosition position;
  position.kind = StartingPosition::Kind::kByTimestamp;
  position.timestamps_ms = std::move(timestamps).value();
  d.starting_by_timestamp = std::move(position);
  return {};
}

std::string StoreStartingTimestamp(const Value& v, Draft& d) {
  StartingPosition position;
  position.kind = StartingPosition::Kind::kTimestamp;
  position.timestamp_ms = v.number;
  d.starting_timestamp = std::move(position);
  return {};
}

std::vector<KeySpec> SubscriptionKeys() {
  return {
      {"source", "subscribe", ValueType::kStringList, "",
       "Topics to read, a list or separated by commas. One of subscribe, subscribePattern, assign.",
       StoreSubscribe},
      {"source", "subscribePattern", ValueType::kString, "",
       "Java regular expression that the whole name of a topic must match.", StorePattern},
      {"source", "assign", ValueType::kJson, "", "Exactly these partitions: `{topic: [0, 1]}`.",
       StoreAssign},
      {"source",
       "startingOffsets",
       ValueType::kWordOrJson,
       "latest",
       "Where a new query begins: `earliest`, `latest`, or offsets `{topic: {0: 23, 1: -2}}` (-2 "
       "earliest, -1 latest) for every partition. A query that has a checkpoint goes on from "
       "there.",
       StoreStartingOffsets,
       {"earliest", "latest"}},
      {"source", "startingOffsetsByTimestamp", ValueType::kJson, "",
       "A new query begins at the first record at or after these times: `{topic: {0: "
       "1700000000000}}`, milliseconds since 1970. Goes before startingOffsets.",
       StoreStartingByTimestamp},
      {"source",
       "startingTimestamp",
       ValueType::kInteger,
       "",
       "The same time, milliseconds since 1970, for every partition. Goes before both others.",
       StoreStartingTimestamp,
       {},
       0},
      {"source",
       "startingOffsetsByTimestampStrategy",
       ValueType::kChoice,
       "error",
       "What to do for a partition without a record at or after the time.",
       [](const Value& v, Draft& d) {
         d.latest_when_no_match = v.text == "latest";
         return std::string();
       },
       {"error", "latest"}},
  };
}

std::vector<KeySpec> RateKeys() {
  return {
      {"source",
       "maxOffsetsPerTrigger",
       ValueType::kInteger,
       "",
       "At most this many offsets a batch, shared by the partitions in proportion to their "
       "backlog.",
       [](const Value& v, Draft& d) {
         d.job.query.limits.max_offsets_per_trigger = v.number;
         return std::string();
       },
       {},
       1},
      {"source",
       "minOffsetsPerTrigger",
       ValueType::kInteger,
       "",
       "Wait until this many offsets are there, but no longer than maxTriggerDelay. For "
       "processingTime only.",
       [](const Value& v, Draft& d) {
         d.job.query.limits.min_offsets_per_trigger = v.number;
         return std::string();
       },
       {},
       1},
      {"source", "maxTriggerDelay", ValueType::kDuration, "15m",
       "Longest wait for minOffsetsPerTrigger.",
       [](const Value& v, Draft& d) {
         d.job.query.limits.max_trigger_delay = v.duration;
         return std::string();
       }},
  };
}

std::vector<KeySpec> ReadingKeys() {
  return {
      {"source", "failOnDataLoss", ValueType::kBool, "true",
       "Stop when records that were not read yet are gone (retention, deleted or recreated "
       "topics); false: go on with what is there, with a warning and a count.",
       [](const Value& v, Draft& d) {
         d.job.source.fail_on_data_loss = v.flag;
         return std::string();
       }},
      {"source", "includeHeaders", ValueType::kBool, "false", "Adds the column headers.",
       [](const Value& v, Draft& d) {
         d.job.source.include_headers = v.flag;
         return std::string();
       }},
      {"source",
       "kafkaConsumer.pollTimeoutMs",
       ValueType::kInteger,
       "120000",
       "Longest time without progress while records are known to be there.",
       [](const Value& v, Draft& d) {
         d.job.source.poll_timeout = std::chrono::milliseconds(v.number);
         return std::string();
       },
       {},
       1,
       INT32_MAX},
      {"source",
       "fetchOffset.numRetries",
       ValueType::kInteger,
       "3",
       "How often a look-up of offsets that is in doubt is repeated.",
       [](const Value& v, Draft& d) {
         d.job.source.fetch_offset_num_retries = static_cast<int>(v.number);
         return std::string();
       },
       {},
       0,
       1000},
      {"source",
       "fetchOffset.retryIntervalMs",
       ValueType::kInteger,
       "1000",
       "Milliseconds between them.",
       [](const Value& v, Draft& d) {
         d.job.source.fetch_offset_retry_interval = std::chrono::milliseconds(v.number);
         return std::string();
       },
       {},
       0,
       INT32_MAX},
  };
}

std::vector<KeySpec> DecodeKeys() {
  using Mode = decode::DecodeOptions::Mode;
  return {
      {"decode", "schema", ValueType::kString, "",
       "Columns of a message's JSON in Spark's DDL: `id STRING, position STRUCT<lat: DOUBLE, lon: "
       "DOUBLE>`. Without it only Kafka's own columns are there.",
       [](const Value& v, Draft& d) {
         d.job.decode.schema = v.text;
         return std::string();
       }},
      {"decode", "explode", ValueType::kString, "",
       "Name of a top-level ARRAY of STRUCT: one row an element. A message whose array is null or "
       "empty gives no row.",
       [](const Value& v, Draft& d) {
         d.explode = v.text;
         return std::string();
       }},
      {"decode", "explode_outer", ValueType::kString, "",
       "As explode, but a null or empty array gives one row with a null element.",
       [](const Value& v, Draft& d) {
         d.explode_outer = v.text;
         return std::string();
       }},
      {"decode",
       "mode",
       ValueType::kChoice,
       "PERMISSIVE",
       "What a message that is no such JSON does: PERMISSIVE gives null columns, FAILFAST stops "
       "the query.",
       [](const Value& v, Draft& d) {
         d.job.decode.mode = v.text == "FAILFAST" ? Mode::kFailFast : Mode::kPermissive;
         return std::string();
       },
       {"PERMISSIVE", "FAILFAST"}},
      {"decode", "columnNameOfCorruptRecord", ValueType::kString, "_corrupt_record",
       "Column that holds the text of a bad message, if the schema declares it as STRING.",
       [](const Value& v, Draft& d) {
         d.job.decode.column_name_of_corrupt_record = v.text;
         return std::string();
       }},
      {"decode", "timestampFormat", ValueType::kString, "",
       "Pattern of TIMESTAMP texts; without it ISO 8601 as CAST reads it.",
       [](const Value& v, Draft& d) {
         d.job.decode.timestamp_format = v.text;
         return std::string();
       }},
      {"decode", "timestampNTZFormat", ValueType::kString, "", "Pattern of TIMESTAMP_NTZ texts.",
       [](const Value& v, Draft& d) {
         d.job.decode.timestamp_ntz_format = v.text;
         return std::string();
       }},
      {"decode", "dateFormat", ValueType::kString, "", "Pattern of DATE texts.",
       [](const Value& v, Draft& d) {
         d.job.decode.date_format = v.text;
         return std::string();
       }},
      {"decode", "timeZone", ValueType::kString, "UTC",
       "Zone of times without one, here and in SQL.",
       [](const Value& v, Draft& d) {
         d.job.decode.time_zone = v.text;
         return std::string();
       }},
      {"decode",
       "sparkVersion",
       ValueType::kChoice,
       "3.5",
       "Whose behaviour to follow where Spark's versions read JSON differently.",
       [](const Value& v, Draft& d) {
         d.job.decode.spark_version = v.text;
         return std::string();
       },
       {"3.4", "3.5", "4.0"}},
  };
}

// A local directory out of a path or a file: URI; else what is wrong with it.
std::string StoreLocalPath(const std::string& text, std::string& target) {
  std::string path = text;
  const size_t colon = path.find(":/");  // s3a://b/t, dbfs:/t
  if (path.starts_with("file:")) {
    path = path.substr(5);
    while (path.starts_with("//")) path.erase(0, 1);
  } else if (colon != std::string::npos && colon > 0 && path.find_first_of("/.") > colon) {
    return fmt::format(
        "'{}': object stores and remote file systems are not supported yet; expected a local "
        "directory",
        text);
  }
  if (path.empty()) return "expected a local directory, found nothing";
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  target = path;
  return {};
}

std::vector<KeySpec> SinkKeys() {
  KeySpec path{
      "sink",
      "path",
      ValueType::kString,
      "",
      "Directory of the Delta table; made if absent, inside a directory that exists.",
      [](const Value& v, Draft& d) { return StoreLocalPath(v.text, d.job.query.table_path); }};
  path.required = true;
  KeySpec checkpoint{"sink",
                     "checkpointLocation",
                     ValueType::kString,
                     "",
                     "Directory of the query's state, the same files that Spark keeps.",
                     [](const Value& v, Draft& d) {
                       return StoreLocalPath(v.text, d.job.query.checkpoint_location);
                     }};
  checkpoint.required = true;
  return {
      path,
      checkpoint,
      {"sink", "partitionBy", ValueType::kStringList, "",
       "Columns of the result by whose values the files are kept apart.",
       [](const Value& v, Draft& d) {
         d.job.query.partition_by = d.job.writer.partition_by = v.list;
         return std::string();
       }},
      {"sink", "mergeSchema", ValueType::kBool, "false",
       "Add columns and nested fields that the table does not have yet: nullable, at the end of "
       "the table or of their struct.",
       [](const Value& v, Draft& d) {
         d.job.query.merge_schema = v.flag;
         return std::string();
       }},
      {"sink",
       "compression",
       ValueType::kChoice,
       "zstd",
       "Compression of data files.",
       [](const Value& v, Draft& d) {
         d.job.writer.compression = v.text;
         return std::string();
       },
       {"zstd", "snappy", "none"}},
      {"sink",
       "compressionLevel",
       ValueType::kInteger,
       "1",
       "Level of zstd.",
       [](const Value& v, Draft& d) {
         d.job.writer.compression_level = static_cast<int>(v.number);
         return std::string();
       },
       {},
       1,
       19},
      {"sink",
       "encoding",
       ValueType::kChoice,
       "compact",
       "Parquet encodings: compact chooses by column from the data; compatible uses PLAIN and "
       "dictionary alone, for old readers.",
       [](const Value& v, Draft& d) {
         d.job.writer.encoding = v.text;
         return std::string();
       },
       {"compact", "compatible"}},
  };
}

std::vector<KeySpec> TopKeys() {
  return {
      {"", "sql", ValueType::kString, "",
       "One SELECT over `input`; without it the decoded columns are written. See sql.md.",
       [](const Value& v, Draft& d) {
         d.job.sql = v.text;
         d.job.sql_secrets = v.secrets;
         return std::string();
       }},
      {"", "ansi", ValueType::kBool, "true with decode.sparkVersion 4.0, else false",
       "What a CAST in `sql` does with a value that does not fit: true stops the query, false "
       "gives "
       "NULL. Spark's spark.sql.ansi.enabled, as far as it is about CAST.",
       [](const Value& v, Draft& d) {
         d.ansi = v.flag;
         return std::string();
       }},
  };
}

// Of the section monitor, those that a query alone has.
std::vector<KeySpec> QueryMonitorKeys() {
  return {
      {"monitor", "samples", ValueType::kBool, "true",
       "The page shows some of the records that could not be read, up to 1 KiB of each; off for "
       "data "
       "that nobody should see there.",
       [](const Value& v, OutputDraft& d) {
         d.monitor.samples = v.flag;
         return std::string();
       }},
      {"monitor", "eventTime", ValueType::kString, "",
       "Column of the result that says when an event was: a TIMESTAMP, or seconds (milli-, "
       "microseconds) since "
       "1970 as a number or a text. Its newest committed value becomes a metric.",
       [](const Value& v, Draft& d) {
         d.job.query.event_time = v.text;
         return std::string();
       }},
      {"monitor", "sparkNamespace", ValueType::kString, "",
       "Show Spark's own gauges of a streaming query too, at /metrics/prometheus: "
       "spark.metrics.namespace, "
       "the first part of their names.",
       [](const Value& v, Draft& d) {
         d.job.spark_namespace = v.text;
         return std::string();
       }},
  };
}

std::vector<SectionSpec> JobSections() {
  return {
      {"query", "How the query runs."},
      {"query.trigger", "When a batch begins; one of the three."},
      {"source",
       "Options of Spark's `format(\"kafka\")`. Every `kafka.*` option goes to the client under "
       "its Java name; `kafka.bootstrap.servers` is required."},
      {"decode", "How a message's JSON becomes columns: Spark's from_json."},
      {"sink", "Where the rows go: Spark's `format(\"delta\")`, output mode append."},
      {"monitor", "The HTTP server for the live page, metrics and health."},
      {"log", "The log, on standard error."},
  };
}

std::vector<KeySpec> AllKeys() {
  std::vector<KeySpec> all;
  for (auto keys :
       {QueryKeys(), SubscriptionKeys(), RateKeys(), ReadingKeys(), DecodeKeys(), SinkKeys(),
        TopKeys(),
        OutputKeys("127.0.0.1:4040",
                   "the live page, /metrics, /progress, /healthz, /readyz and /startupz"),
        QueryMonitorKeys()}) {
    for (KeySpec& key : keys) all.push_back(std::move(key));
  }
  return all;
}

KeySet MakeJobKeys() {
  KeySet keys;
  keys.title = "Configuration of a Sluice job";
  keys.expected = "sections query, source, decode, sql, sink";
  keys.keys = AllKeys();
  keys.sections = JobSections();
  keys.refused = RefusedKeys();
  keys.client_section = "source";
  keys.store_client = [](const std::string& name, const std::string& value, OutputDraft& draft) {
    static_cast<Draft&>(draft).job.source.client[name] = value;
  };
  return keys;
}

}  // namespace

const KeySet& JobKeys() {
  static const KeySet kKeys = MakeJobKeys();
  return kKeys;
}

bool IsAnsiBySparkVersion(const std::string& spark_version) {
  return !spark_version.starts_with("3.");
}

}  // namespace sluice::config
