// SPDX-License-Identifier: Apache-2.0
#include "doctor/feed_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <utility>
#include <variant>

#include "core/clock.h"
#include "doctor/wording.h"
#include "http/url.h"
#include "produce/http_source.h"

namespace sluice::doctor {

namespace {

constexpr size_t kMostLines = 6;
// The client's and the topic's limits are of a batch with its head.
constexpr int64_t kHeadBytes = 1024;
constexpr int64_t kMostSeconds = INT64_MAX / 1000;

std::string NameOf(const produce::FeedOptions& feed) { return "feed " + feed.name; }

gtfs::MessageOptions OptionsOf(const produce::FeedOptions& feed) {
  gtfs::MessageOptions options;
  switch (feed.mode) {
    case produce::MessageMode::kFeed: options.mode = gtfs::MessageMode::kFeed; break;
    case produce::MessageMode::kEntity: options.mode = gtfs::MessageMode::kEntity; break;
    case produce::MessageMode::kChunk: options.mode = gtfs::MessageMode::kChunk; break;
  }
  options.max_entities = static_cast<size_t>(feed.max_entities);
  if (feed.max_message_bytes > 0) options.max_bytes = static_cast<size_t>(feed.max_message_bytes);
  options.json.int64_as_string = feed.int64_as_string;
  options.json.raw_extensions = feed.raw_extensions;
  return options;
}

void Judge(const produce::FeedOptions& feed, FeedLook* look) {
  auto* response = std::get_if<http::Response>(&look->outcome);
  if (response == nullptr || response->status != 200) return;
  gtfs::InspectOptions options;
  options.now_seconds = SystemClock().NowMs() / 1000;
  options.is_live = !feed.url.starts_with("file:");
  options.messages = OptionsOf(feed);
  look->report = gtfs::Inspect(std::move(response->body), options);
}

Finding Unanswered(const FeedLook& look, const http::Failure& failure) {
  const std::string why = OneLine(failure.message, 240);
  using http::FailureKind;
  switch (failure.kind) {
    case FailureKind::kConnect:
      return Fail(look.name, why, "check the address, the name service and this machine's way out");
    case FailureKind::kTimeout:
      return Fail(look.name, why,
                  "check the address and the firewall; raise timeout if it is slow");
    case FailureKind::kTls:
      return Fail(look.name, why, "check the certificate of that host (date, name, authority)");
    case FailureKind::kTooLarge:
    case FailureKind::kRatio:
      return Fail(look.name, why,
                  "raise maxWireBytes, maxBodyBytes or maxRatio if that size is right");
    default: return Fail(look.name, why, "correct url of this feed");
  }
}

Finding Refused(const FeedLook& look, const http::Response& response,
                const produce::FeedOptions& feed) {
  const std::string seen = OneLine(
      produce::WithoutKeys(fmt::format("{}: HTTP {}", look.address, response.status), feed));
  switch (response.status) {
    case 401:
    case 403: return Fail(look.name, seen, "check its key: headers or query of this feed");
    case 404:
    case 410: return Fail(look.name, seen, "correct url of this feed");
    case 429: return Warn(look.name, seen, "raise interval: it asks more often than it may");
    default: break;
  }
  if (response.status >= 500)
    return Fail(look.name, seen, "wait, or tell its operator: the producer asks again by itself");
  return Fail(look.name, seen, "correct url, headers and query of this feed");
}

std::string FirstFinding(const gtfs::FeedReport& report, const produce::FeedOptions& feed) {
  const std::string text = report.findings.empty() ? report.body.sentence : report.findings.front();
  return OneLine(produce::WithoutKeys(text, feed), 240);
}

Finding OfReport(const FeedLook& look, const gtfs::FeedReport& report,
                 const produce::FeedOptions& feed) {
  if (report.verdict == gtfs::Verdict::kNotAFeed) {
    return Fail(look.name, fmt::format("{}: {}", look.address, FirstFinding(report, feed)),
                "correct url; look at it with: sluice feed inspect");
  }
  std::string seen =
      fmt::format("{}: {}", look.address, Counted(report.entities, "entity", "entities"));
  // Whatever the feed says: of a time beyond all calendars too.
  const int64_t age = std::clamp(report.header_age.value_or(0), -kMostSeconds, kMostSeconds);
  if (report.header_age)
    seen += age < 0 ? fmt::format(", {} s in the future", -age) : fmt::format(", {} s old", age);
  const int64_t age_ms = age * 1000;
  if (age_ms < -feed.future_after.count()) {
    return Warn(look.name, seen, "synchronise this machine's clock, or tell the feed's operator");
  }
  if (feed.frozen_after.count() > 0 && age_ms > feed.frozen_after.count())
    return Warn(look.name, seen + ": frozen",
                "tell the feed's operator: its content does not change");
  if (report.entities == 0) return Warn(look.name, seen, "tell the feed's operator if that lasts");
  return Ok(look.name, seen);
}

int64_t LargestOf(const FeedLook& look, const produce::FeedOptions& feed) {
  if (!look.report) return 0;
  return look.report->modes[static_cast<size_t>(OptionsOf(feed).mode)].largest;
}

}  // namespace

std::vector<FeedLook> LookAtFeeds(const std::vector<produce::FeedOptions>& feeds,
                                  std::chrono::milliseconds timeout) {
  std::vector<FeedLook> looks(feeds.size());
  std::vector<std::promise<http::Outcome>> promises(feeds.size());
  auto client = http::Client::Start();
  for (size_t i = 0; i < feeds.size(); ++i) {
    const produce::FeedOptions& feed = feeds[i];
    FeedLook& look = looks[i];
    look.name = NameOf(feed);
    look.is_replay = feed.url.empty();
    if (look.is_replay) {
      std::error_code error;
      const std::filesystem::path path(feed.replay);
      look.address = feed.replay;
      if (!std::filesystem::is_directory(path, error) &&
          !std::filesystem::is_directory(path.parent_path(), error))
        look.trouble = "there is no such directory";
      continue;
    }
    look.address = produce::WithoutKeys(http::RedactedUrl(feed.url), feed);
    if (!client.ok()) continue;
    http::Request request = produce::RequestFor(feed, {});
    request.connect_timeout = std::min(request.connect_timeout, timeout);
    request.total_timeout = std::min(request.total_timeout, timeout);
    (*client)->Fetch(std::move(request), [promise = &promises[i]](http::Outcome outcome) {
      promise->set_value(std::move(outcome));
    });
  }
  for (size_t i = 0; i < feeds.size(); ++i) {
    if (looks[i].is_replay) continue;
    looks[i].outcome = client.ok()
                           ? promises[i].get_future().get()
                           : http::Outcome(http::Failure{.message = client.status().message()});
    Judge(feeds[i], &looks[i]);
  }
  return looks;
}

Finding CheckFeed(const FeedLook& look, const produce::FeedOptions& feed) {
  if (look.is_replay) {
    if (look.trouble.empty()) return Ok(look.name, "replays " + look.address);
    return Fail(look.name, look.address + ": " + look.trouble, "correct replay of this feed");
  }
  if (const auto* failure = std::get_if<http::Failure>(&look.outcome))
    return Unanswered(look, *failure);
  if (look.report) return OfReport(look, *look.report, feed);
  return Refused(look, std::get<http::Response>(look.outcome), feed);
}

Findings CheckFeeds(const std::vector<FeedLook>& looks,
                    const std::vector<produce::FeedOptions>& feeds) {
  Findings all;
  for (size_t i = 0; i < looks.size(); ++i) all.push_back(CheckFeed(looks[i], feeds[i]));
  if (all.size() <= kMostLines) return all;
  const auto well = std::ranges::count(all, Severity::kOk, &Finding::severity);
  std::erase_if(all, [](const Finding& finding) { return finding.severity == Severity::kOk; });
  const size_t ill = all.size();
  if (ill > kMostLines) {
    all.resize(kMostLines - 1);
    all.push_back(Fail("feeds", fmt::format("{} further feeds are not well", ill - all.size()),
                       "mend those above, then run this again"));
  }
  if (well > 0)
    all.insert(all.begin(), Ok("feeds", Counted(well, "feed is", "feeds are") + " well"));
  return all;
}

Finding CheckMessageSizes(const std::vector<FeedLook>& looks,
                          const std::vector<produce::FeedOptions>& feeds, int64_t topic_limit,
                          int64_t client_limit) {
  int64_t largest = 0;
  std::string of;
  for (size_t i = 0; i < looks.size(); ++i) {
    const int64_t bytes = LargestOf(looks[i], feeds[i]);
    if (bytes > largest) of = feeds[i].name;
    largest = std::max(largest, bytes);
  }
  const std::string limits = fmt::format(
      "the client takes {}, {}", Bytes(client_limit),
      topic_limit < 0 ? "the topic's limit is not known" : "the topic " + Bytes(topic_limit));
  if (largest == 0) return Ok("message size", limits);
  const std::string seen =
      fmt::format("largest message now {} ({}); {}", Bytes(largest), of, limits);
  if (topic_limit >= 0 && largest > topic_limit - kHeadBytes) {
    return Warn("message size", seen,
                "raise max.message.bytes of the topic, or set mode: chunk or entity for that feed");
  }
  return Ok("message size", seen);
}

}  // namespace sluice::doctor
