// SPDX-License-Identifier: Apache-2.0
#include "transform/sql_error.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

// Of those that a message lists.
constexpr size_t kMostNames = 12;

std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Levenshtein.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

size_t LineStart(std::string_view sql, size_t position) {
  const size_t newline = position == 0 ? std::string_view::npos : sql.rfind('\n', position - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Quoted(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    text += (text.empty() ? "\"" : ", \"") + names[i] + "\"";
  }
  return names.size() > kMostNames ? text + " ..." : text;
}

std::vector<std::string> ColumnNames(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields) names.push_back(field.name);
  return names;
}

// 'Values list "i" does not have a column named "x"' carries the name in its text only.
std::string MissingColumn(const EngineError& error) {
  if (error.subtype == "COLUMN_NOT_FOUND") return error.name;
  const std::string marker = "does not have a column named \"";
  const size_t at = error.message.find(marker);
  if (at == std::string::npos) return "";
  const size_t begin = at + marker.size();
  return error.message.substr(begin, error.message.find('"', begin) - begin);
}

std::string ColumnAdvice(std::string_view sql, const EngineError& error, const std::string& name,
                         const Schema& input) {
  const std::vector<std::string> near = NearestNames(name, ColumnNames(input));
  std::string advice = near.empty() ? "; the input has: " + Quoted(ColumnNames(input))
                                    : "; nearest: " + Quoted(near);
  if (error.position && *error.position < sql.size() && sql[*error.position] == '"') {
    advice += " (text is written in single quotes: '" + name + "')";
  }
  return advice;
}

std::string Cause(std::string_view sql, const EngineError& error, const Schema& input) {
  const std::string column = MissingColumn(error);
  if (!column.empty()) {
    return "there is no column \"" + column + "\"" + ColumnAdvice(sql, error, column, input);
  }
  std::string cause = error.message;
  while (!cause.empty() && std::isspace(static_cast<unsigned char>(cause.back()))) cause.pop_back();
  if (error.subtype == "MISSING_ENTRY" && cause.find("Function") != std::string::npos) {
    cause +=
        "\ndocs/sql.md lists the functions of Spark that are there, and how to spell the others";
  }
  if (error.subtype == "MISSING_ENTRY" && cause.starts_with("Table")) {
    cause += "\nthe columns of the source are the view `input`: SELECT ... FROM input";
  }
  return cause;
}

}  // namespace

EngineError ParseEngineError(const char* text) {
  const std::string_view whole = text ? text : "";
  const size_t brace = whole.find('{');
  const auto json =
      nlohmann::json::parse(whole.substr(std::min(brace, whole.size())), nullptr, false);
  EngineError error;
  if (!json.is_object()) {
    error.message = whole;
    return error;
  }
  error.type = TextOf(json, "exception_type");
  error.subtype = TextOf(json, "error_subtype");
  error.name = TextOf(json, "name");
  error.message =
      TextOf(json, json.contains("exception_message") ? "exception_message" : "error_message");
  const std::string position = TextOf(json, "position");
  if (!position.empty()) error.position = std::stoull(position);
  return error;
}

std::string PlaceInSql(std::string_view sql, size_t position) {
  position = std::min(position, sql.size());
  const auto line =
      1 + std::count(sql.begin(), sql.begin() + static_cast<ptrdiff_t>(position), '\n');
  const size_t start = LineStart(sql, position);
  return "line " + std::to_string(line) + ", column " +
         std::to_string(1 + Characters(sql.substr(start, position - start)));
}

std::string PointIntoSql(std::string_view sql, size_t position, const std::string& message) {
  position = std::min(position, sql.size());
  const size_t start = LineStart(sql, position);
  const std::string line(sql.substr(start, sql.find('\n', start) - start));
  std::string indent;
  for (char c : sql.substr(start, position - start)) {
    if ((c & 0xC0) != 0x80) indent += c == '\t' ? '\t' : ' ';
  }
  return "SQL, " + PlaceInSql(sql, position) + ": " + message + "\n  " + line + "\n  " + indent +
         "^";
}

std::optional<SqlPlace> PlaceOfMessage(const std::string& message) {
  SqlPlace place;
  if (std::sscanf(message.c_str(), "SQL, line %d, column %d:", &place.line, &place.column) == 2)
    return place;
  return std::nullopt;
}

std::vector<std::string> NearestNames(const std::string& name,
                                      const std::vector<std::string>& names) {
  std::vector<std::pair<size_t, std::string>> ranked;
  const std::string wanted = ToLower(name);
  for (const std::string& candidate : names) {
    const std::string other = ToLower(candidate);
    const bool contains = wanted.size() > 2 && other.find(wanted) != std::string::npos;
    const size_t distance = contains ? 1 : EditDistance(wanted, other);
    if (distance <= std::max<size_t>(2, wanted.size() / 3))
      ranked.emplace_back(distance, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (size_t i = 0; i < std::min<size_t>(3, ranked.size()); ++i)
    nearest.push_back(ranked[i].second);
  return nearest;
}

std::string DescribeEngineError(std::string_view sql, const EngineError& error,
                                const Schema& input) {
  const std::string cause = Cause(sql, error, input);
  return error.position ? PointIntoSql(sql, *error.position, cause) : "SQL: " + cause;
}

}  // namespace sluice::transform
