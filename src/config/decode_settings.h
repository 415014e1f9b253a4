// SPDX-License-Identifier: Apache-2.0
//
// Options of decoder and SQL without a file around them, for `sluice decode --schema DDL --option k=v`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "decode/decode_options.h"

namespace sluice::config {

struct DecodeSettings {
  decode::DecodeOptions decode;
  bool ansi = false;
};

// The keys of the section `decode`, and `ansi`. Errors (Exit CONFIG) list every mistake.
Result<DecodeSettings> ParseDecodeSettings(
    const std::vector<std::pair<std::string, std::string>>& settings);

}  // namespace sluice::config
