// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <algorithm>

#include "http/header_text.h"
#include "http/percent.h"

namespace sluice::http {

namespace {

// The text from the path on; empty if there is none.
std::string_view SkipOrigin(std::string_view text) {
  const size_t colon = text.find("://");
  if (text.starts_with('/') || colon == std::string_view::npos) return text;
  const size_t slash = text.find('/', colon + 3);
  return slash == std::string_view::npos ? "/" : text.substr(slash);
}

bool AddParameter(std::string_view text, std::vector<Header>& query) {
  if (text.empty()) return true;
  const size_t equals = std::min(text.find('='), text.size());
  auto name = PercentDecode(text.substr(0, equals), Plus::kIsSpace);
  auto value = PercentDecode(text.substr(std::min(equals + 1, text.size())), Plus::kIsSpace);
  if (!name || !value) return false;
  query.push_back({*std::move(name), *std::move(value)});
  return true;
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view text) {
  text = SkipOrigin(text);
  if (!text.starts_with('/')) return std::nullopt;
  const size_t mark = std::min(text.find('?'), text.size());
  auto path = PercentDecode(text.substr(0, mark), Plus::kIsPlus);
  if (!path || !IsHeaderValue(*path)) return std::nullopt;
  Target target{*std::move(path), {}};
  if (mark == text.size()) return target;
  for (std::string_view rest = text.substr(mark + 1);;) {
    const size_t end = std::min(rest.find('&'), rest.size());
    if (!AddParameter(rest.substr(0, end), target.query)) return std::nullopt;
    if (end == rest.size()) return target;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace sluice::http
