// SPDX-License-Identifier: Apache-2.0
#include "decode/structural_index.h"

#include <algorithm>

#include "simdjson.h"

namespace sluice::decode {

// simdjson reaches its first stage through this class whatever the front end; the release is pinned,
// so that it cannot change under us.
struct StructuralIndex::Stage1 {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  size_t capacity = 0;

  bool Reserve(size_t size) {
    if (size <= capacity) return true;
    const size_t wanted = std::max<size_t>(size + size / 2, 4096);
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        wanted, /*max_depth=*/1, parser);
    capacity = error ? 0 : wanted;
    return !error;
  }
};

StructuralIndex::StructuralIndex() : stage1_(std::make_unique<Stage1>()) {}
StructuralIndex::~StructuralIndex() = default;

bool StructuralIndex::Build(const char* text, size_t size) {
  if (size == 0 || size > UINT32_MAX || !stage1_->Reserve(size)) return false;
  auto& parser = *stage1_->parser;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text);
  if (parser.stage1(bytes, size, simdjson::stage1_mode::regular)) return false;
  positions_ = parser.structural_indexes.get();
  count_ = parser.n_structural_indexes;
  return count_ != 0;
}

}  // namespace sluice::decode
