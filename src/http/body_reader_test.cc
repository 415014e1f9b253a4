// SPDX-License-Identifier: Apache-2.0
#include "http/body_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/gzip.h"

namespace sluice::http {
namespace {

using ::testing::HasSubstr;

constexpr BodyLimits kLimits = {.wire = 1 << 20, .body = 4 << 20, .ratio = 100};

// b"brotli " * 4, packed by libbrotlienc at quality 11.
constexpr std::string_view kBrotli(
    "\x1b\x1b\x00\xf8\x8d\x54\xb5\xbf\x06\x11\x93\xa3\x93\x69\x6c\x6f\x31\x4f\x24\x70\xfb\x00", 22);

std::string Shown(const std::optional<Failure>& failure) {
  if (!failure) return "no failure";
  return std::string(FailureName(failure->kind)) + ": " + failure->message;
}

// The body, or the failure; in pieces of `step` bytes.
std::string Read(std::string_view coding, std::string_view wire, size_t step = 1000,
                 BodyLimits limits = kLimits) {
  BodyReader reader(limits);
  if (const auto failure = reader.Begin(coding, -1)) return Shown(failure);
  for (; !wire.empty(); wire.remove_prefix(std::min(step, wire.size())))
    if (const auto failure = reader.Add(wire.substr(0, step))) return Shown(failure);
  if (const auto failure = reader.End()) return Shown(failure);
  return reader.body();
}

std::string Noise(size_t size) {
  std::string noise(size, '\0');
  uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return noise;
}

TEST(BodyReader, TakesAPlainBody) {
  for (const char* coding : {"", "identity", "utf-8", "binary", "none"})
    EXPECT_EQ(Read(coding, "body"), "body") << coding;
}

TEST(BodyReader, UnpacksGzipInPiecesOfAnySize) {
  const std::string text = Noise(200000) + std::string(200000, 'x');
  const std::string packed = Gzip(text);
  for (const size_t step : {size_t{1}, size_t{7}, size_t{16384}, packed.size()})
    EXPECT_EQ(Read("gzip", packed, step), text) << step;
  EXPECT_EQ(Read("X-GZIP", packed), text);
}

TEST(BodyReader, UnpacksBrotli) {
  for (const size_t step : {size_t{1}, size_t{5}, size_t{100}})
    EXPECT_EQ(Read("br", kBrotli, step), "brotli brotli brotli brotli ");
  EXPECT_EQ(Read("br", kBrotli.substr(0, 20)),
            "truncated: its br data stops before the end, after 20 bytes");
}

TEST(BodyReader, UnpacksSeveralMembersAndIgnoresPadding) {
  const std::string two = Gzip("one ") + Gzip("two");
  for (const size_t step : {size_t{1}, two.size()}) EXPECT_EQ(Read("gzip", two, step), "one two");
  EXPECT_EQ(Read("gzip", Gzip("one") + std::string(512, '\0')), "one");
}

TEST(BodyReader, UnpacksCodingsOnOneAnother) {
  EXPECT_EQ(Read("gzip, gzip", Gzip(Gzip("body"))), "body");
  EXPECT_EQ(Read("gzip,gzip,gzip,gzip", "x"), "bad_encoding: 4 content codings on one another");
}

TEST(BodyReader, UnpacksDeflateWithAndWithoutHeader) {
  const std::string packed = Gzip("deflate me");
  // Between gzip's header of 10 bytes and its trailer of 8 stands raw deflate.
  EXPECT_EQ(Read("deflate", packed.substr(10, packed.size() - 18)), "deflate me");
  // python3 -c "import zlib; print(zlib.compress(b'deflate me'))"
  const std::string_view zlib("x\x9cKIM\xcbI,IU\xc8M\x05\x00\x15`\x03\xc8", 18);
  EXPECT_EQ(Read("deflate", zlib, 1), "deflate me");
}

TEST(BodyReader, NamesABodyThatIsNotWhatItSays) {
  EXPECT_EQ(Read("gzip", "\n\x0d\n\x03 plain"),
            "bad_encoding: the body is not gzip as its Content-Encoding says: it begins with 0a 0d "
            "0a 03");
  EXPECT_THAT(Read("br", "\xff\xff\xff\xff plain"), HasSubstr("bad_encoding: the body is not br"));
  EXPECT_EQ(Read("zstd", "x"), "bad_encoding: the body is coded as zstd, which was not asked for");
}

TEST(BodyReader, NamesDamageAndAMissingEnd) {
  std::string packed = Gzip(Noise(50000));
  EXPECT_EQ(Read("gzip", packed.substr(0, 30000)),
            "truncated: its gzip data stops before the end, after 30000 bytes");
  EXPECT_THAT(Read("gzip", packed.substr(0, packed.size() - 1)), HasSubstr("truncated: "));
  packed[packed.size() - 5] ^= 1;  // in the checksum
  EXPECT_THAT(Read("gzip", packed), HasSubstr("bad_encoding: its gzip data is damaged"));
}

TEST(BodyReader, AnEmptyBodyIsEmptyWhateverItSays) { EXPECT_EQ(Read("gzip", ""), ""); }

TEST(BodyReader, StopsAtTheLimitOfWireBytes) {
  EXPECT_EQ(Read("", std::string((1 << 20) + 1, 'x')),
            "too_large: more than 1048576 bytes were sent");
  BodyReader reader(kLimits);
  EXPECT_EQ(Shown(reader.Begin("", 2 << 20)),
            "too_large: its Content-Length is 2097152, more than the 1048576 bytes allowed");
}

TEST(BodyReader, StopsAtTheLimitOfDecodedBytes) {
  BodyReader reader({.wire = 1 << 20, .body = 4 << 20, .ratio = 1e9});
  ASSERT_EQ(Shown(reader.Begin("gzip", -1)), "no failure");
  EXPECT_EQ(Shown(reader.Add(Gzip(std::string(64 << 20, '\0')))),
            "too_large: the body is larger than the 4194304 bytes allowed");
  EXPECT_LE(reader.body().capacity(), size_t{8} << 20);
}

TEST(BodyReader, StopsAGzipBombByItsRatio) {
  const std::string bomb = Gzip(std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 70000u);
  BodyReader reader({.wire = 64 << 20, .body = 1 << 30, .ratio = 100});
  ASSERT_EQ(Shown(reader.Begin("gzip", -1)), "no failure");
  std::optional<Failure> failure;
  for (size_t at = 0; at < bomb.size() && !failure; at += 16384)
    failure = reader.Add(std::string_view(bomb).substr(at, 16384));
  EXPECT_EQ(Shown(failure), "ratio: 16384 bytes unpack to more than 100 times as many");
  EXPECT_LE(reader.body().size(), size_t{2} << 20);
}

TEST(BodyReader, ABombInsideABombIsStoppedToo) {
  EXPECT_THAT(Read("gzip, gzip", Gzip(Gzip(std::string(64 << 20, '\0')))), HasSubstr("ratio: "));
}

TEST(BodyReader, ABombThatTheLastCodingSwallowsIsStoppedToo) {
  const std::string padding(8 << 20, '\0');
  const std::string bomb = Gzip(Gzip("") + padding);
  EXPECT_THAT(Read("gzip, gzip", bomb), HasSubstr("ratio: "));
  EXPECT_THAT(Read("gzip, gzip, gzip", Gzip(bomb)), HasSubstr("ratio: "));
  EXPECT_THAT(Read("br, gzip", Gzip(std::string(kBrotli) + padding)), HasSubstr("ratio: "));
  EXPECT_EQ(Read("gzip, gzip", bomb, 1000, {.wire = 1 << 20, .body = 64 << 10, .ratio = 1e9}),
            "too_large: the body is larger than the 65536 bytes allowed");
}

TEST(BodyReader, TheLimitIsForEachOfSeveralCodingsNotForTheirSum) {
  const std::string text = Noise(900000);
  EXPECT_TRUE(Read("gzip, gzip", Gzip(Gzip(text)), 1000,
                   {.wire = 1 << 20, .body = 1000000, .ratio = 100}) == text);
}

TEST(BodyReader, ASmallBodyMayPackAsWellAsItLikes) {
  EXPECT_EQ(Read("gzip", Gzip(std::string(1 << 20, '\0'))).size(), size_t{1} << 20);
}

TEST(Gzip, IsTheSameForTheSame) {
  EXPECT_EQ(Gzip("feed"), Gzip("feed"));
  EXPECT_EQ(Read("gzip", Gzip("")), "");
}

TEST(AcceptsGzip, ReadsTheHeader) {
  for (const char* yes : {"gzip", "br, GZIP;q=0.5", "*", "deflate;q=0, *;q=0.1", "gzip; q=0.001"})
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.0, *", "identity", "gzipped"})
    EXPECT_FALSE(AcceptsGzip(no)) << no;
}

}  // namespace
}  // namespace sluice::http
