// SPDX-License-Identifier: Apache-2.0
#include "http/body_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "http/header_text.h"

namespace sluice::http {

namespace {

constexpr size_t kMostCodings = 3;
constexpr size_t kRatioFloor = 1 << 20;
constexpr size_t kReserve = 64 << 20;

// Real codings that nobody asked the server for. Other unknown words ("utf-8", "binary", "aws-chunked") are
// mistakes for nothing at all.
bool IsForeignCoding(const std::string& name) {
  return name == "zstd" || name == "compress" || name == "x-compress" || name == "dcb" ||
         name == "dcz" || name == "exi" || name == "pack200-gzip" || name == "bzip2" ||
         name == "xz" || name == "lzma";
}

std::string FirstBytes(std::string_view data) {
  std::string text;
  for (const char c : data.substr(0, 4))
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(c));
  return text;
}

}  // namespace

std::optional<Failure> BodyReader::Begin(std::string_view content_encoding,
                                         int64_t content_length) {
  if (content_length > limits_.wire) {
    return Failure{FailureKind::kTooLarge,
                   fmt::format("its Content-Length is {}, more than the {} bytes allowed",
                               content_length, limits_.wire)};
  }
  const auto codings = SplitTrimmed(content_encoding, ',');
  if (codings.size() > kMostCodings)
    return Failure{FailureKind::kBadEncoding,
                   fmt::format("{} content codings on one another", codings.size())};
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    std::string name = ToLower(*coding);
    if (auto decoder = MakeDecoder(name)) {
      stages_.push_back({std::move(name), std::move(decoder)});
    } else if (IsForeignCoding(name)) {
      return Failure{FailureKind::kBadEncoding,
                     fmt::format("the body is coded as {}, which was not asked for", name)};
    }
  }
  if (stages_.empty() && content_length > 0)
    body_.reserve(std::min(
        {static_cast<size_t>(content_length), kReserve, static_cast<size_t>(limits_.body)}));
  return std::nullopt;
}

std::optional<Failure> BodyReader::Add(std::string_view wire) {
  wire_bytes_ += static_cast<int64_t>(wire.size());
  if (wire_bytes_ > limits_.wire) {
    Fail(FailureKind::kTooLarge, fmt::format("more than {} bytes were sent", limits_.wire));
  } else {
    Pass(0, wire);
  }
  return failure_;
}

std::optional<Failure> BodyReader::End() {
  if (wire_bytes_ == 0) return std::nullopt;  // empty is empty, whatever its header says
  for (const Stage& stage : stages_) {
    if (!stage.decoder->complete()) {
      Fail(FailureKind::kTruncated, fmt::format("its {} data stops before the end, after {} bytes",
                                                stage.coding, wire_bytes_));
      break;
    }
  }
  return failure_;
}

bool BodyReader::Pass(size_t index, std::string_view data) {
  if (index == stages_.size()) return Append(data);
  Stage& stage = stages_[index];
  stage.taken += data.size();
  // A coding may swallow what it is given, so the body's size alone does not bound the work.
  if (index > 0 && !Allow(stage.taken)) return false;
  const auto state = stage.decoder->Decode(
      data, [this, index](std::string_view piece) { return Pass(index + 1, piece); });
  if (state == Decoder::State::kBroken)
    return Fail(FailureKind::kBadEncoding, Broken(stage.coding, data));
  return state == Decoder::State::kGoesOn;
}

bool BodyReader::Append(std::string_view data) {
  const size_t size = body_.size() + data.size();
  // Of a body that is too large the begin is kept: it may be a page that says what is wrong.
  body_.append(data.substr(0, static_cast<size_t>(limits_.body) - body_.size()));
  return Allow(size);
}

bool BodyReader::Allow(size_t decoded) {
  if (decoded > static_cast<size_t>(limits_.body)) {
    return Fail(FailureKind::kTooLarge,
                fmt::format("the body is larger than the {} bytes allowed", limits_.body));
  }
  if (decoded > kRatioFloor &&
      static_cast<double>(decoded) > limits_.ratio * static_cast<double>(wire_bytes_)) {
    return Fail(FailureKind::kRatio, fmt::format("{} bytes unpack to more than {:g} times as many",
                                                 wire_bytes_, limits_.ratio));
  }
  return true;
}

bool BodyReader::Fail(FailureKind kind, std::string message) {
  if (!failure_) failure_ = Failure{kind, std::move(message)};
  return false;
}

std::string BodyReader::Broken(const std::string& coding, std::string_view data) const {
  const bool at_start = wire_bytes_ == static_cast<int64_t>(data.size()) && body_.empty();
  if (at_start)
    return fmt::format("the body is not {} as its Content-Encoding says: it begins with {}", coding,
                       FirstBytes(data));
  return fmt::format("its {} data is damaged, within the first {} bytes", coding, wire_bytes_);
}

}  // namespace sluice::http
