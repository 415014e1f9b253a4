// SPDX-License-Identifier: Apache-2.0
//
// Casts that lose nothing, over whole columns.
#pragma once

#include "core/data_type.h"

namespace sluice::transform {

// The same type (nullability apart), or one that holds each of its values exactly: an integer as a
// wider one, TINYINT and SMALLINT as FLOAT, these and INT as DOUBLE, FLOAT as DOUBLE.
bool CanWiden(const DataType& from, const DataType& to);

bool SameType(const DataType& a, const DataType& b);

// A new array of type `to`, owning its buffers. Only for types that CanWiden() and differ.
ArrowArray Widen(const DataType& from, const ArrowArray& array, const DataType& to);

}  // namespace sluice::transform
