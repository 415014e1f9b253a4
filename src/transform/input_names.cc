// SPDX-License-Identifier: Apache-2.0
#include "transform/input_names.h"

#include "core/ascii.h"

namespace sluice::transform {

int FindOnly(const std::vector<Field>& fields, const std::string& name) {
  int found = -1;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!EqualIgnoringCase(fields[i].name, name)) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

std::optional<NamedColumn> FindColumn(const std::vector<std::string>& names,
                                      const std::string& table, const Schema& input) {
  const bool qualified = names.size() > 1 && EqualIgnoringCase(names[0], table);
  if (qualified && FindOnly(input.fields, names[0]) >= 0) return std::nullopt;
  const size_t at = qualified ? 1 : 0;
  const int column = FindOnly(input.fields, names[at]);
  if (column < 0) return std::nullopt;
  return NamedColumn{column, at + 1};
}

}  // namespace sluice::transform
