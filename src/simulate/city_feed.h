// SPDX-License-Identifier: Apache-2.0
//
// A city's feeds as answers want them: bytes with validators, compressed when that is asked for, made once
// for all who ask for the same.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gtfs/city.h"
#include "simulate/fault.h"
#include "simulate/feed_body.h"

namespace sluice::simulate {

struct Content {
  std::shared_ptr<const std::string> bytes;
  std::shared_ptr<const std::string> gzip;  // null until CityFeeds::Compress
  std::string etag;
  int64_t last_modified = 0;
  int64_t header_time = 0;
  int64_t entities = 0;
  int64_t faulty = 0;
};

// Not thread-safe: one server's.
class CityFeeds {
 public:
  explicit CityFeeds(const gtfs::CityOptions& options) : city_(options) {}

  // The feed of that time; valid until the next call.
  Content& At(FeedFile file, int64_t unix_seconds, const Fault& fault);
  static void Compress(Content& content);

 private:
  struct Kept {
    int64_t unix_seconds = -1;
    Fault fault;
    Content content;
  };

  gtfs::City city_;
  std::map<std::pair<FeedKind, FeedFormat>, Kept> kept_;
};

}  // namespace sluice::simulate
