// SPDX-License-Identifier: Apache-2.0
//
// Random schemas, messages that fit them more or less, and damage. All from one seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "core/data_type.h"

namespace sluice::decode::testing {

class RandomMessages {
 public:
  explicit RandomMessages(uint64_t seed) : random_(seed) {}

  // A DDL of 1 to 8 columns, nested up to three levels.
  std::string Ddl();
  // JSON for the schema: fields in order mostly, some missing, unknown, repeated, of another type or
  // with an escaped key; any white space.
  std::string Message(const Schema& schema);
  // Bytes changed, cut out, put in or swapped.
  std::string Damaged(std::string message);

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  bool OneIn(size_t n) { return Below(n) == 0; }
  std::string Name();
  std::string Type(int depth);
  std::string Space();
  std::string Object(const std::vector<Field>& fields, int depth);
  std::string Value(const DataType& type, int depth);
  std::string AnyValue(int depth);
  std::string Quoted(const std::string& text);
  std::string Text();
  std::string Number(bool integer);

  std::mt19937_64 random_;
};

}  // namespace sluice::decode::testing
