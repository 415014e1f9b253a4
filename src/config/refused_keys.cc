// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.h"

namespace sluice::config {

const std::vector<RefusedKey>& RefusedKeys() {
  static const std::vector<RefusedKey> kRefused = {
      {"", "rejects",
       "not supported yet: bad records are counted by reason, kept in the corrupt-record column if "
       "the schema declares it, or stop the query with decode.mode: FAILFAST"},
      {"", "spark.sql.ansi.enabled", "write it as ansi, beside sql"},
      {"query", "spark.sql.ansi.enabled", "write it as ansi at the top, beside sql"},
      {"query", "outputMode", "remove it: the output mode is always append"},
      {"query.trigger", "continuous",
       "not supported: a Delta table takes micro-batches; use processingTime"},
      {"query.trigger", "realTime",
       "not supported: a Delta table takes micro-batches; use processingTime"},
      {"source", "format", "remove it: the source is always Kafka"},
      {"source", "endingOffsets",
       "not allowed for a stream, as in Spark; use query.trigger: {availableNow: true} to stop at "
       "the end"},
      {"source", "endingOffsetsByTimestamp", "not allowed for a stream, as in Spark"},
      {"source", "endingTimestamp", "not allowed for a stream, as in Spark"},
      {"source", "minPartitions",
       "not supported: the lanes share a batch by themselves; query.lanes sets their number"},
      {"source", "maxRecordsPerPartition",
       "not supported: the lanes share a batch by themselves; query.lanes sets their number"},
      {"source", "groupIdPrefix", "not supported: no consumer group is used"},
      {"source", "kafkaConsumer.commitGroupId", "not supported: no consumer group is used"},
      {"decode", "multiLine",
       "remove it: a message is one JSON value, over as many lines as it likes"},
      {"decode", "locale", "not supported yet: texts are read as en-US"},
      {"decode", "encoding", "not supported yet: messages are UTF-8"},
      {"decode", "allowComments",
       "not supported yet: comments in JSON make a message corrupt, Spark's default"},
      {"decode", "allowUnquotedFieldNames", "not supported yet: only Spark's default, false"},
      {"decode", "allowSingleQuotes", "not supported yet: only Spark's default, true"},
      {"decode", "allowNumericLeadingZeros", "not supported yet: only Spark's default, false"},
      {"decode", "allowNonNumericNumbers", "not supported yet: only Spark's default, true"},
      {"decode", "allowBackslashEscapingAnyCharacter",
       "not supported yet: only Spark's default, false"},
      {"decode", "allowUnquotedControlChars", "not supported yet: only Spark's default, false"},
      {"decode", "primitivesAsString", "has no meaning here: it is for schema inference"},
      {"decode", "prefersDecimal", "has no meaning here: it is for schema inference"},
      {"decode", "dropFieldIfAllNull", "has no meaning here: it is for schema inference"},
      {"decode", "samplingRatio", "has no meaning here: it is for schema inference"},
      {"sink", "format", "remove it: the sink is always a Delta table"},
      {"sink", "outputMode", "remove it: the output mode is always append"},
      {"sink", "overwriteSchema", "has no meaning for a stream that appends"},
      {"sink", "txnAppId",
       "not supported: the transaction identifier is the query's id, as for Spark's streams"},
      {"sink", "txnVersion",
       "not supported: the transaction version is the batch's number, as for Spark's streams"},
      {"sink", "optimizeWrite", "not supported yet"},
      {"sink", "queryName", "write it as query.name"},
  };
  return kRefused;
}

}  // namespace sluice::config
