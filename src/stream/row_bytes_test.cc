// SPDX-License-Identifier: Apache-2.0
#include "stream/row_bytes.h"

#include <gtest/gtest.h>

namespace sluice::stream {
namespace {

Field Of(DataType type) { return {"f", std::move(type), true}; }
Field Of(TypeKind kind) { return Of(DataType(kind)); }

TEST(LeastRowBytes, AddsUpTheWidthsOfTheColumns) {
  EXPECT_EQ(LeastRowBytes({}), 0);
  EXPECT_EQ(LeastRowBytes(std::vector<Field>(500, Of(TypeKind::kLong))), 4000);
  EXPECT_EQ(LeastRowBytes({Of(TypeKind::kInt), Of(TypeKind::kDouble), Of(TypeKind::kBoolean),
                           Of(DataType::Decimal(10, 2)), Of(TypeKind::kVoid)}),
            4 + 8 + 1 + 16);
}

TEST(LeastRowBytes, WhatVariesCountsItsOffsetsAlone) {
  EXPECT_EQ(LeastRowBytes({Of(TypeKind::kString), Of(TypeKind::kBinary)}), 8);
  EXPECT_EQ(LeastRowBytes({Of(DataType::Array(DataType(TypeKind::kLong)))}), 4);
}

TEST(LeastRowBytes, AStructIsItsFields) {
  EXPECT_EQ(LeastRowBytes({Of(DataType::Struct({Of(TypeKind::kLong), Of(TypeKind::kString)}))}),
            12);
}

}  // namespace
}  // namespace sluice::stream
