// SPDX-License-Identifier: Apache-2.0
#include "gtfs/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "gtfs/entity_facts.h"
#include "gtfs/json_text.h"

namespace sluice::gtfs {

namespace {

// "1700000000.123": seconds since 1970 as Python's time.time() has them.
std::string Seconds(int64_t ms) {
  const char* sign = ms < 0 ? "-" : "";
  const uint64_t magnitude = ms < 0 ? -static_cast<uint64_t>(ms) : static_cast<uint64_t>(ms);
  return fmt::format("{}{}.{:03}", sign, magnitude / 1000, magnitude % 1000);
}

// `"source":...,"producer_timestamp":...`, which every message ends in.
std::string EnvelopeJson(const ParsedFeed& feed, const Envelope& envelope) {
  std::string json = "\"source\":";
  AppendJsonText(envelope.source, &json);
  if (feed.header().timestamp) {
    fmt::format_to(std::back_inserter(json), ",\"feed_timestamp\":{}", *feed.header().timestamp);
  }
  fmt::format_to(std::back_inserter(json), ",\"fetch_timestamp\":{},\"producer_timestamp\":{}",
                 Seconds(envelope.fetch_time_ms), Seconds(envelope.producer_time_ms));
  return json;
}

class MessageWriter {
 public:
  MessageWriter(const ParsedFeed& feed, const Envelope& envelope, const MessageOptions& options,
                const MessageSink& sink, MessageCounts* counts)
      : feed_(feed),
        source_(envelope.source),
        options_(options),
        json_(options.json),
        sink_(sink),
        counts_(counts),
        tail_(EnvelopeJson(feed, envelope)) {}

  Status WriteEntities();
  Status WriteChunks();
  // False if the feed is larger than a message may be; nothing was sent then.
  Result<bool> WriteFeed();

 private:
  // `taken`: of the value, beside the entities.
  void LimitEntities(size_t taken) {
    json_.max_bytes = options_.max_bytes - std::min(options_.max_bytes, taken);
  }
  void MakeHead(Faults* faults);
  bool Render(std::string_view entity, size_t index, Faults* faults);
  template <typename Take, typename End>
  Status ForEachChunk(Faults* faults, Take take, End end);
  void AddToValue();
  void FinishValue(const std::string& chunk);
  Status Send(std::string_view key, std::string_view value);
  std::string_view KeyOf(std::string_view entity);

  const ParsedFeed& feed_;
  const std::string& source_;
  const MessageOptions& options_;
  JsonOptions json_;  // with what an entity may take
  const MessageSink& sink_;
  MessageCounts* counts_;
  std::string tail_;  // the envelope
  std::string head_;  // `{"header":{...}` and the feed's own extensions
  std::string key_;
  std::string text_;  // one entity
  std::string value_;
};

Status MessageWriter::Send(std::string_view key, std::string_view value) {
  SLUICE_RETURN_IF_ERROR(sink_(key, value));
  ++counts_->messages;
  counts_->bytes += static_cast<int64_t>(value.size());
  return Status::Ok();
}

std::string_view MessageWriter::KeyOf(std::string_view entity) {
  const EntityFacts facts = FactsOf(entity);
  key_ = source_;
  key_ += '|';
  AppendUtf8(!facts.vehicle_id.empty() ? facts.vehicle_id
             : !facts.trip_id.empty()  ? facts.trip_id
                                       : facts.id,
             &key_);
  return key_;
}

// Into text_; false if the entity is dropped.
bool MessageWriter::Render(std::string_view entity, size_t index, Faults* faults) {
  text_.clear();
  return AppendEntityJson(entity, index, json_, faults, &text_) != EntityResult::kDropped;
}

Status MessageWriter::WriteEntities() {
  LimitEntities(tail_.size() + 1);
  // Of the header only its time goes out; its faults are counted all the same.
  head_ = "{";
  AppendHeaderJson(feed_, json_, &counts_->faults, &head_);
  AppendFeedExtensions(feed_, json_, &counts_->faults, &head_);
  size_t index = 0;
  EntityCursor cursor(feed_);
  for (std::string_view entity; cursor.Next(&entity); ++index) {
    if (!Render(entity, index, &counts_->faults)) continue;
    text_.pop_back();
    if (text_.size() > 1) text_ += ',';
    text_ += tail_;
    text_ += '}';
    SLUICE_RETURN_IF_ERROR(Send(KeyOf(entity), text_));
  }
  return Status::Ok();
}

// An entity needs the greater part of a message: no header may fill it.
void MessageWriter::MakeHead(Faults* faults) {
  JsonOptions json = options_.json;
  json.max_bytes = options_.max_bytes / 4;
  head_ = "{";
  AppendHeaderJson(feed_, json, faults, &head_);
  const size_t size = head_.size();
  AppendFeedExtensions(feed_, json, faults, &head_);
  if (head_.size() - size > json.max_bytes) {
    head_.resize(size);
    if (faults != nullptr) {
      faults->Add(Fault{FaultKind::kTooLarge, "", "", "extensions of the FeedMessage"});
    }
  }
  LimitEntities(head_.size() + tail_.size() +
                sizeof R"(,"entity":[],,"chunk":{"index":,"count":}})" +
                2 * std::numeric_limits<size_t>::digits10);
}

// Calls take() with an entity in text_, and end() after the last of each chunk. The same every time.
template <typename Take, typename End>
Status MessageWriter::ForEachChunk(Faults* faults, Take take, End end) {
  size_t index = 0;
  size_t entities = 0;
  size_t bytes = 0;
  EntityCursor cursor(feed_);
  for (std::string_view entity; cursor.Next(&entity); ++index) {
    if (!Render(entity, index, faults)) continue;
    const bool full = entities >= options_.max_entities || bytes + text_.size() > json_.max_bytes;
    if (full && entities > 0) {
      SLUICE_RETURN_IF_ERROR(end());
      entities = 0;
      bytes = 0;
    }
    take();
    ++entities;
    bytes += text_.size() + 1;
  }
  return end();
}

void MessageWriter::AddToValue() {
  if (value_.empty()) {
    value_ = head_;
    value_ += head_.size() > 1 ? ",\"entity\":[" : "\"entity\":[";
  } else {
    value_ += ',';
  }
  value_ += text_;
}

void MessageWriter::FinishValue(const std::string& chunk) {
  if (value_.empty()) {
    value_ = head_;  // no entity: no key, as in Python
  } else {
    value_ += ']';
  }
  if (value_.size() > 1) value_ += ',';
  value_ += tail_;
  value_ += chunk;
  value_ += '}';
}

Status MessageWriter::WriteChunks() {
  MakeHead(&counts_->faults);
  // Each chunk tells how many there are: they are counted first, then rendered again, since their text all
  // together may be large.
  size_t count = 0;
  SLUICE_RETURN_IF_ERROR(ForEachChunk(
      &counts_->faults, [] {},
      [&] {
        ++count;
        return Status::Ok();
      }));
  size_t number = 0;
  return ForEachChunk(
      nullptr, [this] { AddToValue(); },
      [&] {
        FinishValue(fmt::format(R"(,"chunk":{{"index":{},"count":{}}})", number++, count));
        SLUICE_RETURN_IF_ERROR(Send(source_, value_));
        value_.clear();
        return Status::Ok();
      });
}

Result<bool> MessageWriter::WriteFeed() {
  Faults faults;
  MakeHead(&faults);
  size_t index = 0;
  EntityCursor cursor(feed_);
  for (std::string_view entity; cursor.Next(&entity); ++index) {
    const int64_t too_large = faults.count(FaultKind::kTooLarge);
    if (Render(entity, index, &faults)) AddToValue();
    if (faults.count(FaultKind::kTooLarge) > too_large) return false;
    if (value_.size() + tail_.size() + sizeof "],}" > options_.max_bytes) return false;
  }
  FinishValue("");
  counts_->faults = std::move(faults);
  SLUICE_RETURN_IF_ERROR(Send(source_, value_));
  return true;
}

}  // namespace

const char* ToString(MessageMode mode) {
  switch (mode) {
    case MessageMode::kFeed: return "feed";
    case MessageMode::kEntity: return "entity";
    case MessageMode::kChunk: break;
  }
  return "chunk";
}

Status WriteMessages(const ParsedFeed& feed, const Envelope& envelope,
                     const MessageOptions& options, const MessageSink& sink,
                     MessageCounts* counts) {
  const auto writer = [&] { return MessageWriter(feed, envelope, options, sink, counts); };
  if (options.mode == MessageMode::kEntity) return writer().WriteEntities();
  if (options.mode == MessageMode::kFeed) {
    SLUICE_ASSIGN_OR_RETURN(const bool written, writer().WriteFeed());
    if (written) return Status::Ok();
    counts->fell_to_chunks = true;
  }
  return writer().WriteChunks();
}

}  // namespace sluice::gtfs
