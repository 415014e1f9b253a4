// SPDX-License-Identifier: Apache-2.0
#include "transform/transform.h"

#include <utility>

#include "transform/duckdb_transform.h"
#include "transform/native_transform.h"
#include "transform/projection.h"

namespace sluice::transform {

namespace {

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Transform>> Transform::Make(const TransformOptions& options,
                                                   const Schema& input) {
  if (IsBlank(options.sql)) return NativeTransform::PassThrough(options.pass_through, input);
  const auto shared_input = std::make_shared<const Schema>(input);
  // DuckDB binds every statement, also those that then run without it: one judge of names and types.
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<DuckdbTransform> duckdb,
                          DuckdbTransform::Make(options, shared_input));
  const auto projection = RecognizeProjection(duckdb->statement(), input, *duckdb->output_schema());
  if (!projection) return std::unique_ptr<Transform>(std::move(duckdb));
  return std::unique_ptr<Transform>(
      std::make_unique<NativeTransform>(*projection, input, duckdb->output_schema()));
}

}  // namespace sluice::transform
