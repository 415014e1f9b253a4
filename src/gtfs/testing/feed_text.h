// SPDX-License-Identifier: Apache-2.0
//
// Feeds for tests, readable: Protobuf's text format in, bytes out. Required fields may be missing.
#pragma once

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "gtfs_realtime.pb.h"

namespace sluice::gtfs::testing {

template <typename Message>
std::string BytesOf(const std::string& text) {
  const google::protobuf::LogSilencer silence;  // bad UTF-8 is meant
  Message message;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowPartialMessage(true);
  if (!parser.ParseFromString(text, &message)) throw std::invalid_argument("text format: " + text);
  return message.SerializePartialAsString();
}

inline std::string FeedOf(const std::string& text) {
  return BytesOf<transit_realtime::FeedMessage>(text);
}
inline std::string EntityOf(const std::string& text) {
  return BytesOf<transit_realtime::FeedEntity>(text);
}

// A good header of 2023-11-14T22:13:20Z.
inline constexpr std::string_view kHeader =
    R"(header { gtfs_realtime_version: "2.0" incrementality: FULL_DATASET timestamp: 1700000000 })";

}  // namespace sluice::gtfs::testing
