// SPDX-License-Identifier: Apache-2.0
#include "stream/bad_sample.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::stream {
namespace {

using decode::RejectReason;

// Twenty records at offsets from 100, each `size` bytes long.
RecordBatch Batch(const std::string& value) {
  RecordBatch batch;
  batch.topics = {"a", "b"};
  for (int i = 0; i < 20; ++i) {
    Record record;
    record.value = value.data();
    record.value_size = value.size();
    record.offset = 100 + i;
    record.partition = 3;
    record.topic = 1;
    batch.records.push_back(record);
  }
  return batch;
}

std::vector<decode::Reject> All(RejectReason reason) {
  std::vector<decode::Reject> rejects;
  for (uint32_t i = 0; i < 20; ++i) rejects.push_back({i, reason, "why"});
  return rejects;
}

TEST(BadSample, AFewOfEachReason) {
  const std::string value = "{";
  std::vector<BadSample> samples;
  KeepSamples(Batch(value), All(RejectReason::kNotJson), 5, samples);
  KeepSamples(Batch(value), All(RejectReason::kNotJson), 5, samples);
  KeepSamples(Batch(value), All(RejectReason::kTruncated), 5, samples);
  ASSERT_EQ(samples.size(), 10);
  EXPECT_EQ(samples[0].partition, (TopicPartition{"b", PartitionId{3}}));
  EXPECT_EQ(samples[4].offset, Offset{104});
  EXPECT_EQ(samples[4].reason, "not_json");
  EXPECT_EQ(samples[4].detail, "why");
  EXPECT_EQ(samples[9].reason, "truncated");
}

TEST(BadSample, OnlyTheBeginOfALongMessage) {
  const std::string value(5000, 'x');
  std::vector<BadSample> samples;
  KeepSamples(Batch(value), All(RejectReason::kNotJson), 1, samples);
  EXPECT_EQ(samples[0].payload.size(), kSampleBytes);
  EXPECT_EQ(samples[0].payload_bytes, 5000);
}

TEST(BadSample, NoneIfNoneAreWanted) {
  std::vector<BadSample> samples;
  KeepSamples(Batch("{"), All(RejectReason::kNotJson), 0, samples);
  EXPECT_TRUE(samples.empty());
}

TEST(BadSample, OfSeveralLanesTogether) {
  std::vector<BadSample> one;
  std::vector<BadSample> two;
  const std::string value = "{";
  KeepSamples(Batch(value), All(RejectReason::kNotJson), 3, one);
  KeepSamples(Batch(value), All(RejectReason::kNotJson), 3, two);
  KeepSamples(two, 5, one);
  EXPECT_EQ(one.size(), 5);
}

}  // namespace
}  // namespace sluice::stream
