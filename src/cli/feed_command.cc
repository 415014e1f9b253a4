// SPDX-License-Identifier: Apache-2.0
#include "cli/feed_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "cli/feed_body.h"
#include "core/clock.h"
#include "gtfs/feed_report_text.h"
#include "gtfs/messages.h"
#include "http/url.h"

namespace sluice::cli {

namespace {

constexpr int kGood = 0;
constexpr int kUsable = 1;
constexpr int kNotAFeed = 2;

int Complain(const Status& status) {
  fmt::print(stderr, "sluice feed: {}\n", status.message());
  return kNotAFeed;
}

gtfs::MessageMode ModeOf(const std::string& mode) {
  if (mode == "entity") return gtfs::MessageMode::kEntity;
  return mode == "chunk" ? gtfs::MessageMode::kChunk : gtfs::MessageMode::kFeed;
}

gtfs::MessageOptions OptionsOf(const FeedArguments& arguments) {
  gtfs::MessageOptions options;
  options.mode = ModeOf(arguments.mode);
  options.max_entities = static_cast<size_t>(arguments.max_entities);
  options.max_bytes = static_cast<size_t>(arguments.max_bytes);
  options.json.int64_as_string = !arguments.int64_as_number;
  options.json.raw_extensions = arguments.raw_extensions;
  return options;
}

// An answer that is an error is none, whatever its body is.
void NoteStatus(int status, gtfs::FeedReport* report) {
  if (status >= 200 && status < 300) return;
  report->verdict = gtfs::Verdict::kNotAFeed;
  report->findings.insert(report->findings.begin(), fmt::format("the server answered {}", status));
  report->fate = fmt::format("counts HTTP {} and asks again later", status);
}

void PrintLine(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

void TellFaults(const gtfs::Faults& faults) {
  for (const gtfs::Fault& fault : faults.first) fmt::print(stderr, "{}\n", fault.ToString());
  const auto more = faults.total() - static_cast<int64_t>(faults.first.size());
  if (more > 0) fmt::print(stderr, "... and {} more\n", more);
}

Status PrintMessages(const gtfs::ParsedFeed& feed, const FeedArguments& arguments,
                     gtfs::Faults* faults) {
  const gtfs::MessageOptions options = OptionsOf(arguments);
  if (arguments.mode == "message") {
    PrintLine(gtfs::FeedMessageJson(feed, options.json, faults));
    return Status::Ok();
  }
  const int64_t now_ms = SystemClock().NowMs();
  gtfs::MessageCounts counts;
  const Status status = gtfs::WriteMessages(
      feed, {arguments.name, now_ms, now_ms}, options,
      [&](std::string_view key, std::string_view value) {
        if (arguments.keys) fmt::print("{}\t", key);
        PrintLine(value);
        return std::ferror(stdout) == 0 ? Status::Ok()
                                        : Status::Exit("OUTPUT", "standard output is closed");
      },
      &counts);
  if (counts.fell_to_chunks) {
    fmt::print(stderr, "larger than {} bytes: in chunks\n", options.max_bytes);
  }
  *faults = std::move(counts.faults);
  return status;
}

}  // namespace

int InspectFeedCommand(const FeedArguments& arguments) {
  auto body = ReadFeedBody(arguments.source, arguments.headers);
  if (!body.ok()) return Complain(body.status());
  gtfs::InspectOptions options;
  options.now_seconds = SystemClock().NowMs() / 1000;
  options.is_live = body->is_live;
  options.messages = OptionsOf(arguments);
  gtfs::FeedReport report = gtfs::Inspect(std::move(body->bytes), options);
  report.answer = body->answer;
  NoteStatus(body->status, &report);
  report.body.sentence = http::WithoutSecrets(report.body.sentence, body->secrets);
  for (std::string& finding : report.findings) {
    finding = http::WithoutSecrets(finding, body->secrets);
  }
  const std::string text = arguments.json ? gtfs::ReportJson(report, body->name) + "\n"
                                          : gtfs::ReportText(report, body->name);
  std::fputs(text.c_str(), stdout);
  switch (report.verdict) {
    case gtfs::Verdict::kGood: return kGood;
    case gtfs::Verdict::kUsable: return kUsable;
    case gtfs::Verdict::kNotAFeed: break;
  }
  return kNotAFeed;
}

int FeedJsonCommand(const FeedArguments& arguments) {
  auto body = ReadFeedBody(arguments.source, arguments.headers);
  if (!body.ok()) return Complain(body.status());
  if (body->status < 200 || body->status >= 300) {
    return Complain(
        Status::Exit("FETCH", fmt::format("{}: the server answered {}", body->name, body->status)));
  }
  const gtfs::FeedReading reading = gtfs::ReadFeed(std::move(body->bytes));
  if (!reading.feed) {
    return Complain(Status::Exit(
        "BODY",
        http::WithoutSecrets(fmt::format("{}: the body is {}", body->name, reading.body.sentence),
                             body->secrets)));
  }
  gtfs::Faults faults;
  const Status status = PrintMessages(*reading.feed, arguments, &faults);
  std::fflush(stdout);
  TellFaults(faults);
  if (!status.ok()) return Complain(status);
  return faults.total() > 0 ? kUsable : kGood;
}

}  // namespace sluice::cli
