// SPDX-License-Identifier: Apache-2.0
#include "http/decoder.h"

#include <brotli/decode.h>
#include <zlib.h>

#include "core/ascii.h"
#include "http/header_text.h"

namespace sluice::http {

namespace {

constexpr size_t kPiece = 32 << 10;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

class ZlibDecoder : public Decoder {
 public:
  explicit ZlibDecoder(bool gzip) : gzip_(gzip) {}
  ~ZlibDecoder() override {
    if (begun_) inflateEnd(&stream_);
  }

  State Decode(std::string_view packed, const Sink& sink) override {
    if (packed.empty() || ignore_rest_) return State::kGoesOn;
    if (!begun_ && !Begin(packed[0])) return State::kBroken;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    bool full = false;  // the piece before filled the buffer, so zlib may hold more
    while (stream_.avail_in > 0 || full) {
      if (complete_ && !NextMember()) return State::kGoesOn;
      char piece[kPiece];
      stream_.next_out = reinterpret_cast<Bytef*>(piece);
      stream_.avail_out = kPiece;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      const size_t size = kPiece - stream_.avail_out;
      if (size > 0 && !sink({piece, size})) return State::kStopped;
      if (result == Z_BUF_ERROR) break;  // nothing held back
      if (result != Z_OK && result != Z_STREAM_END) return State::kBroken;
      complete_ = result == Z_STREAM_END;
      full = !complete_ && stream_.avail_out == 0;
    }
    return State::kGoesOn;
  }

  bool complete() const override { return complete_; }

 private:
  bool Begin(char first) {
    // The low four bits of zlib's first byte are 8. A raw stream begins so only if its first block is
    // stored, which no packer does with what it can pack.
    const int window = gzip_ ? kGzipWindow : (first & 15) == 8 ? kZlibWindow : kRawWindow;
    return begun_ = inflateInit2(&stream_, window) == Z_OK;
  }

  // Called with input left after the end. Another member may follow, or padding, which is ignored.
  bool NextMember() {
    constexpr Bytef kMagic = 0x1f;
    if (!gzip_ || *stream_.next_in != kMagic) {
      ignore_rest_ = true;
      return false;
    }
    complete_ = false;
    return inflateReset(&stream_) == Z_OK;
  }

  const bool gzip_;
  bool begun_ = false, complete_ = false, ignore_rest_ = false;
  z_stream stream_{};
};

class BrotliDecoder : public Decoder {
 public:
  BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~BrotliDecoder() override {
    if (state_) BrotliDecoderDestroyInstance(state_);
  }
  BrotliDecoder(const BrotliDecoder&) = delete;
  BrotliDecoder& operator=(const BrotliDecoder&) = delete;

  State Decode(std::string_view packed, const Sink& sink) override {
    if (!state_) return State::kBroken;
    auto* in = reinterpret_cast<const uint8_t*>(packed.data());
    size_t left = packed.size();
    while (!complete()) {
      uint8_t piece[kPiece];
      uint8_t* out = piece;
      size_t room = kPiece;
      const BrotliDecoderResult result =
          BrotliDecoderDecompressStream(state_, &left, &in, &room, &out, nullptr);
      const size_t size = kPiece - room;
      if (size > 0 && !sink({reinterpret_cast<char*>(piece), size})) return State::kStopped;
      if (result == BROTLI_DECODER_RESULT_ERROR) return State::kBroken;
      if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) break;
    }
    return State::kGoesOn;
  }

  bool complete() const override { return state_ && BrotliDecoderIsFinished(state_); }

 private:
  BrotliDecoderState* const state_;
};

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(std::string_view coding) {
  const std::string name = ToLower(coding);
  if (name == "gzip" || name == "x-gzip") return std::make_unique<ZlibDecoder>(true);
  if (name == "deflate") return std::make_unique<ZlibDecoder>(false);
  if (name == "br") return std::make_unique<BrotliDecoder>();
  return nullptr;
}

}  // namespace sluice::http
