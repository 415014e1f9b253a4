// SPDX-License-Identifier: Apache-2.0
//
// A second decoder, slow and obvious, that shares no code with the first: a recursive parser into a
// tree of JSON values, then the tree against the schema by the rules of Spark 3.5 as the manual states
// them. What depends on the state that Spark's tokenizer is left in after an error is beyond it: such a
// record is not `predictable`, and only `corrupt` is to be compared.
#pragma once

#include <string>
#include <string_view>

#include "core/data_type.h"

namespace sluice::decode::testing {

struct ReferenceRow {
  bool corrupt = false;
  bool well_formed = true;  // false: not JSON, and so not predictable
  bool predictable = true;
  std::string json;  // as AppendRowJson writes the row
};

// Knows all types but FLOAT's rounding corner cases; dates and timestamps only in their full ISO forms
// (others make the record unpredictable), in UTC.
ReferenceRow ReferenceDecode(const Schema& schema, std::string_view message);

}  // namespace sluice::decode::testing
