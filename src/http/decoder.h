// SPDX-License-Identifier: Apache-2.0
//
// Unpacks one content coding piece by piece; what comes out is handed on at once, never kept.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace sluice::http {

class Decoder {
 public:
  // A piece of what was unpacked, at most 32 KiB; false stops the decoding.
  using Sink = std::function<bool(std::string_view)>;

  enum class State {
    kGoesOn,
    kStopped,  // the sink said so
    kBroken    // not of this coding, or damaged
  };

  virtual ~Decoder() = default;
  virtual State Decode(std::string_view packed, const Sink& sink) = 0;
  virtual bool complete() const = 0;  // the end mark was seen
};

// "gzip" (of one or several members; what follows the last is ignored), "x-gzip", "deflate" (with zlib's
// header, or raw as some servers send it), "br". Null for other names.
std::unique_ptr<Decoder> MakeDecoder(std::string_view coding);

}  // namespace sluice::http
