// SPDX-License-Identifier: Apache-2.0
#include "transform/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sluice::transform {

namespace {

using Json = nlohmann::json;

void CollectOperators(const Json& nodes, std::vector<std::string>* operators) {
  for (const Json& node : nodes) {
    std::string name = node.value("name", "");
    while (!name.empty() && name.back() == ' ') name.pop_back();
    operators->push_back(std::move(name));
    if (node.contains("children")) CollectOperators(node["children"], operators);
  }
}

// Parts of names of operators that look at more than one row.
constexpr const char* kAcrossRows[] = {"GROUP_BY", "AGGREGATE", "WINDOW", "TOP_N",  "LIMIT",
                                       "ORDER_BY", "DISTINCT",  "JOIN",   "PRODUCT"};

}  // namespace

Result<Plan> Plan::Explain(DuckdbSession& session, const std::string& sql) {
  SLUICE_ASSIGN_OR_RETURN(const std::string text,
                          session.QueryText("EXPLAIN (FORMAT JSON) " + sql, ""));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array())
    return Status::Stop("SQL_ENGINE", "DuckDB explains its plan in an unknown form");
  Plan plan;
  CollectOperators(json, &plan.operators_);
  return plan;
}

bool Plan::Has(const std::string& part) const {
  return std::any_of(operators_.begin(), operators_.end(),
                     [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

bool Plan::is_row_by_row() const {
  return std::all_of(operators_.begin(), operators_.end(), [](const std::string& name) {
    return name == "PROJECTION" || name == "FILTER" || name == "BATCH_SOURCE";
  });
}

std::vector<std::string> Plan::Warnings() const {
  std::vector<std::string> warnings;
  if (Has("DELIM_JOIN")) {
    warnings.push_back(
        "SQL: the plan holds a DELIM_JOIN, which makes this statement 5 to 16 times slower: a "
        "WHERE over "
        "the alias of `FROM input, UNNEST(list) AS t(e)`, or a correlated subquery. Write instead: "
        "SELECT ... FROM (SELECT columns, unnest(list) AS e FROM input) WHERE ...");
    return warnings;
  }
  if (std::any_of(std::begin(kAcrossRows), std::end(kAcrossRows),
                  [&](const char* part) { return Has(part); })) {
    warnings.push_back(
        "SQL: GROUP BY, aggregates, DISTINCT, ORDER BY, LIMIT, window functions and joins see one "
        "chunk "
        "of records at a time, never the whole batch or stream: their result depends on how it is "
        "cut "
        "(Spark refuses most of them in a query that appends)");
  }
  return warnings;
}

}  // namespace sluice::transform
