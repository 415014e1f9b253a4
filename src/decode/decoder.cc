// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>
#include <new>
#include <utility>

#include "decode/arrow_export.h"
#include "decode/column_builder.h"
#include "decode/datetime.h"
#include "decode/exact_decoder.h"
#include "decode/fast_decoder.h"
#include "decode/kafka_columns.h"
#include "decode/schema_ddl.h"
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

// A column of the input: decoded (index of the root field) or Kafka's.
struct InputColumn {
  int decoded = -1;
  KafkaColumn kafka = KafkaColumn::kKey;
};

// What explode makes of the records beside its array.
struct Repeats {
  const int32_t* counts;  // how often each record stands in the result; null: explode is off
  int64_t rows;           // of the result
  int64_t room_bytes;     // for the columns to come
};

std::string PlaceOf(const RecordBatch& records, size_t index) {
  const Record& record = records.records[index];
  return records.topics[record.topic] + "-" + std::to_string(record.partition) + " offset " +
         std::to_string(record.offset);
}

// Several records can be asked for again in parts; of one the user has to hear.
Status TooLarge(const RecordBatch& records, const std::string& column) {
  const std::string what = column + " would be too large for ";
  const size_t count = records.records.size();
  if (count != 1)
    return Status::Stop("BATCH_TOO_LARGE", what + std::to_string(count) + " records at once");
  return Status::Stop("BATCH_TOO_LARGE",
                      PlaceOf(records, 0) + ": " + what +
                          "this one record. Nothing of its batch was written. It may have 2 GiB, "
                          "and with explode it stands in every row of its record: leave it out of "
                          "the query's SQL, or out of decode.schema");
}

// Finishes a column of one row a record. False: it would be too large; then nothing was copied.
bool FinishRows(ColumnBuilder& column, Repeats& repeats, ArrowArray* out) {
  if (column.overflowed()) return false;
  if (repeats.counts == nullptr) {
    column.Finish(out);
    return true;
  }
  const auto bytes = static_cast<int64_t>(column.RepeatedBytes(repeats.counts, repeats.rows));
  if (bytes > std::min<int64_t>(repeats.room_bytes, INT32_MAX)) return false;
  repeats.room_bytes -= bytes;
  column.Repeat(repeats.counts, repeats.rows).Finish(out);
  return true;
}

class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(const DecodeOptions& options, Schema message, const SparkRules& rules,
              DateTimeParsers datetime, int explode, int corrupt, bool include_headers)
      : options_(options),
        message_(std::move(message)),
        explode_(explode),
        corrupt_(corrupt),
        datetime_(std::move(datetime)),
        text_(rules.limits),
        root_(DataType::Struct(message_.fields)),
        fast_(&root_, corrupt, &datetime_, &text_),
        exact_(root_.type(), corrupt, rules, &datetime_) {
    DefineInput(include_headers);
  }

  const Schema& input_schema() const override { return input_; }
  const std::shared_ptr<const Schema>& selected_schema() const override { return selected_schema_; }

  std::vector<std::string> default_columns() const override {
    std::vector<std::string> names;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (decodes() ? columns_[i].decoded >= 0 : IsPlainKafkaColumn(i))
        names.push_back(input_.fields[i].name);
    }
    return names;
  }

  Status SelectInputs(const std::vector<std::string>& names) override {
    std::vector<size_t> selected;
    for (const std::string& name : names) {
      const int index = input_.Find(name);
      if (index < 0)
        return Status::Exit("UNKNOWN_COLUMN", "no input column is named '" + name + "'");
      selected.push_back(static_cast<size_t>(index));
    }
    std::sort(selected.begin(), selected.end());
    selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
    selected_ = std::move(selected);
    keeps_corrupt_ = corrupt_ >= 0 && std::ranges::any_of(selected_, [this](size_t i) {
                       return columns_[i].decoded == corrupt_;
                     });
    auto schema = std::make_shared<Schema>();
    for (size_t i : selected_) schema->fields.push_back(input_.fields[i]);
    selected_schema_ = std::move(schema);
    return Status::Ok();
  }

  Result<Decoded> Decode(const RecordBatch& records, const BatchContext& context) override;

 private:
  bool decodes() const { return !message_.fields.empty(); }
  // Spark's own columns of a Kafka source, which has no processing_timestamp.
  bool IsPlainKafkaColumn(size_t i) const {
    return columns_[i].kafka != KafkaColumn::kProcessingTimestamp &&
           !input_.fields[i].name.starts_with("kafka_");
  }

  void DefineInput(bool include_headers);
  Result<Decoded> DecodeBatch(const RecordBatch& records, const BatchContext& context);
  Status DecodeRecords(const RecordBatch& records, size_t max_bytes, Decoded* out);
  Status DecodeRecord(const RecordBatch& records, uint32_t index, Decoded* out);
  void SetCorruptText(std::string_view message, int64_t row);
  Status RejectRecord(const RecordBatch& records, uint32_t index, ExactOutcome outcome,
                      std::vector<Reject>* rejects);
  void CloseExplode();
  // Whether the last record stands in the result.
  bool HasRow() const;
  bool FinishColumn(const InputColumn& column, const RecordBatch& records,
                    int64_t batch_timestamp_ms, Repeats& repeats, ArrowArray* out);
  Repeats CountRepeats(const RecordBatch& records, const BatchContext& context);
  Result<Columns> Assemble(const RecordBatch& records, const BatchContext& context);

  DecodeOptions options_;
  Schema message_;  // columns of the DDL
  int explode_;     // its index in there; -1: off
  int corrupt_;
  Schema input_;
  std::vector<InputColumn> columns_;  // beside input_.fields
  std::vector<size_t> selected_;
  bool keeps_corrupt_ = false;  // the text of corrupt records is among the selected
  std::shared_ptr<const Schema> selected_schema_;
  DateTimeParsers datetime_;
  ExactText text_;
  ColumnBuilder root_;
  FastDecoder fast_;
  ExactDecoder exact_;
  std::vector<int32_t> counts_;
};

void JsonDecoder::DefineInput(bool include_headers) {
  for (size_t i = 0; i < message_.fields.size(); ++i) {
    Field field = message_.fields[i];
    field.nullable = true;  // from_json makes every field nullable
    if (static_cast<int>(i) == explode_) field.type = field.type.children()[0].type;
    input_.fields.push_back(std::move(field));
    columns_.push_back({static_cast<int>(i), KafkaColumn::kKey});
  }
  const Schema decoded = input_;
  for (KafkaField& kafka : KafkaFieldsBeside(decoded, include_headers)) {
    input_.fields.push_back(std::move(kafka.field));
    columns_.push_back({-1, kafka.column});
  }
}

// The last row of the corrupt column is null until its record turns out corrupt.
void JsonDecoder::SetCorruptText(std::string_view message, int64_t row) {
  ColumnBuilder& column = root_.child(static_cast<size_t>(corrupt_));
  column.Truncate(row);
  column.AppendBytes(RepairUtf8(message));
}

void JsonDecoder::CloseExplode() {
  ColumnBuilder& list = root_.child(static_cast<size_t>(explode_));
  const int64_t last = list.length() - 1;
  if (!options_.explode_outer || list.SizeAt(last) != 0) return;
  list.Truncate(last);
  list.child(0).AppendNull();
  list.CloseList();
}

bool JsonDecoder::HasRow() const {
  if (explode_ < 0) return true;
  const ColumnBuilder& list = root_.child(static_cast<size_t>(explode_));
  return list.SizeAt(list.length() - 1) > 0;
}

Status JsonDecoder::RejectRecord(const RecordBatch& records, uint32_t index, ExactOutcome outcome,
                                 std::vector<Reject>* rejects) {
  if (outcome.ends_query) {
    return Status::Stop(
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER",
        PlaceOf(records, index) + ": " + outcome.detail +
            "; Spark 3 ends the query here. Nothing of this batch was written. With "
            "decode.sparkVersion: 4.0 such a value is NULL; or declare the column as STRING");
  }
  if (options_.mode == DecodeOptions::Mode::kFailFast) {
    return Status::Stop(
        "MALFORMED_RECORD_IN_PARSING",
        PlaceOf(records, index) + ": " + ToString(outcome.reason) + ": " + outcome.detail +
            "; decode.mode: FAILFAST stops here and nothing of this batch was written. With "
            "PERMISSIVE such a record becomes NULL columns");
  }
  rejects->push_back({index, outcome.reason, std::move(outcome.detail)});
  return Status::Ok();
}

// A few bytes of message may be a whole row: `{}` of a struct with many fields.
Status JsonDecoder::DecodeRecords(const RecordBatch& records, size_t max_bytes, Decoded* out) {
  constexpr size_t kLookEvery = 1 << 20;
  root_.Reserve(static_cast<int64_t>(records.records.size()), records.value_bytes);
  size_t unseen = 0;
  for (uint32_t i = 0; i < records.records.size(); ++i) {
    SLUICE_RETURN_IF_ERROR(DecodeRecord(records, i, out));
    unseen += records.records[i].value_size;
    if (unseen < kLookEvery) continue;
    unseen = 0;
    if (records.records.size() > 1 && root_.bytes() > max_bytes)
      return TooLarge(records, "the message's columns");
  }
  return Status::Ok();
}

Status JsonDecoder::DecodeRecord(const RecordBatch& records, uint32_t index, Decoded* out) {
  const Record& record = records.records[index];
  const int64_t row = root_.length();
  if (record.value == nullptr) {
    for (size_t c = 0; c < root_.num_children(); ++c) root_.child(c).AppendNull();
    root_.CloseStruct();
  } else if (fast_.Decode(record.value_view())) {
    out->unmatched += !fast_.matched();
  } else {
    ExactOutcome outcome = exact_.Decode(record.value_view(), row, &root_);
    out->unmatched += !outcome.corrupt && !outcome.matched;
    if (outcome.corrupt) {
      SLUICE_RETURN_IF_ERROR(RejectRecord(records, index, std::move(outcome), &out->rejects));
      if (corrupt_ >= 0) SetCorruptText(record.value_view(), row);
    }
  }
  if (explode_ >= 0) CloseExplode();
  const bool rejected = !out->rejects.empty() && out->rejects.back().record == index;
  if (rejected && keeps_corrupt_ && HasRow()) ++out->kept;
  return Status::Ok();
}

Repeats JsonDecoder::CountRepeats(const RecordBatch& records, const BatchContext& context) {
  const auto record_count = static_cast<int64_t>(records.records.size());
  if (explode_ < 0) return {nullptr, record_count, 0};
  const ColumnBuilder& list = root_.child(static_cast<size_t>(explode_));
  counts_.resize(static_cast<size_t>(list.length()));
  for (int64_t i = 0; i < list.length(); ++i) counts_[static_cast<size_t>(i)] = list.SizeAt(i);
  const int64_t room_bytes = record_count > 1 ? context.max_bytes : INT64_MAX;
  return {counts_.data(), list.child(0).length(), room_bytes};
}

bool JsonDecoder::FinishColumn(const InputColumn& column, const RecordBatch& records,
                               int64_t batch_timestamp_ms, Repeats& repeats, ArrowArray* out) {
  if (column.decoded < 0) {
    ColumnBuilder kafka = BuildKafkaColumn(column.kafka, records, batch_timestamp_ms);
    return FinishRows(kafka, repeats, out);
  }
  ColumnBuilder& decoded = root_.child(static_cast<size_t>(column.decoded));
  if (column.decoded != explode_) return FinishRows(decoded, repeats, out);
  decoded.FinishElements(out);
  return true;
}

Result<Columns> JsonDecoder::Assemble(const RecordBatch& records, const BatchContext& context) {
  Repeats repeats = CountRepeats(records, context);
  ArrayParts parts;
  parts.length = repeats.rows;
  parts.buffers = {nullptr};
  Status status;
  for (size_t i = 0; i < selected_.size() && status.ok(); ++i) {
    ArrowArray array{};
    if (FinishColumn(columns_[selected_[i]], records, context.batch_timestamp_ms, repeats,
                     &array)) {
      parts.children.push_back(array);
    } else {
      status = TooLarge(records, "column " + input_.fields[selected_[i]].name);
    }
  }
  ArrowArray array{};
  ExportArray(std::move(parts), &array);
  Columns columns(selected_schema_, array);  // owns what is finished, also on an error
  if (!status.ok()) return status;
  return columns;
}

Result<Decoded> JsonDecoder::Decode(const RecordBatch& records, const BatchContext& context) {
  try {
    return DecodeBatch(records, context);
  } catch (const std::bad_alloc&) {
    return Status::Stop("OUT_OF_MEMORY",
                        "the machine gave no memory for the columns of some records; nothing of "
                        "their batch was written. Give the program more, or lower query.memory");
  }
}

Result<Decoded> JsonDecoder::DecodeBatch(const RecordBatch& records, const BatchContext& context) {
  datetime_.set_now_seconds(context.batch_timestamp_ms / 1000);
  root_.Clear();  // what an error left too
  Decoded out;
  out.records = static_cast<int64_t>(records.records.size());
  if (decodes())
    SLUICE_RETURN_IF_ERROR(DecodeRecords(records, static_cast<size_t>(context.max_bytes), &out));
  if (root_.overflowed()) return TooLarge(records, "a column of the message");
  SLUICE_ASSIGN_OR_RETURN(out.columns, Assemble(records, context));
  return out;
}

// Index of a root column by its exact name; -1: none.
int IndexOf(const Schema& schema, const std::string& name) {
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

Result<int> ExplodeIndex(const DecodeOptions& options, const Schema& schema) {
  if (options.explode.empty()) return -1;
  const std::string key = options.explode_outer ? "explode_outer" : "explode";
  const int index = schema.Find(options.explode);
  if (index < 0) {
    return Status::Exit("EXPLODE", key + ": the schema has no column '" + options.explode + "'");
  }
  const DataType& type = schema.fields[static_cast<size_t>(index)].type;
  if (type.kind() != TypeKind::kArray || type.children()[0].type.kind() != TypeKind::kStruct) {
    return Status::Exit("EXPLODE", key + ": column '" + options.explode +
                                       "' has to be an ARRAY<STRUCT<...>>, it is " + type.ToDdl());
  }
  return index;
}

Result<int> CorruptIndex(const DecodeOptions& options, const Schema& schema) {
  const int index = IndexOf(schema, options.column_name_of_corrupt_record);
  if (index < 0 || schema.fields[static_cast<size_t>(index)].type.kind() == TypeKind::kString)
    return index;
  return Status::Exit("CORRUPT_RECORD_TYPE", "columnNameOfCorruptRecord: column '" +
                                                 options.column_name_of_corrupt_record +
                                                 "' has to be a STRING");
}

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::Make(const DecodeOptions& options, bool include_headers) {
  Schema schema;
  if (!options.schema.empty()) {
    SLUICE_ASSIGN_OR_RETURN(schema, ParseDdl(options.schema));
  }
  SLUICE_ASSIGN_OR_RETURN(const int explode, ExplodeIndex(options, schema));
  SLUICE_ASSIGN_OR_RETURN(const int corrupt, CorruptIndex(options, schema));
  SLUICE_ASSIGN_OR_RETURN(const SparkRules rules, RulesOf(options.spark_version));
  SLUICE_ASSIGN_OR_RETURN(DateTimeParsers datetime, DateTimeParsers::Make(options));
  std::unique_ptr<Decoder> decoder = std::make_unique<JsonDecoder>(
      options, std::move(schema), rules, std::move(datetime), explode, corrupt, include_headers);
  SLUICE_RETURN_IF_ERROR(decoder->SelectInputs(decoder->default_columns()));
  return decoder;
}

}  // namespace sluice::decode
