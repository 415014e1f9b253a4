// SPDX-License-Identifier: Apache-2.0
//
// The promise of the fast decoder, as a check: what it accepts, the exact decoder calls good and reads
// the same. Header only, so that a fuzz target needs no more than the library.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/columns.h"
#include "core/columns_json.h"
#include "decode/column_builder.h"
#include "decode/datetime.h"
#include "decode/exact_decoder.h"
#include "decode/fast_decoder.h"
#include "decode/schema_ddl.h"

namespace sluice::decode::testing {

class FastAgainstExact {
 public:
  explicit FastAgainstExact(const std::string& ddl, const std::string& spark_version = "3.5")
      : schema_(std::make_shared<const Schema>(*ParseDdl(ddl))),
        rules_(*RulesOf(spark_version)),
        datetime_(
            *DateTimeParsers::Make(DecodeOptions{.schema = ddl, .spark_version = spark_version})),
        text_(rules_.limits),
        fast_root_(DataType::Struct(schema_->fields)),
        exact_root_(DataType::Struct(schema_->fields)),
        fast_(&fast_root_, -1, &datetime_, &text_),
        exact_(exact_root_.type(), -1, rules_, &datetime_) {}

  // "" if both agree or the fast decoder declines; else what is wrong. *accepted: it did not decline.
  std::string Check(std::string_view message, bool* accepted) {
    // One good row before, so that cutting back has something to keep.
    fast_root_.AppendNull();
    *accepted = fast_.Decode(message);
    if (!*accepted) fast_root_.Truncate(1);
    const ExactOutcome outcome = exact_.Decode(message, 0, &exact_root_);
    const std::string fast = *accepted ? Row(&fast_root_, 1) : Row(&fast_root_, 0);
    const std::string exact = Row(&exact_root_, 0);
    if (!*accepted) return "";
    if (outcome.corrupt) return "the exact decoder refuses it: " + outcome.detail;
    if (outcome.matched != fast_.matched()) return "one of them found no declared key";
    return fast == exact ? "" : "fast  " + fast + "\nexact " + exact;
  }

  const Schema& schema() const { return *schema_; }

 private:
  std::string Row(ColumnBuilder* root, int64_t row) {
    ArrowArray array{};
    root->Finish(&array);
    const Columns columns(schema_, array);
    std::string json;
    AppendRowJson(columns, row, &json);
    return json;
  }

  std::shared_ptr<const Schema> schema_;
  SparkRules rules_;
  DateTimeParsers datetime_;
  ExactText text_;
  ColumnBuilder fast_root_;
  ColumnBuilder exact_root_;
  FastDecoder fast_;
  ExactDecoder exact_;
};

}  // namespace sluice::decode::testing
