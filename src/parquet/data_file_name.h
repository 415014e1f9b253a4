// SPDX-License-Identifier: Apache-2.0
//
// Names of data files: part-<lane>-<batch>-<uuid>.c000.<codec>.parquet, as in
// part-00001-42-0e0c6a04-5d3e-4b0e-9d2b-6a1f0c3b7a55.c000.zstd.parquet. The codec is left out when there
// is none. A file of a batch that was tried again has another UUID: what the log does not name is an orphan.
#pragma once

#include <string>

#include "core/ids.h"

namespace sluice::parquet {

std::string DataFileName(int lane, BatchId batch, const std::string& compression);

}  // namespace sluice::parquet
