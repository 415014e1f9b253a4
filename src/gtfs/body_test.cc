// SPDX-License-Identifier: Apache-2.0
#include "gtfs/body.h"

#include <gtest/gtest.h>

#include "gtfs/testing/feed_text.h"

namespace sluice::gtfs {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros
using testing::FeedOf;
using testing::kHeader;

// "html: an HTML page, ...".
std::string Name(std::string_view bytes) {
  const Body body = NameBody(bytes);
  return std::string(ToString(body.kind)) + ": " + body.sentence;
}

TEST(Body, FeedsAreFeeds) {
  EXPECT_EQ(Name(FeedOf(std::string(kHeader))), "feed: ");
  EXPECT_EQ(Name(FeedOf(std::string(kHeader) + R"(entity { id: "1" })")), "feed: ");
  EXPECT_EQ(Name(FeedOf(R"(entity { id: "1" })")), "feed: ");  // without a header
  EXPECT_EQ(Name("\x0a\x00"s), "feed: ");                      // with an empty one
  EXPECT_EQ(Name(FeedOf(R"(header { timestamp: 5 })")), "feed: ");
}

// A header of 60 bytes makes the body start with "\n<".
TEST(Body, AFeedThatStartsLikeMarkupIsAFeed) {
  const std::string feed =
      FeedOf(R"(header { gtfs_realtime_version: ")" + std::string(58, '2') + R"(" })");
  ASSERT_EQ(feed.substr(0, 2), "\n<");
  EXPECT_EQ(Name(feed), "feed: ");
}

TEST(Body, PagesAndDocuments) {
  EXPECT_EQ(Name("\r\n<!DOCTYPE html>\n<html><head><title> Sign\n in </title></head>"),
            "html: an HTML page, titled \"Sign in \"");
  EXPECT_EQ(Name("<HTML><BODY><h1>502 Bad Gateway</h1></BODY></HTML>"),
            "html: an HTML page: \"<HTML><BODY><h1>502 Bad Gateway</h1></BODY></HTML>\"");
  EXPECT_EQ(Name("<title>x"), "html: an HTML page, titled \"x\"");
  EXPECT_EQ(Name("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
            "xml: XML: \"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>\"");
  EXPECT_EQ(Name("\xef\xbb\xbf{\"error\": \"quota\"}"), "json: JSON: {\"error\": \"quota\"}");
  EXPECT_EQ(Name(R"({"header": {"gtfsRealtimeVersion": "2.0"}})"),
            "json: JSON of GTFS-Realtime, not Protobuf: {\"header\": {\"gtfsRealtimeVersion\": "
            "\"2.0\"}}");
}

TEST(Body, TextFormatAndText) {
  EXPECT_EQ(Name("header {\n  gtfs_realtime_version: \"2.0\"\n}\n"),
            "text_format: Protobuf's text format, not its bytes: \"header { gtfs_realtime_version: "
            "\"2.0\" } \"");
  EXPECT_EQ(Name("# trip updates\nentity: <\n"),
            "text_format: Protobuf's text format, not its bytes: \"# trip updates entity: < \"");
  EXPECT_EQ(Name("not valid pb data"), "text: text: \"not valid pb data\"");
  EXPECT_EQ(Name("\xc3\x89"
                 "chec de l'authentification"),
            "text: text: \"Échec de l'authentification\"");
  EXPECT_EQ(Name(std::string(200, 'x')), "text: text: \"" + std::string(80, 'x') + "\"");
}

TEST(Body, EmptyPackedAndStrange) {
  EXPECT_EQ(Name(""), "empty: empty");
  EXPECT_EQ(Name(" \n"), "empty: blank");
  EXPECT_EQ(Name("\x1f\x8b\x08\x00"s),
            "gzip: still gzip: packed twice, or without a Content-Encoding that says so");
  EXPECT_EQ(Name("PK\x03\x04\x14"s).substr(0, 4), "zip:");
  EXPECT_EQ(Name("\x28\xb5\x2f\xfd"s).substr(0, 5), "zstd:");
  EXPECT_EQ(Name("\xff\xff\xff\xff\xff\xff"s),
            "other: 6 bytes that are no Protobuf feed, starting with ff ff ff ff ff ff");
  EXPECT_EQ(Name("\x08\x01"s), "other: 2 bytes that are no Protobuf feed, starting with 08 01");
}

TEST(Body, TruncatedAtEachByteIsNamed) {
  const std::string feed =
      FeedOf(std::string(kHeader) + R"(entity { id: "1" } entity { id: "2" })");
  // The header takes 15 bytes, each entity 5: cut there, a feed is shorter but whole. Three bytes are blanks.
  for (size_t size = 4; size < feed.size(); ++size) {
    const std::string name = Name(std::string_view(feed).substr(0, size));
    if (size == 15 || size == 20) {
      EXPECT_EQ(name, "feed: ") << size;
    } else {
      EXPECT_EQ(name.substr(0, 10), "truncated:") << size << ": " << name;
    }
  }
  EXPECT_EQ(Name(std::string_view(feed).substr(0, 23)),
            "truncated: cut short at byte 23: 1 entities are whole, the field that starts at byte "
            "20 is not");
}

TEST(Body, AFeedThatBreaksOffIsNamed) {
  const std::string feed = FeedOf(std::string(kHeader) + R"(entity { id: "1" })") + "\x07\x01";
  EXPECT_EQ(Name(feed),
            "other: a Protobuf feed that breaks off: after 1 entities no field starts at byte 20");
}

}  // namespace
}  // namespace sluice::gtfs
