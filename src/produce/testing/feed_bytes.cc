// SPDX-License-Identifier: Apache-2.0
#include "produce/testing/feed_bytes.h"

#include <string_view>

namespace sluice::produce {

namespace {

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void AppendNumber(int field, uint64_t value, std::string& out) {
  AppendVarint(static_cast<uint64_t>(field) << 3, out);
  AppendVarint(value, out);
}

void AppendBytes(int field, std::string_view bytes, std::string& out) {
  AppendVarint(static_cast<uint64_t>(field) << 3 | 2, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

}  // namespace

std::string FeedBytes(std::optional<uint64_t> header_time,
                      const std::vector<std::string>& vehicles) {
  std::string header, feed;
  AppendBytes(1, "2.0", header);
  if (header_time) AppendNumber(3, *header_time, header);
  AppendBytes(1, header, feed);
  for (const std::string& id : vehicles) {
    std::string descriptor, vehicle, entity;
    AppendBytes(1, id, descriptor);
    AppendBytes(8, descriptor, vehicle);
    AppendBytes(1, "e-" + id, entity);
    AppendBytes(4, vehicle, entity);
    AppendBytes(2, entity, feed);
  }
  return feed;
}

std::string LargeFeedBytes(uint64_t header_time, int vehicles) {
  std::vector<std::string> ids;
  for (int i = 0; i < vehicles; ++i) ids.push_back("v" + std::to_string(i));
  return FeedBytes(header_time, ids);
}

}  // namespace sluice::produce
