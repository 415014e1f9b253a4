// SPDX-License-Identifier: Apache-2.0
//
// How old the records of a batch are, as counts: each record adds to one bin, the bins become latencies
// when the moment of the commit is known.
//
//   AgeCounts ages(batch_trigger_ms);
//   for (const Record& record : records) ages.Add(record.timestamp_ms);
//   std::vector<LatencyCount> latencies = ages.Until(committed_at_ms);
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::stream {

// So many records took about so long.
struct LatencyCount {
  int64_t ms = 0;
  int64_t records = 0;
};

// One thread. Bins are exact below 32 ms, then a thirty-second of an octave each: an age is off by
// 1.6 % at most. An age is that before `reference_ms`, and never less than 0.
class AgeCounts {
 public:
  AgeCounts() = default;
  explicit AgeCounts(int64_t reference_ms) : reference_ms_(reference_ms) {}

  // A negative timestamp is none.
  void Add(int64_t timestamp_ms) {
    if (timestamp_ms < 0) return;
    if (timestamp_ms != last_timestamp_ms_) {
      last_timestamp_ms_ = timestamp_ms;
      last_bin_ = BinOf(reference_ms_ - timestamp_ms);
    }
    ++bins_[last_bin_];
  }
  // Of the same reference.
  void Add(const AgeCounts& other);

  // Bins that hold records, youngest first.
  std::vector<LatencyCount> Until(int64_t committed_at_ms) const;

 private:
  static constexpr int kBits = 5;
  static constexpr int64_t kPerOctave = 1 << kBits;
  static constexpr size_t kBins = (43 - kBits) * kPerOctave;  // up to 2^42 ms

  static size_t BinOf(int64_t age_ms) {
    if (age_ms < kPerOctave) return age_ms < 0 ? 0 : static_cast<size_t>(age_ms);
    const int octave = std::bit_width(static_cast<uint64_t>(age_ms)) - 1 - kBits;
    const auto bin = static_cast<size_t>(((octave + 1) << kBits) + (age_ms >> octave) - kPerOctave);
    return bin < kBins ? bin : kBins - 1;
  }
  // The middle of a bin.
  static int64_t AgeOf(size_t bin);

  int64_t reference_ms_ = 0;
  int64_t last_timestamp_ms_ = -1;
  size_t last_bin_ = 0;
  std::array<int64_t, kBins> bins_{};
};

}  // namespace sluice::stream
