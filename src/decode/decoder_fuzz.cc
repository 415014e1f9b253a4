// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer over messages: no crash, and what the fast decoder takes the exact one reads the same. The
// first byte chooses a schema.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "decode/testing/fast_against_exact.h"

namespace {

using sluice::decode::testing::FastAgainstExact;

std::vector<std::unique_ptr<FastAgainstExact>>& Checks() {
  static std::vector<std::unique_ptr<FastAgainstExact>> checks;
  if (!checks.empty()) return checks;
  for (const char* ddl : {
           "a INT, b STRING, c DOUBLE",
           "a STRUCT<x: INT, y: STRING, z: STRUCT<q: DOUBLE>>, b ARRAY<STRUCT<x: INT, y: STRING>>, "
           "c MAP<STRING, STRUCT<x: INT>>",
           "a DECIMAL(10,2), b DECIMAL(38,18), c FLOAT, d TINYINT, e SMALLINT, f BIGINT, g BOOLEAN",
           "a DATE, b TIMESTAMP, c TIMESTAMP_NTZ, d BINARY, e VOID, f STRING",
           "a ARRAY<ARRAY<STRING>>, b MAP<STRING, ARRAY<DOUBLE>>, `` INT, `a b` STRING, `é` INT",
       }) {
    for (const char* version : {"3.4", "3.5", "4.0"}) {
      checks.push_back(std::make_unique<FastAgainstExact>(ddl, version));
    }
  }
  return checks;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto& checks = Checks();
  FastAgainstExact& check = *checks[data[0] % checks.size()];
  bool accepted = false;
  const std::string wrong =
      check.Check({reinterpret_cast<const char*>(data + 1), size - 1}, &accepted);
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}
