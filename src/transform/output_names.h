// SPDX-License-Identifier: Apache-2.0
//
// Which names columns may have.
#pragma once

#include "core/data_type.h"
#include "core/result.h"

namespace sluice::transform {

// Exit error for two columns whose names differ by case only: SQL could not tell them apart.
Status CheckInputNames(const Schema& input);

// Exit errors for what Delta refuses: a name twice (ignoring case), an empty one, or one with any of
// " ,;{}()\n\t=", nested fields included. The message says which column needs an AS.
Status CheckOutputNames(const Schema& output);

}  // namespace sluice::transform
