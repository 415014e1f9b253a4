// SPDX-License-Identifier: Apache-2.0
#include "decode/json_scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "decode/key_table.h"
#include "decode/scalar_text.h"

namespace sluice::decode {
namespace {

// The number as a double; NaN where the fast way declines.
double Number(const std::string& text) {
  double value = 0;
  // Near the end of a message and far from it.
  for (const char* rest : {"}", ",\"and more\":1}"}) {
    const std::string terminated = text + rest;
    ScannedNumber number;
    if (!ScanNumber(terminated.data(), terminated.data() + terminated.size(), &number) ||
        !ToDouble(number, terminated.data(), &value)) {
      return std::nan("");
    }
    EXPECT_EQ(number.end, terminated.data() + text.size());
  }
  return value;
}

TEST(JsonScanTest, NumbersAreTheNearestDoubles) {
  for (const char* text : {"0", "-1", "1.5", "-71.145", "42.395123", "1e3", "1E-7",
                           "2.2250738585072014e-308", "1.7976931348623157e308", "9007199254740993",
                           "-71.14500000000001", "123456789012345678901234567890",
                           "0.1000000000000000055511151231257827", "1e22", "1e23", "8.41e-23"}) {
    EXPECT_EQ(Number(text), std::strtod(text, nullptr)) << text;
  }
  EXPECT_TRUE(std::signbit(Number("-0.0")));
  for (const char* odd : {"01", "-", "1.", ".5", "1e", "1e+", "+1", "1e400", "1x", "--1", "0x1"}) {
    EXPECT_TRUE(std::isnan(Number(odd))) << odd;
  }
}

// The string between the quotes, unescaped; "?" where the fast way declines.
std::string Text(const std::string& raw) {
  const std::string terminated = raw + "\",\"more\":1}";
  std::vector<uint8_t> room(raw.size() + 17, '~');
  const size_t size =
      CopyString(terminated.data(), terminated.data() + terminated.size(), room.data());
  if (size == SIZE_MAX) return "?";
  EXPECT_EQ(room.back(), '~');
  return {reinterpret_cast<const char*>(room.data()), size};
}

TEST(JsonScanTest, StringsAreUnescaped) {
  EXPECT_EQ(Text(""), "");
  EXPECT_EQ(Text("plain"), "plain");
  const std::string forty(40, 'x');
  EXPECT_EQ(Text(forty), forty);
  EXPECT_EQ(Text(forty + "\\n" + forty), forty + "\n" + forty);
  EXPECT_EQ(Text(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Text(R"(\u0041\u00e9\u20AC\ud83d\ude00)"), "Aé€😀");
  EXPECT_EQ(Text(std::string("\\u0000")), std::string(1, '\0'));
  for (const char* odd : {R"(\x)", R"(\u12)", R"(\u12G4)", R"(\ud83d)", R"(\ud83dx)", R"(\ude00)",
                          R"(\ud83d\u0041)"}) {
    EXPECT_EQ(Text(odd), "?") << odd;
  }
}

class KeyTableTest : public ::testing::Test {
 protected:
  // Field of the key that follows the last one.
  int32_t Next(const std::string& key) {
    const std::string text = key + "\":0" + std::string(slack_, ' ');
    const char* end = text.data() + text.size();
    const uint32_t guess =
        previous_ == KeyTable::kEscaped ? table_.first() : table_.next(previous_);
    const uint32_t entry =
        table_.Find(guess, previous_, text.data(), end, [&] { return text.data() + key.size(); });
    if (entry == KeyTable::kEscaped) return -2;
    guessed_ = entry == guess || entry == table_.next(guess);
    previous_ = entry;
    return table_.field(entry);
  }
  void NewObject() { previous_ = KeyTable::kEscaped; }

  KeyTable table_{{"id", "latitude", "a_name_of_exactly_thirty_one_ch",
                   "a_name_longer_than_two_registers_x", "", "q\"q"}};
  uint32_t previous_ = KeyTable::kEscaped;
  bool guessed_ = false;
  size_t slack_ = 40;
};

TEST_F(KeyTableTest, FollowsTheOrderOfTheSchemaAndThenOfTheMessages) {
  EXPECT_EQ(Next("id"), 0);
  EXPECT_TRUE(guessed_);
  EXPECT_EQ(Next("latitude"), 1);
  EXPECT_TRUE(guessed_);
  EXPECT_EQ(Next("a_name_of_exactly_thirty_one_ch"), 2);
  EXPECT_EQ(Next("a_name_longer_than_two_registers_x"), 3);
  EXPECT_EQ(Next(""), 4);
  NewObject();
  for (int round = 0; round < 2; ++round) {
    NewObject();
    EXPECT_EQ(Next("latitude"), 1);
    EXPECT_TRUE(guessed_);  // the second field where the first is missing
    EXPECT_EQ(Next("unknown"), -1);
    EXPECT_EQ(guessed_, round == 1);
    EXPECT_EQ(Next("id"), 0);
  }
}

TEST_F(KeyTableTest, ComparesWholeKeys) {
  for (size_t slack : {size_t{40}, size_t{0}}) {
    slack_ = slack;
    NewObject();
    EXPECT_EQ(Next("i"), -1);
    EXPECT_EQ(Next("idx"), -1);
    EXPECT_EQ(Next("ID"), -1);
    EXPECT_EQ(Next("id"), 0);
    EXPECT_EQ(Next("a_name_longer_than_two_registers_y"), -1);
    EXPECT_EQ(Next("a_name_longer_than_two_registers_x"), 3);
    EXPECT_EQ(Next("i\\u0064"), -2);
    EXPECT_EQ(Next(""), 4);
  }
}

TEST_F(KeyTableTest, LearnsALimitedNumberOfUnknownKeys) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Next("unknown" + std::to_string(i)), -1);
  EXPECT_EQ(Next("id"), 0);
  EXPECT_EQ(Next("unknown999"), -1);
  EXPECT_EQ(Next("latitude"), 1);
}

TEST(ScalarTextTest, DecimalsRoundHalfUp) {
  const auto number = [](std::string_view text, int precision, int scale) {
    __int128 value = 0;
    return ParseDecimalNumber(text, precision, scale, &value) ? static_cast<int64_t>(value)
                                                              : INT64_MIN;
  };
  EXPECT_EQ(number("0.005", 10, 2), 1);
  EXPECT_EQ(number("-0.005", 10, 2), -1);
  EXPECT_EQ(number("2.675", 10, 2), 268);
  EXPECT_EQ(number("0.0049999999999999999999999999999999999999999", 10, 2), 0);
  EXPECT_EQ(number("1e5", 10, 2), 10000000);
  EXPECT_EQ(number("1e-400", 10, 2), 0);
  EXPECT_EQ(number("99999999.994", 10, 2), 9999999999);
  EXPECT_EQ(number("99999999.995", 10, 2), INT64_MIN);
  EXPECT_EQ(number("1e400", 10, 2), INT64_MIN);
  EXPECT_EQ(number("0e999", 10, 2), 0);
  __int128 value = 0;
  EXPECT_TRUE(ParseDecimalText("1,234.5", 10, 2, &value) && value == 123450);
  EXPECT_TRUE(ParseDecimalText("+.5", 10, 2, &value) && value == 50);
  EXPECT_TRUE(ParseDecimalText("1.", 10, 2, &value) && value == 100);
  for (const char* bad : {" 1.5 ", "", "abc", "NaN", "1e", ".", "1.2.3", "0x1"}) {
    EXPECT_FALSE(ParseDecimalText(bad, 10, 2, &value)) << bad;
  }
}

TEST(ScalarTextTest, Base64NeedsPadding) {
  const auto decoded = [](std::string_view text) {
    std::string bytes;
    return DecodeBase64(text, &bytes) ? bytes : "?";
  };
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("aGVsbG8="), "hello");
  EXPECT_EQ(decoded("aGk="), "hi");
  EXPECT_EQ(decoded("aA=="), "h");
  EXPECT_EQ(decoded("aGVs bG8="), "hello");
  for (const char* bad : {"aGVsbG8", "a", "aGk", "a===", "aG=k", "*bad", "aGV sbG8="})
    EXPECT_EQ(decoded(bad), "?") << bad;
}

}  // namespace
}  // namespace sluice::decode
