// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/decode_text.h"

#include <cstring>
#include <memory>

#include "core/columns_json.h"

namespace sluice::decode::testing {

RecordBatch BatchOf(const std::vector<std::optional<std::string>>& values) {
  // Exact allocations: a sanitizer sees every byte that is read past a value.
  auto texts = std::make_shared<std::vector<std::unique_ptr<char[]>>>();
  RecordBatch batch;
  batch.topics = {"t"};
  for (size_t i = 0; i < values.size(); ++i) {
    Record record;
    if (values[i]) {
      auto& text = texts->emplace_back(new char[values[i]->size()]);
      std::memcpy(text.get(), values[i]->data(), values[i]->size());
      record.value = text.get();
      record.value_size = values[i]->size();
    }
    record.offset = static_cast<int64_t>(i);
    record.timestamp_ms = 1000 + static_cast<int64_t>(i);
    record.timestamp_type = 0;
    batch.value_bytes += record.value_size;
    batch.records.push_back(record);
  }
  batch.keep_alive = texts;
  return batch;
}

std::string DecodeLines(Decoder* decoder, const RecordBatch& records) {
  Result<Decoded> decoded = decoder->Decode(records, {.batch_timestamp_ms = 1'700'000'000'000});
  if (!decoded.ok()) return decoded.status().ToString();
  std::string lines;
  for (int64_t row = 0; row < decoded->columns.num_rows(); ++row) {
    AppendRowJson(decoded->columns, row, &lines);
    lines += '\n';
  }
  return lines;
}

std::string DecodeLines(const DecodeOptions& options,
                        const std::vector<std::optional<std::string>>& values) {
  Result<std::unique_ptr<Decoder>> decoder = Decoder::Make(options);
  if (!decoder.ok()) return decoder.status().ToString();
  return DecodeLines(decoder->get(), BatchOf(values));
}

}  // namespace sluice::decode::testing
