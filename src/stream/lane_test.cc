// SPDX-License-Identifier: Apache-2.0
#include "stream/lane.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/testing/manual_clock.h"
#include "stream/testing/memory_stages.h"
#include "stream/testing/memory_world.h"

namespace sluice::stream {
namespace {

// Notes what it is asked for and has nothing.
class AskedReader : public kafka::RangeReader {
 public:
  explicit AskedReader(std::vector<kafka::ReadLimits>& asked) : asked_(asked) {}
  Status Start(std::vector<OffsetRange>) override {
    done_ = false;
    return Status::Ok();
  }
  Result<RecordBatch> Read(const kafka::ReadLimits& limits, const std::stop_token&) override {
    asked_.push_back(limits);
    done_ = true;
    return RecordBatch{};
  }
  bool done() const override { return done_; }

 private:
  std::vector<kafka::ReadLimits>& asked_;
  bool done_ = true;
};

// Gives one batch of records.
class OneBatchReader : public kafka::RangeReader {
 public:
  explicit OneBatchReader(RecordBatch batch) : batch_(std::move(batch)) {}
  Status Start(std::vector<OffsetRange>) override {
    done_ = false;
    return Status::Ok();
  }
  Result<RecordBatch> Read(const kafka::ReadLimits&, const std::stop_token&) override {
    done_ = true;
    return batch_;
  }
  bool done() const override { return done_; }

 private:
  RecordBatch batch_;
  bool done_ = true;
};

// Gives one record each time, as large as it may be, and notes how large that was.
class FullReader : public kafka::RangeReader {
 public:
  FullReader(size_t reads, std::vector<size_t>& asked) : reads_(reads), asked_(asked) {}
  Status Start(std::vector<OffsetRange>) override { return Status::Ok(); }
  Result<RecordBatch> Read(const kafka::ReadLimits& limits, const std::stop_token&) override {
    asked_.push_back(limits.max_bytes);
    const auto text = std::make_shared<std::string>(limits.max_bytes, 'x');
    Record record;
    record.value = text->data();
    record.value_size = text->size();
    RecordBatch batch;
    batch.topics = {"topic"};
    batch.records = {record};
    batch.value_bytes = text->size();
    batch.keep_alive = text;
    return batch;
  }
  bool done() const override { return asked_.size() >= reads_; }

 private:
  const size_t reads_;
  std::vector<size_t>& asked_;
};

// Decodes at most `most` records at once, and notes the header of each that it decodes.
class NarrowDecoder : public decode::Decoder {
 public:
  NarrowDecoder(std::unique_ptr<decode::Decoder> decoder, size_t most, std::string& headers)
      : decoder_(std::move(decoder)), most_(most), headers_(headers) {}
  const Schema& input_schema() const override { return decoder_->input_schema(); }
  std::vector<std::string> default_columns() const override { return {}; }
  Status SelectInputs(const std::vector<std::string>&) override { return Status::Ok(); }
  const std::shared_ptr<const Schema>& selected_schema() const override {
    return decoder_->selected_schema();
  }
  Result<decode::Decoded> Decode(const RecordBatch& records,
                                 const decode::BatchContext& context) override {
    const size_t count = records.records.size();
    if (count > most_) return Status::Stop("BATCH_TOO_LARGE", std::to_string(count) + " at once");
    for (const Record& record : records.records)
      headers_ += records.headers.at(record.header_begin).key;
    return decoder_->Decode(records, context);
  }

 private:
  std::unique_ptr<decode::Decoder> decoder_;
  const size_t most_;
  std::string& headers_;
};

// Seven records with a header each; the one of offset 5 is bad.
RecordBatch SevenRecords() {
  RecordBatch batch;
  batch.topics = {"topic"};
  for (uint32_t i = 0; i < 7; ++i) {
    const std::string_view value = i == 5 ? "bad" : "{}";
    Record& record = batch.records.emplace_back();
    record.value = value.data();
    record.value_size = value.size();
    record.offset = i;
    record.header_begin = i;
    record.header_end = i + 1;
    batch.headers.push_back({std::string_view("abcdefg").substr(i, 1), std::nullopt});
    batch.value_bytes += value.size();
  }
  return batch;
}

class LaneTest : public testing::Test {
 protected:
  LaneParts Parts(std::unique_ptr<kafka::RangeReader> reader, Schema columns = MemorySchema()) {
    const Stages stages = MemoryStages(files_);
    LaneParts parts;
    parts.reader = std::move(reader);
    parts.decoder = stages.make_decoder().value();
    parts.transform = stages.make_transform(*parts.decoder).value();
    parts.writer = stages.make_writer({}).value();
    parts.file_schema = std::make_shared<const Schema>(std::move(columns));
    return parts;
  }

  LaneResult RunLane(LaneParts parts, int64_t lane_bytes, int lanes) {
    MemoryBudget budget(lane_bytes);
    StageMeter meter(clock_);
    Lane lane({0, lanes, 1 << 20, /*bad_samples=*/1}, std::move(parts), budget, gate_, meter,
              clock_);
    LaneTask task;
    task.plan = std::make_shared<const BatchPlan>();
    return lane.Run(task, {});
  }

  // How many records a lane over files of these columns asks for before it has seen any.
  size_t FirstChunk(Schema columns, int64_t lane_bytes, int lanes) {
    std::vector<kafka::ReadLimits> asked;
    LaneParts parts = Parts(std::make_unique<AskedReader>(asked), std::move(columns));
    EXPECT_TRUE(RunLane(std::move(parts), lane_bytes, lanes).status.ok());
    return asked.at(0).max_records;
  }

  // Decodes SevenRecords(), at most `most` at once.
  LaneResult RunNarrow(size_t most) {
    LaneParts parts = Parts(std::make_unique<OneBatchReader>(SevenRecords()));
    parts.decoder = std::make_unique<NarrowDecoder>(std::move(parts.decoder), most, headers_);
    return RunLane(std::move(parts), 64 << 20, 1);
  }

  std::shared_ptr<MemoryFiles> files_ = std::make_shared<MemoryFiles>();
  std::string headers_;
  RecordingListener listener_;
  ListenerGate gate_{listener_};
  ManualClock clock_{0, ManualClock::Sleep::kJump};
};

Schema Longs(size_t count) {
  return {std::vector<Field>(count, Field{"n", DataType(TypeKind::kLong), true})};
}

TEST_F(LaneTest, AFirstChunkOfNarrowRowsIsFull) {
  EXPECT_EQ(FirstChunk(Longs(10), 64 << 20, 2), 65536U);
}

// Tiny messages, wide rows: {} becomes 500 columns. Without a look at the schema 65536 of them would be
// 262 MB before anything was learned.
TEST_F(LaneTest, AFirstChunkOfWideRowsFitsIntoTheShare) {
  constexpr int64_t kShare = (24 << 20) / 2 / 2;
  const size_t records = FirstChunk(Longs(500), 24 << 20, 2);
  EXPECT_LE(static_cast<int64_t>(records) * 500 * 8, kShare);
  EXPECT_GE(static_cast<int64_t>(records) * 500 * 8, kShare / 2);
}

TEST_F(LaneTest, SomeRecordsAreAskedForHoweverWideTheRows) {
  EXPECT_EQ(FirstChunk(Longs(20000), 1 << 20, 4), 256U);
}

// What a byte of message becomes is known only afterwards.
TEST_F(LaneTest, AChunkIsAtMostFourTimesAsLargeAsThoseBefore) {
  std::vector<size_t> asked;
  const LaneResult result = RunLane(Parts(std::make_unique<FullReader>(5, asked)), 1 << 30, 1);
  ASSERT_TRUE(result.status.ok()) << result.status.ToString();
  EXPECT_EQ(asked, (std::vector<size_t>{256 << 10, 1 << 20, 4 << 20, 16 << 20, 16 << 20}));
}

// Regression: an explode that made too much of a chunk ended the query for good, as the batch was in
// the log already and each start read the same chunk again.
TEST_F(LaneTest, AChunkThatIsTooLargeToDecodeIsDoneInHalves) {
  const LaneResult result = RunNarrow(2);
  ASSERT_TRUE(result.status.ok()) << result.status.ToString();
  ASSERT_EQ(result.files.size(), 1U);
  std::string offsets;
  for (const MemoryRow& row : files_->Rows(result.files[0].path))
    offsets += std::to_string(row.offset);
  EXPECT_EQ(offsets, "0123456");
  EXPECT_EQ(headers_, "abcdefg");
  EXPECT_EQ(result.stats.records, 7);
  EXPECT_EQ(result.stats.rows, 7);
  EXPECT_EQ(result.stats.input_bytes, 15);
  EXPECT_EQ(result.stats.rejects, (std::map<std::string, int64_t>{{"not_json", 1}}));
  ASSERT_EQ(result.stats.samples.size(), 1U);
  EXPECT_EQ(result.stats.samples[0].offset.value, 5);
}

TEST_F(LaneTest, ARecordThatIsTooLargeToDecodeEndsTheQuery) {
  const LaneResult result = RunNarrow(0);
  EXPECT_EQ(result.status.ToString(), "BATCH_TOO_LARGE: 1 at once");
  EXPECT_TRUE(result.files.empty());
}

}  // namespace
}  // namespace sluice::stream
