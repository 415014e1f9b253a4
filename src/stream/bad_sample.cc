// SPDX-License-Identifier: Apache-2.0
#include "stream/bad_sample.h"

#include <algorithm>
#include <string_view>

namespace sluice::stream {

namespace {

constexpr size_t kLongestDetail = 300;

bool HasRoom(const std::vector<BadSample>& samples, std::string_view reason, int most) {
  return std::ranges::count(samples, reason, &BadSample::reason) < most;
}

BadSample SampleOf(const RecordBatch& records, const decode::Reject& reject) {
  const Record& record = records.records[reject.record];
  BadSample sample;
  sample.reason = decode::ToString(reject.reason);
  sample.detail = reject.detail.substr(0, kLongestDetail);
  sample.partition = {records.topics[record.topic], PartitionId{record.partition}};
  sample.offset = Offset{record.offset};
  sample.payload = record.value_view().substr(0, kSampleBytes);
  sample.payload_bytes = static_cast<int64_t>(record.value_size);
  return sample;
}

}  // namespace

void KeepSamples(const RecordBatch& records, const std::vector<decode::Reject>& rejects, int most,
                 std::vector<BadSample>& samples) {
  for (const decode::Reject& reject : rejects) {
    // There are only a few samples: looking through them costs less than a map would.
    if (HasRoom(samples, decode::ToString(reject.reason), most))
      samples.push_back(SampleOf(records, reject));
  }
}

void KeepSamples(const std::vector<BadSample>& more, int most, std::vector<BadSample>& samples) {
  for (const BadSample& sample : more)
    if (HasRoom(samples, sample.reason, most)) samples.push_back(sample);
}

}  // namespace sluice::stream
