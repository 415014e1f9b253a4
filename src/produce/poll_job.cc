// SPDX-License-Identifier: Apache-2.0
#include "produce/poll_job.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "gtfs/feed_reader.h"
#include "produce/http_source.h"

namespace sluice::produce {

namespace {

constexpr size_t kLookAtBytes = 4096;

gtfs::MessageMode ModeOf(MessageMode mode) {
  switch (mode) {
    case MessageMode::kEntity: return gtfs::MessageMode::kEntity;
    case MessageMode::kChunk: return gtfs::MessageMode::kChunk;
    case MessageMode::kFeed: break;
  }
  return gtfs::MessageMode::kFeed;
}

gtfs::MessageOptions MessageOptionsOf(const FeedOptions& options, int64_t max_bytes) {
  gtfs::MessageOptions messages;
  messages.mode = ModeOf(options.mode);
  messages.max_entities = static_cast<size_t>(options.max_entities);
  messages.max_bytes = static_cast<size_t>(max_bytes);
  messages.json.int64_as_string = options.int64_as_string;
  messages.json.raw_extensions = options.raw_extensions;
  return messages;
}

PollResult ResultOf(gtfs::BodyKind kind) {
  switch (kind) {
    case gtfs::BodyKind::kEmpty: return PollResult::kEmpty;
    case gtfs::BodyKind::kTruncated: return PollResult::kTruncated;
    default: return PollResult::kNotAFeed;
  }
}

// What a body is, in words. Of a text only its begin counts, and that is quoted: `begin` holds no key.
std::string SentenceOf(const gtfs::Body& body, std::string_view begin) {
  gtfs::Body quoted = gtfs::NameBody(begin);
  return quoted.kind == body.kind && body.kind != gtfs::BodyKind::kTruncated ? quoted.sentence
                                                                             : body.sentence;
}

class Poll {
 public:
  Poll(const FeedOptions& options, PollJob job, RecordSink& sink, const Clock& clock,
       const std::stop_token& give_up)
      : options_(options),
        rules_(RulesOf(options)),
        job_(std::move(job)),
        sink_(sink),
        clock_(clock),
        give_up_(give_up) {}

  PollOutcome Run() {
    Fetched& fetched = job_.fetched;
    FillReport(fetched);
    fetched.body_hash = HashBody(fetched.body);
    auto verdict = JudgeAnswer(rules_, job_.state, fetched, now_ms());
    Take(verdict ? std::move(*verdict) : PublishBody(std::move(fetched.body)));
    out_.state = std::move(job_.state);
    return std::move(out_);
  }

 private:
  // A replay is judged by the time at which it was recorded.
  int64_t now_ms() const { return job_.fetched.recorded_at_ms.value_or(job_.fetched.at_ms); }

  void FillReport(const Fetched& fetched) {
    PollReport& report = out_.report;
    report.feed = job_.feed;
    report.status = fetched.kind == Fetched::Kind::kFailure ? 0 : fetched.status;
    report.wire_bytes = fetched.wire_bytes;
    report.body_bytes = static_cast<int64_t>(fetched.body.size());
    report.fetch_time = fetched.duration;
    report.at_ms = fetched.at_ms;
    out_.retry_after = fetched.retry_after;
    out_.next_in = fetched.next_in;
  }

  void Take(Verdict verdict) {
    out_.report.result = verdict.result;
    out_.report.faults = std::move(verdict.faults);
    out_.report.message = WithoutKeys(std::move(verdict.message), options_);
  }

  Verdict PublishBody(std::string body) {
    const std::string begin = WithoutKeys(body.substr(0, kLookAtBytes), options_);
    const gtfs::FeedReading reading = gtfs::ReadFeed(std::move(body));
    if (!reading.feed) {
      out_.report.bad_body = reading.body.kind;
      return {ResultOf(reading.body.kind), {}, "the body is " + SentenceOf(reading.body, begin)};
    }
    const HeaderTime header = reading.feed->header().timestamp;
    out_.report.header = header;
    Verdict verdict = JudgeHeader(rules_, job_.state, header, now_ms());
    if (verdict.result != PollResult::kPublished) return verdict;
    if (const Status sent = SendMessages(*reading.feed); !sent.ok()) return NotSent(sent);
    Remember(rules_, job_.state, job_.fetched, header, now_ms(), verdict);
    TellOfChunks(verdict);
    return verdict;
  }

  Status SendMessages(const gtfs::ParsedFeed& feed) {
    const gtfs::Envelope envelope{options_.name, job_.fetched.at_ms, clock_.NowMs()};
    return gtfs::WriteMessages(
        feed, envelope, MessageOptionsOf(options_, job_.max_message_bytes),
        [this](std::string_view key, std::string_view value) {
          return sink_.Send(job_.feed, key, value, give_up_);
        },
        &out_.report.counts);
  }

  Verdict NotSent(const Status& status) {
    if (status.Is(ErrorKind::kStop) || status.Is(ErrorKind::kExit)) out_.fatal = status;
    return {PollResult::kNotSent, {}, status.message()};
  }

  void TellOfChunks(Verdict& verdict) const {
    if (!out_.report.counts.fell_to_chunks) return;
    verdict.message += fmt::format(
        "{}the feed is larger than a message of {} bytes: it went out as {} chunks",
        verdict.message.empty() ? "" : "; ", job_.max_message_bytes, out_.report.counts.messages);
  }

  const FeedOptions& options_;
  const FeedRules rules_;
  PollJob job_;
  RecordSink& sink_;
  const Clock& clock_;
  const std::stop_token& give_up_;
  PollOutcome out_;
};

}  // namespace

const char* ToString(DeliveryResult result) {
  switch (result) {
    case DeliveryResult::kDelivered: return "delivered";
    case DeliveryResult::kTooLarge: return "too_large";
    case DeliveryResult::kFailed: return "failed";
  }
  return "failed";
}

PollOutcome RunPoll(const FeedOptions& options, PollJob job, RecordSink& sink, const Clock& clock,
                    const std::stop_token& give_up) {
  const auto begun = clock.Monotonic();
  PollOutcome outcome = Poll(options, std::move(job), sink, clock, give_up).Run();
  outcome.report.render_time =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Monotonic() - begun);
  return outcome;
}

}  // namespace sluice::produce
