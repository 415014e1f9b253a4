// SPDX-License-Identifier: Apache-2.0
//
// Statements that only pick, rename, reorder or widen columns, done without the SQL engine.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/columns.h"
#include "transform/projection.h"
#include "transform/transform.h"

namespace sluice::transform {

class NativeTransform : public Transform {
 public:
  // The columns named in `names` (none: all), unchanged. Exit error for an unknown name.
  static Result<std::unique_ptr<Transform>> PassThrough(const std::vector<std::string>& names,
                                                        const Schema& input);
  NativeTransform(const Projection& projection, const Schema& input,
                  std::shared_ptr<const Schema> output);

  const std::shared_ptr<const Schema>& output_schema() const override { return output_schema_; }
  const std::vector<std::string>& used_inputs() const override { return used_inputs_; }
  std::string engine() const override { return "native"; }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  Result<std::vector<Columns>> Run(Columns in, const TransformContext& context) override;

 private:
  std::shared_ptr<const Schema> output_schema_;
  std::vector<std::string> used_inputs_;
  std::vector<std::string> warnings_;
  Projection projection_;  // its paths start in the used inputs
};

}  // namespace sluice::transform
