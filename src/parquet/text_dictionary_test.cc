// SPDX-License-Identifier: Apache-2.0
#include "parquet/text_dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace sluice::parquet {

namespace {

std::string TextOf(const TextDictionary& dictionary, int32_t number) {
  const auto i = static_cast<size_t>(number);
  return {dictionary.bytes().data() + dictionary.offsets()[i],
          dictionary.bytes().data() + dictionary.offsets()[i + 1]};
}

int32_t NumberOf(TextDictionary& dictionary, const std::string& text) {
  const int32_t offsets[] = {0, static_cast<int32_t>(text.size())};
  int32_t number = -1;
  dictionary.Number(text.data(), offsets, nullptr, 0, 1, &number);
  return number;
}

TEST(TextDictionaryTest, NumbersInOrderOfFirstAppearance) {
  TextDictionary dictionary;
  EXPECT_EQ(NumberOf(dictionary, "b"), 0);
  EXPECT_EQ(NumberOf(dictionary, ""), 1);
  EXPECT_EQ(NumberOf(dictionary, "a"), 2);
  EXPECT_EQ(NumberOf(dictionary, "b"), 0);
  EXPECT_EQ(NumberOf(dictionary, ""), 1);
  EXPECT_EQ(dictionary.size(), 3);
  EXPECT_EQ(TextOf(dictionary, 1), "");
  EXPECT_EQ(TextOf(dictionary, 2), "a");
}

TEST(TextDictionaryTest, TextsOfAllSizesThatDifferInOneByteAreTold) {
  TextDictionary dictionary;
  std::map<std::string, int32_t> expected;
  for (size_t size = 0; size <= 40; ++size) {
    for (size_t i = 0; i <= size; ++i) {
      for (const char other : {'\0', 'y'}) {
        std::string text(size, 'x');
        if (i < size) text[i] = other;
        const auto [known, is_new] =
            expected.try_emplace(text, static_cast<int32_t>(expected.size()));
        EXPECT_EQ(NumberOf(dictionary, text), known->second) << size << " " << i;
      }
    }
  }
  EXPECT_EQ(dictionary.size(), static_cast<int32_t>(expected.size()));
}

TEST(TextDictionaryTest, RangesOfAnArrayWithNulls) {
  TextDictionary dictionary;
  const int32_t offsets[] = {0, 1, 2, 2, 3, 4, 5};
  const uint8_t validity[] = {0b111011};
  int32_t numbers[4];
  dictionary.Number("xabaa", offsets, validity, 1, 5, numbers);
  EXPECT_EQ(std::vector<int32_t>(numbers, numbers + 4), (std::vector<int32_t>{0, 0, 1, 0}));
  EXPECT_EQ(dictionary.size(), 2);
}

TEST(TextDictionaryTest, AgreesWithAMapOverManyTextsAndRounds) {
  TextDictionary dictionary;
  std::mt19937 random(1);
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, int32_t> expected;
    for (int i = 0; i < 30'000; ++i) {
      const std::string text = std::string(random() % 20, 'p') + std::to_string(random() % 5000);
      const auto [known, is_new] =
          expected.try_emplace(text, static_cast<int32_t>(expected.size()));
      ASSERT_EQ(NumberOf(dictionary, text), known->second) << text;
    }
    ASSERT_EQ(dictionary.size(), static_cast<int32_t>(expected.size()));
    for (const auto& [text, number] : expected) ASSERT_EQ(TextOf(dictionary, number), text);
    dictionary.Clear();
    EXPECT_EQ(dictionary.size(), 0);
  }
}

}  // namespace

}  // namespace sluice::parquet
