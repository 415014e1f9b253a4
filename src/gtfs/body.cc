// SPDX-License-Identifier: Apache-2.0
#include "gtfs/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "gtfs/feed_scan.h"
#include "gtfs/json_text.h"

namespace sluice::gtfs {

namespace {

constexpr size_t kLookedAt = 4096;  // bytes from the start
constexpr size_t kQuoted = 80;
constexpr std::string_view kBlanks = " \t\r\n\f\v";

struct Magic {
  std::string_view bytes;
  BodyKind kind;
  const char* sentence;
};
constexpr Magic kMagics[] = {
    {"\x1f\x8b", BodyKind::kGzip,
     "still gzip: packed twice, or without a Content-Encoding that says so"},
    {"\x28\xb5\x2f\xfd", BodyKind::kZstd,
     "still zstd: packed without a Content-Encoding that was asked for"},
    {"PK\x03\x04", BodyKind::kZip, "a zip file; perhaps the static schedule instead of the feed"},
};

// The first bytes on one line: blanks as one space, the rest printable.
std::string Quote(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kLookedAt)) {
    if (line.size() >= kQuoted) break;
    if (kBlanks.find(c) != std::string_view::npos) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      line += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
  }
  std::string result;
  AppendUtf8(line, &result);
  return result;
}

std::string_view WithoutMarkAndBlanks(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text;
}

// Texts hold no control characters. Bytes over 0x7f may be any of a dozen encodings; no more than half of
// them, unless it is UTF-8.
bool IsText(std::string_view bytes) {
  const bool printable = std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f : kBlanks.find(c) != std::string_view::npos || c == '\x1b';
  });
  if (!printable) return false;
  const auto high =
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) != 0; });
  std::string text;
  return static_cast<size_t>(high) * 2 <= bytes.size() || AppendUtf8(bytes, &text) <= 1;
}

Body NameMarkup(std::string_view text) {
  const std::string lower = ToLower(text);
  const bool declared_xml = lower.starts_with("<?xml");
  const auto has = [&](const char* word) { return lower.find(word) != std::string::npos; };
  const bool html = has("<!doctype html") || has("<html") || has("<body") || has("<head") ||
                    (!declared_xml && (has("<title") || has("<h1") || has("<p>") || has("<div")));
  if (!html) return {BodyKind::kXml, fmt::format("XML: \"{}\"", Quote(text))};
  const size_t title = lower.find("<title");
  const size_t begin = title == std::string::npos ? title : lower.find('>', title);
  if (begin == std::string::npos) {
    return {BodyKind::kHtml, fmt::format("an HTML page: \"{}\"", Quote(text))};
  }
  const size_t end = lower.find("</title", begin);
  const std::string_view words = text.substr(begin + 1, end - begin - 1);
  return {BodyKind::kHtml,
          fmt::format("an HTML page, titled \"{}\"", Quote(WithoutMarkAndBlanks(words)))};
}

bool IsTextFormat(std::string_view text) {
  while (text.starts_with('#')) {  // protoscope and friends put comments first
    text.remove_prefix(std::min(text.find('\n'), text.size()));
    text = WithoutMarkAndBlanks(text);
  }
  for (const std::string_view field : {"header", "entity"}) {
    if (!text.starts_with(field)) continue;
    const std::string_view rest = WithoutMarkAndBlanks(text.substr(field.size()));
    if (rest.starts_with('{') || rest.starts_with(':')) return true;
  }
  return false;
}

Body NameText(std::string_view start) {
  const std::string_view text = WithoutMarkAndBlanks(start);
  if (text.empty()) return {BodyKind::kEmpty, "blank"};
  if (text.front() == '<') return NameMarkup(text);
  if (text.front() == '{' || text.front() == '[') {
    const bool feed = text.find("\"header\"") != std::string_view::npos ||
                      text.find("\"entity\"") != std::string_view::npos;
    return {BodyKind::kJson,
            fmt::format("JSON{}: {}", feed ? " of GTFS-Realtime, not Protobuf" : "", Quote(text))};
  }
  if (IsTextFormat(text)) {
    return {BodyKind::kTextFormat,
            fmt::format("Protobuf's text format, not its bytes: \"{}\"", Quote(text))};
  }
  return {BodyKind::kText, fmt::format("text: \"{}\"", Quote(text))};
}

Body NameBytes(std::string_view bytes, const FeedScan& scan) {
  if (scan.is_truncated_feed) {
    return {BodyKind::kTruncated,
            fmt::format(
                "cut short at byte {}: {} entities are whole, the field that starts at byte {} is "
                "not",
                bytes.size(), scan.entities, scan.position)};
  }
  if (scan.header_recognised) {
    return {
        BodyKind::kOther,
        fmt::format("a Protobuf feed that breaks off: after {} entities no field starts at byte {}",
                    scan.entities, scan.position)};
  }
  std::string hex;
  for (const char c : bytes.substr(0, 16)) {
    hex += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  }
  return {BodyKind::kOther,
          fmt::format("{} bytes that are no Protobuf feed, starting with{}", bytes.size(), hex)};
}

}  // namespace

const char* ToString(BodyKind kind) {
  switch (kind) {
    case BodyKind::kFeed: return "feed";
    case BodyKind::kEmpty: return "empty";
    case BodyKind::kTruncated: return "truncated";
    case BodyKind::kHtml: return "html";
    case BodyKind::kXml: return "xml";
    case BodyKind::kJson: return "json";
    case BodyKind::kTextFormat: return "text_format";
    case BodyKind::kText: return "text";
    case BodyKind::kGzip: return "gzip";
    case BodyKind::kZstd: return "zstd";
    case BodyKind::kZip: return "zip";
    case BodyKind::kOther: break;
  }
  return "other";
}

Body NameBody(std::string_view bytes, const FeedScan& scan) {
  if (bytes.empty()) return {BodyKind::kEmpty, "empty"};
  if (scan.is_feed()) return {BodyKind::kFeed, ""};
  for (const Magic& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) return {magic.kind, magic.sentence};
  }
  const std::string_view start = bytes.substr(0, kLookedAt);
  if (IsText(start)) return NameText(start);
  return NameBytes(bytes, scan);
}

Body NameBody(std::string_view bytes) { return NameBody(bytes, ScanFeed(bytes)); }

}  // namespace sluice::gtfs
