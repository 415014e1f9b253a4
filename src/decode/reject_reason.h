// SPDX-License-Identifier: Apache-2.0
//
// Why a record counts as corrupt: stable names for metrics and dead letters.
#pragma once

namespace sluice::decode {

enum class RejectReason {
  kNotJson,
  kTruncated,
  kNotAnObject,
  kFieldType,
  kTooDeep,
  kNumberTooLong
};
const char* ToString(RejectReason reason);

}  // namespace sluice::decode
