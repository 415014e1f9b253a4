// SPDX-License-Identifier: Apache-2.0
//
// Messages out of files or standard input, as the records that Kafka would have brought: the topic is
// the file's name, the partition 0, the offset counts the file's messages from 0, there is no key and
// no timestamp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/record_batch.h"
#include "core/result.h"

namespace sluice::cli {

// Hands each batch to `use`, which may stop by an error. `files`: none or "-" is standard input.
// Errors (Exit INPUT) name the file.
Status ForEachMessageBatch(const std::vector<std::string>& files, bool whole_file,
                           const std::function<Status(const RecordBatch&)>& use);

}  // namespace sluice::cli
