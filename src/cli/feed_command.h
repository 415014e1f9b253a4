// SPDX-License-Identifier: Apache-2.0
//
// `sluice feed inspect | json`: looks at one feed, out of a file or the web, without Kafka.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::cli {

struct FeedArguments {
  std::string source;                // http(s)://, file://, a file, or "-" for standard input
  std::vector<std::string> headers;  // "Name: value"; ${NAME} in them and in `source` is looked up
  std::string mode = "feed";         // feed, entity, chunk; of `json` message, too
  int64_t max_entities = 500;
  int64_t max_bytes = 900'000;
  bool int64_as_number = false;
  bool raw_extensions = false;
  bool json = false;          // of inspect
  std::string name = "feed";  // of json: what the messages call their source
  bool keys = false;          // of json: each line begins with the key and a tab
};

// One screen about the feed. Gives 0 for a good one, 1 for one that is usable with faults, 2 for what is no
// feed or cannot be had.
int InspectFeedCommand(const FeedArguments& arguments);

// The messages that the producer would write, one a line; "message" is the bare FeedMessage. What was left
// out or repaired is told on standard error. Same exit codes.
int FeedJsonCommand(const FeedArguments& arguments);

}  // namespace sluice::cli
