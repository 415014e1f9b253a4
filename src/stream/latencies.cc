// SPDX-License-Identifier: Apache-2.0
#include "stream/latencies.h"

namespace sluice::stream {

void AgeCounts::Add(const AgeCounts& other) {
  for (size_t bin = 0; bin < kBins; ++bin) bins_[bin] += other.bins_[bin];
}

int64_t AgeCounts::AgeOf(size_t bin) {
  if (bin < kPerOctave) return static_cast<int64_t>(bin);
  const auto octave = static_cast<int>(bin >> kBits) - 1;
  const int64_t low = (kPerOctave + static_cast<int64_t>(bin & (kPerOctave - 1))) << octave;
  return low + (int64_t{1} << octave) / 2;
}

std::vector<LatencyCount> AgeCounts::Until(int64_t committed_at_ms) const {
  std::vector<LatencyCount> latencies;
  const int64_t since = committed_at_ms - reference_ms_;
  for (size_t bin = 0; bin < kBins; ++bin) {
    if (bins_[bin] > 0) latencies.push_back({since + AgeOf(bin), bins_[bin]});
  }
  return latencies;
}

}  // namespace sluice::stream
