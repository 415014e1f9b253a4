// SPDX-License-Identifier: Apache-2.0
#include "core/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice {

namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Status::Exit("ODD", std::to_string(n) + " is odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  SLUICE_ASSIGN_OR_RETURN(const int half, Half(n));
  SLUICE_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status CheckEven(int n) {
  SLUICE_RETURN_IF_ERROR(Half(n).status());
  return Status::Ok();
}

TEST(StatusTest, SuccessIsOk) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.ToString(), "OK");
  EXPECT_FALSE(status.Is(ErrorKind::kRetry));
}

TEST(StatusTest, ErrorKeepsKindCodeAndMessage) {
  const Status status = Status::Retry("NO_SPACE", "the disk is full");
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(status.Is(ErrorKind::kRetry));
  EXPECT_FALSE(status.Is(ErrorKind::kStop));
  EXPECT_EQ(status.ToString(), "NO_SPACE: the disk is full");
}

TEST(StatusTest, CopiesAreIndependent) {
  Status first = Status::Stop("A", "a");
  const Status second = first;
  first = Status::Ok();
  EXPECT_EQ(second.code(), "A");
  first = second;
  EXPECT_EQ(first.ToString(), second.ToString());
}

TEST(StatusTest, EachMakerHasItsKind) {
  EXPECT_TRUE(Status::Stop("X", "").Is(ErrorKind::kStop));
  EXPECT_TRUE(Status::Exit("X", "").Is(ErrorKind::kExit));
  EXPECT_TRUE(Status::Cancelled().Is(ErrorKind::kCancelled));
}

TEST(ResultTest, HoldsAValueOrTheReason) {
  EXPECT_EQ(*Half(8), 4);
  EXPECT_TRUE(Half(8).status().ok());
  EXPECT_EQ(Half(7).status().ToString(), "ODD: 7 is odd");
}

TEST(ResultTest, MacrosPassTheFirstErrorOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "3 is odd");
  EXPECT_EQ(Quarter(5).status().message(), "5 is odd");
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_EQ(CheckEven(3).code(), "ODD");
}

TEST(ResultTest, MovesTheValueOut) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> value = std::move(result).value();
  EXPECT_EQ(*value, 5);
}

}  // namespace

}  // namespace sluice
