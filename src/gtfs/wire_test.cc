// SPDX-License-Identifier: Apache-2.0
#include "gtfs/wire.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::gtfs {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros

// "1:varint 150 | 2:bytes "abc" | ...", then "!" and the position where it stopped, "?" if it ran out.
std::string Read(std::string_view bytes, int depth = 0) {
  std::string text;
  WireReader reader(bytes, depth);
  for (WireField field; reader.Next(&field);) {
    if (!text.empty()) text += " | ";
    text += fmt::format("{}:", field.number);
    switch (field.type) {
      case WireType::kVarint: text += fmt::format("varint {}", field.value); break;
      case WireType::kFixed32: text += fmt::format("fixed32 {}", field.value); break;
      case WireType::kFixed64: text += fmt::format("fixed64 {}", field.value); break;
      case WireType::kBytes: text += fmt::format("bytes \"{}\"", field.bytes()); break;
      case WireType::kGroup: text += fmt::format("group of {}", field.record().size()); break;
    }
  }
  if (!reader.ok()) text += fmt::format("!{}{}", reader.position(), reader.ran_out() ? "?" : "");
  return text;
}

TEST(Wire, ReadsEachType) {
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("\x08\x96\x01"s), "1:varint 150");
  EXPECT_EQ(Read("\x12\x03"s + "abc" + "\x08\x01"), "2:bytes \"abc\" | 1:varint 1");
  EXPECT_EQ(Read("\x0d\x01\x02\x00\x00"s), "1:fixed32 513");
  EXPECT_EQ(Read("\x09\x00\x00\x00\x00\x00\x00\x00\x80"s), "1:fixed64 9223372036854775808");
  EXPECT_EQ(Read("\x0b\x10\x05\x1b\x1c\x0c\x08\x01"s), "1:group of 6 | 1:varint 1");
  EXPECT_EQ(Read("\xfa\xff\xff\xff\x0f\x00"s), "536870911:bytes \"\"");
}

TEST(Wire, ALongVarintLosesWhatDoesNotFit) {
  EXPECT_EQ(Read("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), "1:varint 18446744073709551615");
  EXPECT_EQ(Read("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s), "1:varint 18446744073709551615");
  EXPECT_EQ(Read("\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00"s), "1:varint 1");
}

TEST(Wire, RefusesWhatIsNone) {
  EXPECT_EQ(Read("\x08\x01\x00\x01"s), "1:varint 1!2");              // field number 0
  EXPECT_EQ(Read("\x08\x01\x0e\x01"s), "1:varint 1!2");              // wire type 6
  EXPECT_EQ(Read("\x08\x01\x0c"s), "1:varint 1!2");                  // an end without a start
  EXPECT_EQ(Read("\x0b\x14"s), "!0");                                // the end of another group
  EXPECT_EQ(Read("\x88\x80\x80\x80\x80\x00\x01"s), "!0");            // a tag of six bytes
  EXPECT_EQ(Read("\x88\x80\x80\x80\x10\x01"s), "!0");                // a tag over 32 bits
  EXPECT_EQ(Read("\x08" + std::string(10, '\xff') + "\x01"), "!0");  // a varint of eleven bytes
}

TEST(Wire, TellsThatBytesRanOut) {
  EXPECT_EQ(Read("\x08\x01\x08"s), "1:varint 1!2?");
  EXPECT_EQ(Read("\x08\x96"s), "!0?");
  EXPECT_EQ(Read("\x12\x04"s + "abc"), "!0?");
  EXPECT_EQ(Read("\x0d\x01\x02\x00"s), "!0?");
  EXPECT_EQ(Read("\x0b\x08\x01"s), "!0?");
  EXPECT_EQ(Read("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), "!0?");  // a length of 2^64-1
}

TEST(Wire, GroupsNestAHundredDeepAndNoFurther) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '\x0b') + std::string(depth, '\x0c');
  };
  EXPECT_EQ(Read(nested(100)), "1:group of 200");
  EXPECT_EQ(Read(nested(101)), "!0");
  EXPECT_EQ(Read(nested(99), 1), "1:group of 198");
  EXPECT_EQ(Read(nested(100), 1), "!0");
}

TEST(Wire, WritesBytesFields) {
  std::string out;
  AppendBytesField(2, "abc", &out);
  AppendBytesField(1001, std::string(300, 'x'), &out);
  EXPECT_EQ(Read(out), "2:bytes \"abc\" | 1001:bytes \"" + std::string(300, 'x') + "\"");
}

}  // namespace
}  // namespace sluice::gtfs
