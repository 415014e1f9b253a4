// SPDX-License-Identifier: Apache-2.0
#include "transform/statement.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "core/ascii.h"
#include "transform/datetime_pattern.h"
#include "transform/sql_error.h"
#include "transform/vector_rows.h"

namespace sluice::transform {

namespace {

using Json = nlohmann::ordered_json;

const std::set<std::string> kTableFunctions{"unnest", "range", "generate_series", "json_each",
                                            "json_tree"};
const std::set<std::string> kRefusedFunctions{"getvariable",
                                              "current_setting",
                                              "write_log",
                                              "nextval",
                                              "currval",
                                              "sleep_ms",
                                              "pg_sleep",
                                              "getenv",
                                              "batch_source",
                                              "setseed",
                                              "version",
                                              "stats",
                                              "current_query",
                                              "current_query_id",
                                              "current_transaction_id",
                                              "current_connection_id",
                                              "txid_current",
                                              "current_database",
                                              "current_catalog",
                                              "current_schema",
                                              "current_schemas",
                                              "in_search_path",
                                              "current_user",
                                              "current_role",
                                              "session_user",
                                              "user",
                                              "json_serialize_sql",
                                              "json_deserialize_sql",
                                              "json_serialize_plan",
                                              "pg_postmaster_start_time",
                                              "pg_conf_load_time",
                                              "get_block_size"};

// DuckDB's from_json has another notation for the schema, and stops at a text that is no JSON.
constexpr const char* kInsteadOfFromJson =
    "from_json() is not there: the message is read by `decode.schema`, not by the SQL, and its "
    "columns are in `input`. For JSON in a text column write get_json_object(x, '$.a'), or "
    "json_transform() as docs/sql.md shows";

// Functions whose second argument is a datetime pattern.
const std::map<std::string, PatternUse> kPatternFunctions{
    {"to_timestamp", PatternUse::kParse},      {"try_to_timestamp", PatternUse::kParse},
    {"to_date", PatternUse::kParse},           {"unix_timestamp", PatternUse::kParse},
    {"to_unix_timestamp", PatternUse::kParse}, {"date_format", PatternUse::kFormat},
    {"from_unixtime", PatternUse::kFormat}};

std::string TextOf(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

// Where a quoted text, quoted name or comment that begins at `begin` ends (one past it); begin + 1 if
// none begins there.
size_t SkipQuoted(const std::string& sql, size_t begin) {
  const auto past = [&](const std::string& end) {
    const size_t at = sql.find(end, begin + (end.size() == 2 ? 2 : 1));
    return at == std::string::npos ? sql.size() : at + end.size();
  };
  if (sql[begin] == '\'' || sql[begin] == '"') return past(std::string(1, sql[begin]));
  if (sql.compare(begin, 2, "--") == 0) return past("\n");
  if (sql.compare(begin, 2, "/*") == 0) return past("*/");
  return begin + 1;
}

// Spark's `name` as "name": as long as before, so that positions stay.
std::string ReplaceBackquotes(std::string sql) {
  for (size_t i = 0; i < sql.size(); i = SkipQuoted(sql, i)) {
    if (sql[i] != '`') continue;
    const size_t end = sql.find('`', i + 1);
    if (end == std::string::npos || sql.substr(i, end - i).find('"') != std::string::npos) continue;
    sql[i] = '"';
    sql[end] = '"';
  }
  return sql;
}

// Exit error that points at the node, if the parser noted where it stands.
Status RefuseAt(const std::string& sql, const Json& node, const char* code,
                const std::string& why) {
  const auto location = node.find("query_location");
  const size_t position = location != node.end() && location->is_number_unsigned()
                              ? location->get<size_t>()
                              : sql.size();
  return Status::Exit(code,
                      position < sql.size() ? PointIntoSql(sql, position, why) : "SQL: " + why);
}

// Checks what the statement reaches for.
class Gate {
 public:
  // `taken`: names of tables that are there already, in small letters.
  Gate(const std::string& sql, std::set<std::string> taken) : sql_(sql), taken_(std::move(taken)) {}

  Status Check(const Json& statement) {
    SLUICE_RETURN_IF_ERROR(CollectNames(statement));
    return Walk(statement);
  }

 private:
  // Names count in the whole statement, not in their scope only: so none may hide another table.
  Status CollectNames(const Json& node) {
    if (node.is_object() && node.contains("cte_map")) {
      for (const Json& entry : node["cte_map"]["map"]) {
        const std::string name = TextOf(entry, "key");
        if (taken_.contains(ToLower(name))) {
          return Refuse(entry, "WITH " + name + " takes the name of a table that is there already");
        }
        tables_.insert(ToLower(name));
      }
    }
    for (const Json& child : node) {
      if (child.is_structured()) SLUICE_RETURN_IF_ERROR(CollectNames(child));
    }
    return Status::Ok();
  }

  Status Walk(const Json& node) {
    if (node.is_object()) SLUICE_RETURN_IF_ERROR(CheckNode(node));
    for (const Json& child : node) {
      if (child.is_structured()) SLUICE_RETURN_IF_ERROR(Walk(child));
    }
    return Status::Ok();
  }

  Status CheckNode(const Json& node) {
    const std::string type = TextOf(node, "type");
    if (type == "BASE_TABLE") return CheckTable(node);
    if (type == "SHOW_REF")
      return Refuse(node, "DESCRIBE, SHOW and SUMMARIZE are not for a query's SQL");
    if (type == "RECURSIVE_CTE_NODE") {
      return Refuse(node, "WITH RECURSIVE is not allowed: nothing bounds how long it runs");
    }
    if (type == "VALUE_PARAMETER") return Refuse(node, "parameters (?, $1) have no value here");
    const std::string function = ToLower(TextOf(node, "function_name"));
    if (kRefusedFunctions.contains(function)) {
      return Refuse(node,
                    "the function " + function + "() looks at the engine and not at the data");
    }
    if (function == "from_json") return Refuse(node, kInsteadOfFromJson);
    if (type == "TABLE_FUNCTION") return CheckTableFunction(node["function"]);
    return Status::Ok();
  }

  Status CheckTable(const Json& node) {
    const std::string name = TextOf(node, "table_name");
    const std::string schema = TextOf(node, "schema_name");
    if (schema.empty() && TextOf(node, "catalog_name").empty() && tables_.contains(ToLower(name))) {
      return Status::Ok();
    }
    return Refuse(node,
                  "there is no table \"" + (schema.empty() ? "" : schema + ".") + name +
                      "\"; the columns of the source are the view `input`: SELECT ... FROM input");
  }

  Status CheckTableFunction(const Json& function) {
    const std::string name = ToLower(TextOf(function, "function_name"));
    if (kTableFunctions.contains(name)) return Status::Ok();
    return Refuse(function,
                  "the table function " + name +
                      "() is not allowed: the SQL reads the batch (FROM input) and nothing else");
  }

  Status Refuse(const Json& node, const std::string& why) {
    return RefuseAt(sql_, node, "SQL_REFUSED", why);
  }

  const std::string& sql_;
  std::set<std::string> taken_;
  std::set<std::string> tables_{"input"};
};

// Gives Spark's meaning to types in CASTs.
class Rewriter {
 public:
  Rewriter(const StatementRules& rules, Statement* statement)
      : rules_(rules), statement_(statement) {}

  Status Walk(Json& node) {
    for (Json& child : node) {
      if (child.is_structured()) SLUICE_RETURN_IF_ERROR(Walk(child));
    }
    if (node.is_object() && node.contains("cast_type")) RewriteCast(node);
    if (node.is_object() && TextOf(node, "type") == "VALUE_CONSTANT") KeepDouble(node);
    if (node.is_object() && TextOf(node, "type") == "FUNCTION") return RewriteFunction(node);
    return Status::Ok();
  }

 private:
  void RewriteCast(Json& node) {
    if (rules_.try_casts && node["try_cast"] == false && IsWritten(node)) {
      node["try_cast"] = true;
      statement_->changed = true;
    }
    RewriteType(node["cast_type"]);
    const std::string type = TextOf(node["cast_type"], "id");
    const bool checked = node["try_cast"] == false;
    if (type == "VARCHAR") return CallInstead(node, "spark_text");
    if (type == "DATE") return CallInstead(node, checked ? "checked_day_of" : "day_of");
    if (type == "TIMESTAMP WITH TIME ZONE")
      CallInstead(node, checked ? "checked_instant_of" : "instant_of");
  }

  // 1e7 is printed as 10000000.0 when the tree becomes SQL again, which would be a DECIMAL.
  static void KeepDouble(Json& node) {
    if (TextOf(node["value"]["type"], "id") != "DOUBLE" || !node["value"]["value"].is_number()) {
      return;
    }
    Json text = node;
    text["alias"] = "";
    text["value"] = Json{{"type", {{"id", "VARCHAR"}, {"type_info", nullptr}}},
                         {"is_null", false},
                         {"value", node["value"]["value"].dump()}};
    node =
        Json{{"class", "CAST"},          {"type", "OPERATOR_CAST"},
             {"alias", node["alias"]},   {"query_location", node["query_location"]},
             {"child", std::move(text)}, {"cast_type", {{"id", "DOUBLE"}, {"type_info", nullptr}}},
             {"try_cast", false}};
  }

  // The parser makes casts of its own (DATE '2024-01-01', INTERVAL 1 DAY): without a place, or with that
  // of what they cast.
  static bool IsWritten(const Json& node) {
    const Json& place = node["query_location"];
    return place != std::numeric_limits<uint64_t>::max() &&
           place != node["child"]["query_location"];
  }

  // CAST(x AS ...) becomes function(x).
  void CallInstead(Json& node, const char* function) {
    node = Call(function, node["alias"], node["query_location"], node["child"]);
    statement_->changed = true;
  }

  static Json Call(const char* function, const Json& alias, const Json& location,
                   const Json& argument) {
    return Json{{"class", "FUNCTION"},
                {"type", "FUNCTION"},
                {"alias", alias},
                {"query_location", location},
                {"function_name", function},
                {"schema", ""},
                {"children", Json::array({argument})},
                {"filter", nullptr},
                {"order_bys", {{"type", "ORDER_MODIFIER"}, {"orders", Json::array()}}},
                {"distinct", false},
                {"is_operator", false},
                {"export_state", false},
                {"catalog", ""}};
  }

  Status RewriteFunction(Json& node) {
    const std::string name = ToLower(TextOf(node, "function_name"));
    if (const auto found = kPatternFunctions.find(name); found != kPatternFunctions.end()) {
      return RewritePattern(node, name, found->second);
    }
    if (name == "to_timestamp_ntz") statement_->names_ntz = true;
    if (name == "transform") Rename(node, "list_transform");
    if (name == "double" && rules_.try_casts) Rename(node, "try_double");
    // Spark's concat() is NULL as soon as one part is; DuckDB's skips it, but its || does not.
    if (name == "concat" && node["children"].size() > 1) RewriteConcat(node);
    if (TextOf(node, "function_name") == "||" && IsText(node)) PrintParts(node);
    return Status::Ok();
  }

  void Rename(Json& node, const char* function) {
    node["function_name"] = function;
    statement_->changed = true;
  }

  // f(x, 'yyyy') has its pattern as second argument; without one there is nothing to do.
  Status RewritePattern(Json& node, const std::string& name, PatternUse use) {
    if (node["children"].size() != 2) return Status::Ok();
    Json& pattern = node["children"][1];
    if (TextOf(pattern, "type") != "VALUE_CONSTANT" || !pattern["value"]["value"].is_string()) {
      return RefuseAt(statement_->text, node, "SQL_PATTERN",
                      "the pattern of " + name + "() must be a text in quotes");
    }
    const auto translated =
        TranslateDatetimePattern(pattern["value"]["value"].get<std::string>(), use);
    if (!translated.ok())
      return RefuseAt(statement_->text, pattern, "SQL_PATTERN", translated.status().message());
    pattern["value"]["value"] = *translated;
    statement_->changed = true;
    return Status::Ok();
  }

  // Certain to be a text whatever the columns are, so that what is joined to it is no list.
  static bool IsText(const Json& node) {
    const std::string function = TextOf(node, "function_name");
    if (function == "||") return std::ranges::any_of(node["children"], IsText);
    return function == "spark_text" || (TextOf(node, "type") == "VALUE_CONSTANT" &&
                                        TextOf(node["value"]["type"], "id") == "VARCHAR");
  }

  // a || b || c: an instant among the parts is printed as Spark does.
  void PrintParts(Json& join) {
    for (Json& part : join["children"]) {
      if (TextOf(part, "function_name") == "||") {
        PrintParts(part);
      } else if (!IsText(part)) {
        part = Call("spark_text", "", part["query_location"], part);
        statement_->changed = true;
      }
    }
  }

  void RewriteConcat(Json& node) {
    Json parts = node["children"];
    Json joined = parts[0];
    const std::string alias = TextOf(node, "alias");
    for (size_t i = 1; i < parts.size(); ++i) {
      Json step = node;
      step["function_name"] = "||";
      step["is_operator"] = true;
      step["alias"] = "";
      step["children"] = Json::array({joined, parts[i]});
      joined = std::move(step);
    }
    joined["alias"] = alias;
    node = std::move(joined);
    statement_->changed = true;
  }

  void RewriteType(Json& type) {
    if (type.is_object() && type.contains("id")) {
      const std::string id = TextOf(type, "id");
      if (id == "TIMESTAMP") return Replace(type, "TIMESTAMP WITH TIME ZONE");
      if (id == "UNBOUND") return RewriteSparkType(type);
    }
    for (Json& child : type) {
      if (child.is_structured()) RewriteType(child);
    }
  }

  void RewriteSparkType(Json& type) {
    const std::string name = ToLower(TextOf(type["type_info"], "name"));
    if (name == "timestamp_ltz") Replace(type, "TIMESTAMP WITH TIME ZONE");
    if (name == "byte") Replace(type, "TINYINT");
    if (name == "timestamp_ntz") {
      Replace(type, "TIMESTAMP");
      statement_->names_ntz = true;
    }
  }

  void Replace(Json& type, const char* id) {
    type = Json{{"id", id}, {"type_info", nullptr}};
    statement_->changed = true;
  }

  const StatementRules& rules_;
  Statement* statement_;
};

// Spark names CAST(a.b AS INT) "b".
std::string SparkName(const Json& item) {
  if (!TextOf(item, "alias").empty() || TextOf(item, "type") != "OPERATOR_CAST") return "";
  const Json& child = item["child"];
  if (TextOf(child, "type") == "OPERATOR_CAST") return SparkName(child);
  return TextOf(child, "type") == "COLUMN_REF" ? child["column_names"].back().get<std::string>()
                                               : "";
}

std::vector<std::string> SparkNames(const Json& node) {
  std::vector<std::string> names;
  if (TextOf(node, "type") != "SELECT_NODE") return names;
  for (const Json& item : node["select_list"]) {
    if (TextOf(item, "type") == "STAR") return {};  // of unknown width
    names.push_back(SparkName(item));
  }
  return names;
}

// Where a character that cannot stand in a name, or the end, comes next.
size_t EndOfWord(const std::string& sql, size_t begin) {
  size_t end = begin;
  while (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) != 0 ||
                              sql[end] == '_' || (sql[end] & 0x80) != 0)) {
    ++end;
  }
  return end;
}

// The last unquoted word up to `position` that is both a column and reserved; empty if none is.
std::string ReservedColumn(const std::string& sql, size_t position, const Schema& columns,
                           const std::set<std::string>& reserved) {
  std::string found;
  for (size_t i = 0; i < sql.size() && i <= position;) {
    const size_t end = EndOfWord(sql, i);
    if (end == i) {
      i = SkipQuoted(sql, i);
      continue;
    }
    const std::string word = sql.substr(i, end - i);
    const bool is_column = std::ranges::any_of(
        columns.fields, [&](const Field& field) { return ToLower(field.name) == ToLower(word); });
    if (is_column && reserved.contains(ToLower(word))) found = word;
    i = end;
  }
  return found;
}

// The words of a text, in small letters.
std::set<std::string> WordsOf(const std::string& text) {
  std::istringstream words(ToLower(text));
  return {std::istream_iterator<std::string>(words), {}};
}

// What to add to a syntax error that a column's name may have caused.
std::string ReservedWordAdvice(DuckdbSession& session, const std::string& sql,
                               const EngineError& error, const Schema* columns) {
  const auto reserved = session.QueryText(
      "SELECT string_agg(keyword_name, ' ') FROM duckdb_keywords() "
      "WHERE keyword_category IN ('reserved', 'type_function')",
      "");
  if (columns == nullptr || !reserved.ok()) return "";
  const std::string name =
      ReservedColumn(sql, error.position.value_or(sql.size()), *columns, WordsOf(*reserved));
  if (name.empty()) return "";
  return " (the column " + name + " has the name of a reserved word: write \"" + name + "\" or `" +
         name + "`)";
}

Status RefuseParse(DuckdbSession& session, const std::string& sql, const EngineError& error,
                   const Schema* columns) {
  if (error.message.starts_with("Only SELECT")) {
    return Status::Exit("SQL_REFUSED",
                        "the SQL must be one SELECT statement over the view `input`");
  }
  std::string message = error.message;
  if (error.message.starts_with("syntax error") && sql.find('<') != std::string::npos) {
    message += " (types are written STRUCT(a INT), INT[], MAP(STRING, INT): see docs/sql.md)";
  }
  if (error.message.starts_with("syntax error")) {
    message += ReservedWordAdvice(session, sql, error, columns);
  }
  return Status::Exit("SQL_SYNTAX", error.position ? PointIntoSql(sql, *error.position, message)
                                                   : "SQL: " + message);
}

// Tables and views that a name without a schema reaches.
Result<std::set<std::string>> TakenNames(DuckdbSession& session) {
  SLUICE_ASSIGN_OR_RETURN(const std::string names,
                          session.QueryText("SELECT string_agg(view_name, ' ') FROM duckdb_views() "
                                            "WHERE schema_name IN ('main', 'pg_catalog')",
                                            ""));
  return WordsOf(names);
}

}  // namespace

Result<Statement> ParseStatement(DuckdbSession& session, const std::string& sql,
                                 const StatementRules& rules) {
  Statement statement;
  if (!IsUtf8(sql)) return Status::Exit("SQL_SYNTAX", "the SQL is not UTF-8");
  statement.text = ReplaceBackquotes(sql);
  SLUICE_ASSIGN_OR_RETURN(
      const std::string parsed,
      session.QueryText("SELECT CAST(json_serialize_sql($1::VARCHAR) AS VARCHAR)", statement.text));
  Json json = Json::parse(parsed, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return Status::Exit("SQL_SYNTAX", "the SQL holds a number that is beyond the range of DOUBLE");
  }
  if (json["error"] == true) {
    return RefuseParse(session, statement.text, ParseEngineError(parsed.c_str()), rules.columns);
  }
  if (json["statements"].size() != 1) {
    return Status::Exit("SQL_REFUSED", "the SQL must be one SELECT statement, here are " +
                                           std::to_string(json["statements"].size()));
  }
  SLUICE_ASSIGN_OR_RETURN(std::set<std::string> taken, TakenNames(session));
  SLUICE_RETURN_IF_ERROR(Gate(statement.text, std::move(taken)).Check(json["statements"][0]));
  statement.spark_names = SparkNames(json["statements"][0]["node"]);
  SLUICE_RETURN_IF_ERROR(Rewriter(rules, &statement).Walk(json["statements"][0]));
  const Json& node = json["statements"][0]["node"];
  statement.filters = node.contains("where_clause") && !node["where_clause"].is_null();
  statement.tree = node.dump();
  SLUICE_ASSIGN_OR_RETURN(statement.canonical_text,
                          session.QueryText("SELECT json_deserialize_sql($1::JSON)", json.dump()));
  return statement;
}

}  // namespace sluice::transform
