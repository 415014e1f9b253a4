// SPDX-License-Identifier: Apache-2.0
//
// Random messages through three decoders: what the fast one takes, the exact one reads the same; and what
// the two together make of a record is what the reference decoder makes of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "decode/schema_ddl.h"
#include "decode/testing/decode_text.h"
#include "decode/testing/fast_against_exact.h"
#include "decode/testing/random_messages.h"
#include "decode/testing/reference_decoder.h"

namespace sluice::decode {
namespace {

using testing::FastAgainstExact;
using testing::RandomMessages;
using testing::ReferenceDecode;
using testing::ReferenceRow;

constexpr int kSchemas = 300;
constexpr int kMessagesEach = 60;

// SLUICE_SEED=n tries other messages.
uint64_t FirstSeed() {
  const char* seed = std::getenv("SLUICE_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 20240310;
}

TEST(DifferentialTest, FastReadsAsExact) {
  int accepted_count = 0;
  for (int s = 0; s < kSchemas; ++s) {
    const uint64_t seed = FirstSeed() + static_cast<uint64_t>(s);
    RandomMessages random(seed);
    const std::string ddl = random.Ddl();
    const std::string version = s % 3 == 0 ? "3.4" : s % 3 == 1 ? "3.5" : "4.0";
    FastAgainstExact both(ddl, version);
    for (int m = 0; m < kMessagesEach; ++m) {
      std::string message = random.Message(both.schema());
      if (m % 3 == 0) message = random.Damaged(message);
      // An allocation of its own, so that a sanitizer sees reads past its end.
      const std::unique_ptr<char[]> bytes(new char[message.size()]);
      std::copy(message.begin(), message.end(), bytes.get());
      bool accepted = false;
      const std::string wrong = both.Check({bytes.get(), message.size()}, &accepted);
      accepted_count += accepted;
      ASSERT_EQ(wrong, "") << "seed " << seed << "\nschema " << ddl << "\nmessage " << message;
    }
  }
  std::cout << "seeds " << FirstSeed() << " and on: " << kSchemas * kMessagesEach << " messages, "
            << accepted_count << " taken by the fast decoder\n";
  EXPECT_GT(accepted_count, kSchemas * kMessagesEach / 4);
}

TEST(DifferentialTest, DecoderReadsAsReference) {
  int compared = 0;
  for (int s = 0; s < kSchemas; ++s) {
    const uint64_t seed = FirstSeed() + 1'000'000 + static_cast<uint64_t>(s);
    RandomMessages random(seed);
    const std::string ddl = random.Ddl();
    const Schema schema = *ParseDdl(ddl);
    auto decoder = Decoder::Make({.schema = ddl});
    ASSERT_TRUE(decoder.ok()) << ddl << decoder.status().ToString();
    for (int m = 0; m < kMessagesEach; ++m) {
      std::string message = random.Message(schema);
      if (m % 5 == 0) message = random.Damaged(message);
      const RecordBatch batch = testing::BatchOf({message});
      auto decoded = (*decoder)->Decode(batch, {});
      if (!decoded.ok()) continue;  // a date that ends the query in Spark 3
      const ReferenceRow reference = ReferenceDecode(schema, message);
      const std::string where =
          "seed " + std::to_string(seed) + "\nschema " + ddl + "\nmessage " + message;
      if (!reference.predictable) {
        // Text that is no JSON is corrupt at the least, whatever was read before the error. (Jackson
        // lets raw control characters pass in base64.)
        if (!reference.well_formed && ddl.find("BINARY") == std::string::npos) {
          ASSERT_FALSE(decoded->rejects.empty()) << where;
        }
        continue;
      }
      ASSERT_EQ(!decoded->rejects.empty(), reference.corrupt) << where;
      std::string row;
      AppendRowJson(decoded->columns, 0, &row);
      ASSERT_EQ(row, reference.json) << where;
      ++compared;
    }
  }
  std::cout << "seeds " << FirstSeed() + 1'000'000 << " and on: " << compared << " rows compared\n";
  EXPECT_GT(compared, kSchemas * kMessagesEach / 3);
}

}  // namespace
}  // namespace sluice::decode
