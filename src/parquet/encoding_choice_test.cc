// SPDX-License-Identifier: Apache-2.0
#include "parquet/encoding_choice.h"

#include <gtest/gtest.h>

#include "core/testing/columns_builder.h"

namespace sluice::parquet {

namespace {

Field Of(const std::string& name, TypeKind kind) { return {name, DataType(kind), true}; }

const Schema kSchema{{Of("id", TypeKind::kLong), Of("line", TypeKind::kString),
                      Of("note", TypeKind::kString), Of("lat", TypeKind::kDouble),
                      Of("stop", TypeKind::kInt)}};

// `rows` rows: id, note and lat differ, line and stop repeat.
Columns Rows(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    const std::string n = std::to_string(i);
    text += R"({"id": )" + n + R"(, "line": "L)" + std::to_string(i % 7) + R"(", "note": "n)" + n +
            R"(", "lat": )" + n + R"(.5, "stop": )" + std::to_string(i % 9) + "}";
  }
  return BuildColumns(kSchema, text);
}

void Learn(EncodingChoice& choice, const Columns& columns) {
  std::vector<const ArrowArray*> views;
  for (size_t i = 0; i < columns.num_columns(); ++i) views.push_back(&columns.column(i));
  choice.Learn(views);
}

std::vector<Encoding> All(const EncodingChoice& choice) {
  std::vector<Encoding> encodings;
  for (size_t i = 0; i < choice.leaves().size(); ++i) encodings.push_back(choice.encoding(i));
  return encodings;
}

constexpr Encoding kPlain = Encoding::kPlain;
constexpr Encoding kDictionary = Encoding::kDictionary;
constexpr Encoding kDelta = Encoding::kDeltaBinaryPacked;

TEST(EncodingChoiceTest, DictionaryWhereValuesRepeat) {
  EncodingChoice compact(kSchema, true);
  Learn(compact, Rows(1000));
  EXPECT_EQ(All(compact), (std::vector{kDelta, kDictionary, kPlain, kPlain, kDictionary}));
  EncodingChoice compatible(kSchema, false);
  Learn(compatible, Rows(1000));
  EXPECT_EQ(All(compatible), (std::vector{kPlain, kDictionary, kPlain, kPlain, kDictionary}));
}

TEST(EncodingChoiceTest, SmallBatchesAddUp) {
  EncodingChoice choice(kSchema, true);
  Learn(choice, Rows(3));  // nothing repeats yet
  EXPECT_EQ(choice.encoding(1), kPlain);
  Learn(choice, Rows(100));
  EXPECT_EQ(choice.encoding(1), kDictionary);
  EXPECT_FALSE(choice.settled());
}

// A batch of 16,384 rows, of which four settle the choice; lines are numbered from `first` on.
Columns ManyRows(int first, int distinct_lines) {
  std::string text;
  for (int i = 0; i < 16'384; ++i) {
    text += R"({"id": )" + std::to_string(i) + R"(, "line": "L)" +
            std::to_string(first + i % distinct_lines) + "\"}";
  }
  return BuildColumns(kSchema, text);
}

TEST(EncodingChoiceTest, TextsAreNumberedOnceTheChoiceIsSettled) {
  EncodingChoice choice(kSchema, true);
  const Columns rows = ManyRows(0, 9);
  const std::vector<bool> none(5, false);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(choice.numbered_columns(), none);
    Learn(choice, rows);
  }
  EXPECT_TRUE(choice.settled());
  EXPECT_EQ(choice.numbered_columns(), (std::vector<bool>{false, true, true, false, false}));
}

TEST(EncodingChoiceTest, ChangedDataAreNoticedAfterManyFiles) {
  EncodingChoice choice(kSchema, true);
  for (int i = 0; i < 4; ++i) Learn(choice, ManyRows(0, 9));
  const auto files_until = [&](Encoding encoding) {
    int files = 0;
    for (; choice.encoding(1) != encoding && files < 1000; ++files) {
      Learn(choice, ManyRows(files % 4 * 16'384, 16'384));
      choice.FileFinished();
    }
    return files;
  };
  EXPECT_EQ(files_until(kPlain), 260);  // 256 files and four batches
}

TEST(EncodingChoiceTest, LongTextsAreEncodedInSmallBatches) {
  EncodingChoice choice(kSchema, true);
  Learn(choice, Rows(50));
  EXPECT_EQ(choice.write_batch_rows(), 65'536);
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += R"({"note": ")" + std::string(1000, 'x') + std::to_string(i) + "\"}";
  EncodingChoice wide(kSchema, true);
  Learn(wide, BuildColumns(kSchema, text));
  EXPECT_EQ(wide.write_batch_rows(), (4 << 20) / 1001);
}

TEST(EncodingChoiceTest, OverflowedDictionaryIsNotTriedAgain) {
  EncodingChoice choice(kSchema, true);
  Learn(choice, Rows(1000));
  choice.DictionaryOverflowed(1);
  EXPECT_EQ(choice.encoding(1), kPlain);
  Learn(choice, Rows(1000));
  EXPECT_EQ(choice.encoding(1), kPlain);
}

// A column "a.b" beside field b of column "a": Arrow could not tell whose encoding is meant.
TEST(EncodingChoiceTest, LeavesOfOnePathArePlain) {
  const Schema schema{{Of("a.b", TypeKind::kString),
                       {"a", DataType::Struct({Of("b", TypeKind::kLong)}), true},
                       Of("c", TypeKind::kString)}};
  std::string text;
  for (int i = 0; i < 1000; ++i) text += R"({"a.b": "x", "a": {"b": 1}, "c": "x"})";
  EncodingChoice choice(schema, true);
  Learn(choice, BuildColumns(schema, text));
  EXPECT_EQ(All(choice), (std::vector{kPlain, kPlain, kDictionary}));
}

TEST(EncodingChoiceTest, LeavesAreNamedAsParquetDoes) {
  const Schema schema{{{"s", DataType::Struct({Of("a", TypeKind::kInt),
                                               {"l", DataType::Array(DataType(TypeKind::kInt))}})},
                       {"m", DataType::Map(DataType(TypeKind::kString),
                                           DataType::Struct({Of("v", TypeKind::kInt)}))}}};
  std::vector<std::string> paths;
  for (const LeafColumn& leaf : LeafColumns(schema)) paths.push_back(leaf.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"s.a", "s.l.list.element", "m.key_value.key",
                                             "m.key_value.value.v"}));
}

}  // namespace

}  // namespace sluice::parquet
