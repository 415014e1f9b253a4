// SPDX-License-Identifier: Apache-2.0
#include "page/payload_text.h"

#include <gtest/gtest.h>

namespace sluice::page {
namespace {

using std::string_literals::operator""s;

struct Case {
  std::string bytes;
  bool base64;
  std::string text;
};

class PayloadTextTest : public ::testing::TestWithParam<Case> {};

TEST_P(PayloadTextTest, IsShownAs) {
  const PayloadText text = TextOf(GetParam().bytes);
  EXPECT_EQ(text.base64, GetParam().base64);
  EXPECT_EQ(text.text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, PayloadTextTest,
    ::testing::Values(Case{"", false, ""}, Case{"plain {\"a\":1}", false, "plain {\"a\":1}"},
                      Case{"Z\xC3\xBCrich \xF0\x9F\x9A\x8C", false,
                           "Z\xC3\xBCrich \xF0\x9F\x9A\x8C"},
                      Case{"cut \xF0\x9F\x9A", false, "cut "},  // in the middle of a character
                      Case{"\xE2\x82", false, ""}, Case{"\xFF\xFE\x00"s, true, "//4A"},
                      Case{"\x0A\x0B\xC0\x80", true, "CgvAgA=="},  // overlong
                      Case{"\xED\xA0\x80", true, "7aCA"},          // a surrogate
                      Case{"\xF5\x80\x80\x80", true, "9YCAgA=="},  // beyond Unicode
                      Case{"a\x80", true, "YYA="}, Case{"\x80", true, "gA=="}));

}  // namespace
}  // namespace sluice::page
