// SPDX-License-Identifier: Apache-2.0
//
// The body of one answer as it comes in: decoded at once, and stopped at the first byte past a limit, so that
// it never takes more memory than `body`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "http/decoder.h"

namespace sluice::http {

struct BodyLimits {
  int64_t wire = 0;  // bytes as received
  int64_t body = 0;  // bytes decoded, by any of several codings
  double ratio = 0;  // these by those received, looked at past 1 MiB decoded
};

// Begin, then Add for each piece, then End. After a failure only body() may be asked for. The messages of
// failures lack the address.
class BodyReader {
 public:
  explicit BodyReader(BodyLimits limits) : limits_(limits) {}

  // The value of Content-Encoding ("" if absent), and the Content-Length (-1 if absent).
  std::optional<Failure> Begin(std::string_view content_encoding, int64_t content_length);
  std::optional<Failure> Add(std::string_view wire);
  std::optional<Failure> End();

  int64_t wire_bytes() const { return wire_bytes_; }
  std::string& body() { return body_; }

 private:
  struct Stage {
    std::string coding;
    std::unique_ptr<Decoder> decoder;
    size_t taken = 0;  // bytes that it was given
  };

  // Passes what stage `index` gets through it and those behind it; false with failure_ set.
  bool Pass(size_t index, std::string_view data);
  bool Append(std::string_view data);
  // Whether so many decoded bytes are allowed; false with failure_ set.
  bool Allow(size_t decoded);
  bool Fail(FailureKind kind, std::string message);
  std::string Broken(const std::string& coding, std::string_view data) const;

  const BodyLimits limits_;
  std::vector<Stage> stages_;  // outermost first
  int64_t wire_bytes_ = 0;
  std::string body_;
  std::optional<Failure> failure_;
};

}  // namespace sluice::http
