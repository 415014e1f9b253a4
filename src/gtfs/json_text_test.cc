// SPDX-License-Identifier: Apache-2.0
#include "gtfs/json_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "gtfs/random.h"
#include "gtfs/testing/reference_json.h"

namespace sluice::gtfs {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros

std::string Float(float value) {
  std::string out;
  TextBuffer buffer(&out);
  AppendFloat(value, &buffer);
  buffer.Finish();
  return out;
}

std::string Double(double value) {
  std::string out;
  TextBuffer buffer(&out);
  AppendDouble(value, &buffer);
  buffer.Finish();
  return out;
}

std::string Text(std::string_view bytes, size_t repairs = 0) {
  std::string out;
  EXPECT_EQ(AppendJsonText(bytes, &out), repairs) << out;
  return out;
}

// The right column is what Python prints for MessageToDict's value.
TEST(JsonText, FloatsAreWrittenAsPythonDoes) {
  EXPECT_EQ(Float(28.066221F), "28.066221");
  EXPECT_EQ(Float(180), "180.0");
  EXPECT_EQ(Float(0), "0.0");
  EXPECT_EQ(Float(-0.0F), "-0.0");
  EXPECT_EQ(Float(0.1F), "0.1");
  EXPECT_EQ(Float(-1.6236746F), "-1.6236746");
  EXPECT_EQ(Float(0.001F), "0.001");
  EXPECT_EQ(Float(0.0001F), "0.0001");
  EXPECT_EQ(Float(0.00012345F), "0.00012345");
  EXPECT_EQ(Float(1e-5F), "1e-05");
  EXPECT_EQ(Float(1.5e-5F), "1.5e-05");
  EXPECT_EQ(Float(1e6F), "1000000.0");
  EXPECT_EQ(Float(16777216.0F), "16777216.0");
  EXPECT_EQ(Float(123456789.0F), "123456790.0");  // the float is 123456792
  EXPECT_EQ(Float(1e15F), "1000000000000000.0");
  EXPECT_EQ(Float(1e16F), "1e+16");
  EXPECT_EQ(Float(std::numeric_limits<float>::max()), "3.4028235e+38");
  EXPECT_EQ(Float(std::numeric_limits<float>::denorm_min()), "1.4013e-45");
}

TEST(JsonText, DoublesAreWrittenAsPythonDoes) {
  EXPECT_EQ(Double(0.1), "0.1");
  EXPECT_EQ(Double(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Double(1e15), "1000000000000000.0");
  EXPECT_EQ(Double(1234567890123456.7), "1234567890123456.8");
  EXPECT_EQ(Double(9007199254740993.0), "9007199254740992.0");
  EXPECT_EQ(Double(1e16), "1e+16");
  EXPECT_EQ(Double(1e22), "1e+22");
  EXPECT_EQ(Double(-1e-7), "-1e-07");
  EXPECT_EQ(Double(5e-324), "5e-324");
  EXPECT_EQ(Double(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(JsonText, NumbersThatJsonHasNotAreTexts) {
  EXPECT_EQ(Float(NAN), "\"NaN\"");
  EXPECT_EQ(Float(-NAN), "\"NaN\"");
  EXPECT_EQ(Float(INFINITY), "\"Infinity\"");
  EXPECT_EQ(Double(-INFINITY), "\"-Infinity\"");
}

// All powers of two, where the gap below is half of that above, their neighbours, and random bits.
TEST(JsonText, FloatsHaveThePythonsValue) {
  const auto check = [](float value) {
    if (!std::isfinite(value)) return;
    EXPECT_EQ(std::strtod(Float(value).c_str(), nullptr), testing::ShortestFloat(value))
        << std::hexfloat << value;
  };
  for (uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const int32_t step : {-2, -1, 0, 1, 2}) {
      check(std::bit_cast<float>((exponent << 23) + static_cast<uint32_t>(step)));
    }
  }
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    check(std::bit_cast<float>(static_cast<uint32_t>(random.Next())));
    check(static_cast<float>(random.Between(-180, 180)));
  }
}

TEST(JsonText, DoublesReadBackEqual) {
  Random random(2);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random.Next());
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(std::strtod(Double(value).c_str(), nullptr), value);
  }
}

TEST(JsonText, EscapesWhatJsonMustNotHold) {
  EXPECT_EQ(Text("Bus \"1\" \\ /"), R"("Bus \"1\" \\ /")");
  EXPECT_EQ(Text("a\nb\rc\td\be\ff\x01g\x1fh\x7f"s),
            "\"a\\nb\\rc\\td\\be\\ff\\u0001g\\u001fh\x7f\"");
  EXPECT_EQ(Text("\0"s), "\"\\u0000\"");
  EXPECT_EQ(Text("Zürich Hauptbahnhof, 東京 🚍"), "\"Zürich Hauptbahnhof, 東京 🚍\"");
}

// In each place of a word of eight bytes.
TEST(JsonText, FindsEachSpecialByteAnywhere) {
  for (size_t at = 0; at < 24; ++at) {
    std::string text(24, 'x');
    text[at] = '"';
    const std::string rest(23 - at, 'x');
    EXPECT_EQ(Text(text), "\"" + std::string(at, 'x') + "\\\"" + rest + "\"");
    text[at] = '\xff';
    EXPECT_EQ(Text(text, 1), "\"" + std::string(at, 'x') + "\xEF\xBF\xBD" + rest + "\"");
    text[at] = '\x1f';
    EXPECT_EQ(Text(text), "\"" + std::string(at, 'x') + "\\u001f" + rest + "\"");
  }
}

// As Python's decode("utf-8", "replace"): one U+FFFD for each maximal part.
TEST(JsonText, RepairsWhatIsNoUtf8) {
  EXPECT_EQ(Text("Gr\xfc\xdf"
                 "e",
                 2),
            "\"Gr��e\"");                              // Latin-1
  EXPECT_EQ(Text("\x93\x8c\x8b\x9e", 4), "\"����\"");  // Shift_JIS
  EXPECT_EQ(Text("\xe2\x82", 1), "\"�\"");             // cut short
  EXPECT_EQ(Text("\xe2\x82"
                 "A",
                 1),
            "\"�A\"");
  EXPECT_EQ(Text("\xed\xa0\x80", 3), "\"���\"");       // a surrogate
  EXPECT_EQ(Text("\xc0\x80", 2), "\"��\"");            // an overlong zero
  EXPECT_EQ(Text("\xf5\x80\x80\x80", 4), "\"����\"");  // over U+10FFFF
  EXPECT_EQ(Text("\xf0\x90\x80", 1), "\"�\"");
  EXPECT_EQ(Text("\xf4\x90\x80\x80", 4), "\"����\"");
  EXPECT_EQ(Text("\x80", 1), "\"�\"");
}

}  // namespace
}  // namespace sluice::gtfs
