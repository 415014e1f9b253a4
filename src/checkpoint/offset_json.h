// SPDX-License-Identifier: Apache-2.0
//
// Kafka offsets as Spark writes them: {"topic":{"2":707,"1":742,"0":739}}.
//
// The order of the keys is that of Scala's hash maps, and it matters: after a restart Spark compares
// the line of the newest offsets file as text, so another order costs it one empty batch.
//
// Source: spark-contract section 1.2; scala.collection.mutable.{HashTable (2.12), HashMap (2.13)}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/offset_range.h"
#include "core/result.h"

namespace sluice::checkpoint {

// Whose hash maps decide the order: Scala 2.12 (Spark 3.x by default) or 2.13 (Spark 4.x).
enum class ScalaVersion { k212, k213 };

// Compact JSON in the order of that Scala version.
std::string OffsetsToJson(const OffsetMap& offsets, ScalaVersion scala);

// Any key order and spaces are fine. Errors (Stop): not this shape, negative offsets.
Result<OffsetMap> OffsetsFromJson(std::string_view json);

// The version whose order `json` has; nullopt when both or neither would write it so.
std::optional<ScalaVersion> DetectScala(std::string_view json);

}  // namespace sluice::checkpoint
