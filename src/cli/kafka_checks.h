// SPDX-License-Identifier: Apache-2.0
//
// What the Kafka client says of its options, as mistakes of a configuration: of a job's `source` or of a
// producer's `sink`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/stage_check.h"
#include "kafka/source.h"

namespace sluice::cli {

// Of each option of `client` by itself.
std::vector<config::StageMistake> OptionMistakes(const std::string& section,
                                                 const std::map<std::string, std::string>& client,
                                                 const kafka::ClientOptionNotes& notes);

// What a login lacks: to be asked only where nothing is wrong under LoginKeys().
std::vector<config::StageMistake> LoginMistakes(const std::string& section,
                                                const kafka::ClientOptionNotes& notes);
std::vector<std::string> LoginKeys(const std::string& section);

}  // namespace sluice::cli
