// SPDX-License-Identifier: Apache-2.0
#include "config/text_lines.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/document.h"

namespace sluice::config {
namespace {

// The lines of the file that hold each of the words of the value of `sql`.
std::string LinesOfWords(const std::string& yaml, const std::vector<std::string>& words) {
  const Document document = ParseDocument(yaml);
  if (document.error) return document.error->message;
  const Node& node = document.root.entries.at(0).value;
  std::string lines;
  for (const std::string& word : words) {
    const size_t at = node.text.find(word);
    const size_t newline = node.text.rfind('\n', at);
    const size_t begin = newline == std::string::npos ? 0 : newline + 1;
    const auto line = 1 + std::count(node.text.begin(), node.text.begin() + at, '\n');
    const int found = node.lines.Find(static_cast<int>(line), static_cast<int>(at - begin) + 1);
    lines += (lines.empty() ? "" : " ") + std::to_string(found);
  }
  return lines;
}

const std::vector<std::string> kWords = {"SELECT", "one", "two", "FROM"};

TEST(TextLines, ALiteralBlock) {
  EXPECT_EQ(LinesOfWords("sql: |\n  SELECT\n    one,\n\n    two\n  FROM input\n", kWords),
            "2 3 5 6");
  EXPECT_EQ(LinesOfWords("sql: |- # why\n\n  SELECT one,\n  two FROM input", kWords), "3 3 4 4");
}

TEST(TextLines, AFoldedBlock) {
  EXPECT_EQ(LinesOfWords("sql: >\n  SELECT\n    one,\n\n    two\n  FROM input\n", kWords),
            "2 3 5 6");
  EXPECT_EQ(LinesOfWords("sql: >-\n  SELECT one,\n  two\n  FROM input\n", kWords), "2 2 3 4");
}

TEST(TextLines, APlainText) {
  EXPECT_EQ(LinesOfWords("sql: SELECT one, two FROM input\n", kWords), "1 1 1 1");
  EXPECT_EQ(LinesOfWords("sql: SELECT one,\n  two\n\n  FROM input\n", kWords), "1 1 2 4");
  EXPECT_EQ(LinesOfWords("sql:\n  SELECT one,\n  two FROM input\n", kWords), "2 2 3 3");
}

TEST(TextLines, AQuotedText) {
  EXPECT_EQ(LinesOfWords("sql: \"SELECT one,\n  two\n  FROM input\"\n", kWords), "1 1 2 3");
  // Known up to the escape.
  EXPECT_EQ(LinesOfWords("sql: 'SELECT one,\n  ''x'' AS two\n  FROM input'\n", kWords), "1 1 2 2");
}

TEST(TextLines, VariablesKeepTheLineAndNoMore) {
  TextLines lines("SELECT ${A},\ntwo FROM input", "|\n  SELECT ${A},\n  two FROM input", 0, 7);
  lines.Expanded("SELECT a_long_name_of_a_column,\ntwo FROM input");
  EXPECT_EQ(lines.Find(1, 30), 8);
  EXPECT_EQ(lines.Find(2, 1), 9);
  lines.Expanded("SELECT a,\nb,\nc,\ntwo FROM input");
  EXPECT_EQ(lines.Find(4, 1), 8);
}

TEST(TextLines, NothingIsKnownOfNothing) { EXPECT_EQ(TextLines().Find(1, 1), 0); }

}  // namespace
}  // namespace sluice::config
