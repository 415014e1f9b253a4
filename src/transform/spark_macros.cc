// SPDX-License-Identifier: Apache-2.0
#include "transform/spark_macros.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>

#include "core/ascii.h"

namespace sluice::transform {

namespace {

// NOLINTBEGIN(bugprone-suspicious-missing-comma): a statement may take several lines

// In zones other than UTC; in UTC spark_functions.cc gives faster functions of these names.
const std::vector<const char*> kZoned{
    "CREATE MACRO instant_of(x) AS TRY_CAST(x AS TIMESTAMP WITH TIME ZONE)",
    "CREATE MACRO checked_instant_of(x) AS CAST(x AS TIMESTAMP WITH TIME ZONE)",
    "CREATE MACRO naive_of(x) AS CAST(instant_of(x) AS TIMESTAMP)",
    "CREATE MACRO day_of(x) AS coalesce(TRY_CAST(x AS DATE), CAST(instant_of(x) AS DATE))",
    "CREATE MACRO checked_day_of(x) AS CAST(x AS DATE)",
};

// The batch's time instead of the clock: a batch that runs again gives the same rows.
const std::vector<const char*> kClock{
    "CREATE TYPE timestamp_ntz AS TIMESTAMP",
    "CREATE TYPE timestamp_ltz AS TIMESTAMP WITH TIME ZONE",
    "CREATE TYPE byte AS TINYINT",
    "CREATE MACRO now() AS batch_timestamp()",
    "CREATE MACRO current_timestamp() AS batch_timestamp()",
    "CREATE MACRO get_current_timestamp() AS batch_timestamp()",
    "CREATE MACRO transaction_timestamp() AS batch_timestamp()",
    "CREATE MACRO localtimestamp() AS naive_of(batch_timestamp())",
    "CREATE MACRO current_localtimestamp() AS naive_of(batch_timestamp())",
    "CREATE MACRO current_date() AS day_of(batch_timestamp())",
    "CREATE MACRO curdate() AS day_of(batch_timestamp())",
    "CREATE MACRO today() AS day_of(batch_timestamp())",
    "CREATE MACRO get_current_time() AS CAST(naive_of(batch_timestamp()) AS TIME)",
    "CREATE MACRO current_localtime() AS CAST(naive_of(batch_timestamp()) AS TIME)",
};

const std::vector<const char*> kDatetime{
    // Patterns arrive in DuckDB's form: statement.cc translates them.
    // The engine's %z reads no Z, Spark's X does.
    "CREATE MACRO zoned_text(x, pattern) AS CASE WHEN ends_with(pattern, '%z') THEN"
    " system.main.regexp_replace(x, 'Z$', '+00:00') ELSE x END",
    "CREATE MACRO parsed_instant(x, pattern) AS instant_of(try_strptime("
    "zoned_text(CAST(x AS VARCHAR), pattern), pattern))",
    "CREATE MACRO seconds_of(x) AS CAST(instant_of(x) AS BIGINT)",

    "CREATE MACRO to_timestamp(x) AS instant_of(x), (x, pattern) AS parsed_instant(x, pattern)",
    "CREATE MACRO try_to_timestamp(x) AS instant_of(x), (x, pattern) AS parsed_instant(x, pattern)",
    "CREATE MACRO to_timestamp_ntz(x) AS TRY_CAST(x AS TIMESTAMP)",
    "CREATE MACRO to_date(x) AS day_of(x), (x, pattern) AS day_of(try_strptime("
    "zoned_text(CAST(x AS VARCHAR), pattern), pattern))",
    "CREATE MACRO date(x) AS day_of(x)",
    "CREATE MACRO unix_timestamp() AS seconds_of(batch_timestamp()), (x) AS seconds_of(x),"
    " (x, pattern) AS seconds_of(parsed_instant(x, pattern))",
    "CREATE MACRO to_unix_timestamp(x) AS seconds_of(x),"
    " (x, pattern) AS seconds_of(parsed_instant(x, pattern))",
    "CREATE MACRO timestamp_micros(n) AS system.main.make_timestamptz(CAST(n AS BIGINT))",
    "CREATE MACRO timestamp_millis(n) AS system.main.make_timestamptz(CAST(n AS BIGINT) * 1000)",
    "CREATE MACRO timestamp_seconds(n) AS system.main.make_timestamptz("
    "CAST(CAST(n AS DECIMAL(20, 6)) * 1000000 AS BIGINT))",
    "CREATE MACRO from_unixtime(n) AS"
    " strftime(naive_of(CAST(n AS BIGINT)), '%Y-%m-%d %H:%M:%S'),"
    " (n, pattern) AS strftime(naive_of(CAST(n AS BIGINT)), pattern)",
    "CREATE MACRO date_format(x, pattern) AS strftime(naive_of(x), pattern)",
    "CREATE MACRO unix_seconds(x) AS seconds_of(x)",
    "CREATE MACRO unix_millis(x) AS CAST(floor(system.main.epoch_us(instant_of(x)) / 1000) AS "
    "BIGINT)",
    "CREATE MACRO unix_micros(x) AS system.main.epoch_us(instant_of(x))",
    "CREATE MACRO unix_date(x) AS CAST(CAST(x AS DATE) - DATE '1970-01-01' AS INTEGER)",
    "CREATE MACRO date_from_unix_date(n) AS DATE '1970-01-01' + CAST(n AS INTEGER)",

    "CREATE MACRO datetime_unit(unit) AS CASE lower(unit)"
    " WHEN 'yyyy' THEN 'year' WHEN 'yy' THEN 'year' WHEN 'mm' THEN 'month' WHEN 'mon' THEN 'month'"
    " WHEN 'dd' THEN 'day' ELSE lower(unit) END",
    "CREATE MACRO date_trunc(unit, x) AS instant_of(system.main.date_trunc(datetime_unit(unit), "
    "naive_of(x)))",
    "CREATE MACRO trunc(x) AS system.main.trunc(x),"
    " (x, unit) AS CAST(system.main.date_trunc(datetime_unit(unit), day_of(x)) AS DATE)",
    "CREATE MACRO year(x) AS CAST(system.main.year(naive_of(x)) AS INTEGER)",
    "CREATE MACRO quarter(x) AS CAST(system.main.quarter(naive_of(x)) AS INTEGER)",
    "CREATE MACRO month(x) AS CAST(system.main.month(naive_of(x)) AS INTEGER)",
    "CREATE MACRO day(x) AS CAST(system.main.day(naive_of(x)) AS INTEGER)",
    "CREATE MACRO dayofmonth(x) AS CAST(system.main.day(naive_of(x)) AS INTEGER)",
    "CREATE MACRO dayofyear(x) AS CAST(system.main.dayofyear(naive_of(x)) AS INTEGER)",
    "CREATE MACRO weekofyear(x) AS CAST(system.main.weekofyear(naive_of(x)) AS INTEGER)",
    "CREATE MACRO hour(x) AS CAST(system.main.hour(naive_of(x)) AS INTEGER)",
    "CREATE MACRO minute(x) AS CAST(system.main.minute(naive_of(x)) AS INTEGER)",
    "CREATE MACRO second(x) AS CAST(system.main.second(naive_of(x)) AS INTEGER)",
    // 1 is Sunday; weekday: 0 is Monday.
    "CREATE MACRO dayofweek(x) AS CAST(system.main.dayofweek(naive_of(x)) + 1 AS INTEGER)",
    "CREATE MACRO weekday(x) AS CAST(system.main.isodow(naive_of(x)) - 1 AS INTEGER)",

    "CREATE MACRO date_add(x, n) AS day_of(x) + CAST(n AS INTEGER)",
    "CREATE MACRO dateadd(x, n) AS day_of(x) + CAST(n AS INTEGER)",
    "CREATE MACRO date_sub(x, n) AS day_of(x) - CAST(n AS INTEGER),"
    " (part, a, b) AS system.main.date_sub(part, a, b)",
    "CREATE MACRO datediff(a, b) AS CAST(day_of(a) - day_of(b) AS INTEGER),"
    " (part, a, b) AS system.main.datediff(part, a, b)",
    "CREATE MACRO date_diff(a, b) AS CAST(day_of(a) - day_of(b) AS INTEGER),"
    " (part, a, b) AS system.main.date_diff(part, a, b)",
    "CREATE MACRO add_months(x, n) AS CAST(day_of(x) + to_months(CAST(n AS INTEGER)) AS DATE)",
    "CREATE MACRO last_day(x) AS system.main.last_day(day_of(x))",
    "CREATE MACRO from_utc_timestamp(x, zone) AS timezone('UTC', timezone(zone, instant_of(x)))",
    "CREATE MACRO to_utc_timestamp(x, zone) AS timezone(zone, timezone('UTC', instant_of(x)))",
};

const std::vector<const char*> kText{
    "CREATE MACRO get_json_object(x, path) AS"
    " CASE WHEN json_valid(x) THEN json_extract_string(x, path) END",
    // Case by case, as Spark's default group is 1 and no match gives ''.
    "CREATE MACRO regexp_extract(x, pattern) AS system.main.regexp_extract(x, pattern, 1),"
    " (x, pattern, g) AS system.main.regexp_extract(x, pattern, g)",
    "CREATE MACRO regexp_extract_all(x, pattern) AS system.main.regexp_extract_all(x, pattern, 1),"
    " (x, pattern, g) AS system.main.regexp_extract_all(x, pattern, g)",
    "CREATE MACRO regexp_replace(x, pattern, y) AS system.main.regexp_replace(x, pattern,"
    " system.main.regexp_replace(y, '\\$(\\d)', '\\\\\\1', 'g'), 'g')",
    "CREATE MACRO rlike(x, pattern) AS regexp_matches(x, pattern)",
    "CREATE MACRO regexp_like(x, pattern) AS regexp_matches(x, pattern)",
    "CREATE MACRO regexp(x, pattern) AS regexp_matches(x, pattern)",
    "CREATE MACRO split(x, pattern) AS string_split_regex(x, pattern)",
    "CREATE MACRO substring_index(x, d, n) AS CASE"
    " WHEN n > 0 THEN array_to_string(string_split(x, d)[1:n], d)"
    " WHEN n < 0 THEN array_to_string(string_split(x, d)[n:], d) WHEN x IS NOT NULL THEN '' END",
    "CREATE MACRO instr(x, y) AS CAST(system.main.instr(x, y) AS INTEGER)",
    "CREATE MACRO locate(y, x) AS CAST(system.main.instr(x, y) AS INTEGER),"
    " (y, x, p) AS CAST(CASE WHEN system.main.instr(system.main.substring(x, p), y) > 0"
    " THEN system.main.instr(system.main.substring(x, p), y) + p - 1 ELSE 0 END AS INTEGER)",
    "CREATE MACRO length(x) AS CAST(system.main.length(x) AS INTEGER)",
    "CREATE MACRO char_length(x) AS CAST(system.main.length(x) AS INTEGER)",
    "CREATE MACRO character_length(x) AS CAST(system.main.length(x) AS INTEGER)",
    "CREATE MACRO substr(x, p) AS system.main.substring(x, CASE WHEN p = 0 THEN 1 ELSE p END),"
    " (x, p, n) AS system.main.substring(x, CASE WHEN p = 0 THEN 1 ELSE p END, n)",
    "CREATE MACRO substring(x, p) AS system.main.substring(x, CASE WHEN p = 0 THEN 1 ELSE p END),"
    " (x, p, n) AS system.main.substring(x, CASE WHEN p = 0 THEN 1 ELSE p END, n)",
    "CREATE MACRO initcap(x) AS array_to_string(list_transform(string_split(lower(x), ' '),"
    " lambda w: upper(w[1]) || w[2:]), ' ')",
    "CREATE MACRO lpad(x, n) AS system.main.lpad(x, n, ' '), (x, n, p) AS system.main.lpad(x, n, "
    "p)",
    "CREATE MACRO rpad(x, n) AS system.main.rpad(x, n, ' '), (x, n, p) AS system.main.rpad(x, n, "
    "p)",
    "CREATE MACRO replace(x, y) AS system.main.replace(x, y, ''), (x, y, z) AS "
    "system.main.replace(x, y, z)",
    "CREATE MACRO space(n) AS repeat(' ', n)",
    "CREATE MACRO startswith(x, y) AS starts_with(x, y)",
    "CREATE MACRO endswith(x, y) AS ends_with(x, y)",
    // Every CAST to text comes here. DuckDB prints an instant with its offset, Spark does not. typeof() is
    // known when the statement is bound, so nothing of this is left at run time.
    "CREATE MACRO spark_text(x) AS CASE WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE'"
    " THEN CAST(naive_of(TRY_CAST(x AS TIMESTAMP WITH TIME ZONE)) AS VARCHAR) ELSE CAST(x AS "
    "VARCHAR) END",
    "CREATE MACRO string(x) AS spark_text(x)",
    "CREATE MACRO double(x) AS CAST(x AS DOUBLE)",
    "CREATE MACRO try_double(x) AS TRY_CAST(x AS DOUBLE)",  // what double() means without ANSI
    "CREATE MACRO base64(x) AS to_base64(CAST(x AS BLOB))",
    "CREATE MACRO unbase64(x) AS from_base64(x)",
    "CREATE MACRO encode(x) AS CAST(x AS BLOB),"
    " (x, charset) AS CASE WHEN upper(charset) IN ('UTF-8', 'UTF8', 'US-ASCII') THEN CAST(x AS "
    "BLOB)"
    " ELSE error('encode: only UTF-8 is supported') END",
    "CREATE MACRO decode(x) AS CAST(x AS VARCHAR),"
    " (x, charset) AS CASE WHEN upper(charset) IN ('UTF-8', 'UTF8', 'US-ASCII') THEN CAST(x AS "
    "VARCHAR)"
    " ELSE error('decode: only UTF-8 is supported') END",
    "CREATE MACRO sha(x) AS sha1(x)",
    "CREATE MACRO sha2(x, bits) AS CASE WHEN bits IN (0, 256) THEN sha256(x)"
    " ELSE error('sha2: only 256 bits are supported') END",
    "CREATE MACRO crc32(x) AS crc32_of(CAST(x AS BLOB))",
};

const std::vector<const char*> kNumbersAndNulls{
    "CREATE MACRO nvl(x, y) AS coalesce(x, y)",
    "CREATE MACRO nvl2(x, y, z) AS CASE WHEN x IS NOT NULL THEN y ELSE z END",
    "CREATE MACRO \"isnull\"(x) AS x IS NULL",
    "CREATE MACRO isnotnull(x) AS x IS NOT NULL",
    "CREATE MACRO nanvl(x, y) AS CASE WHEN isnan(x) THEN y ELSE x END",
    "CREATE MACRO equal_null(x, y) AS x IS NOT DISTINCT FROM y",
    "CREATE MACRO ceil(x) AS CAST(system.main.ceil(x) AS BIGINT)",
    "CREATE MACRO ceiling(x) AS CAST(system.main.ceil(x) AS BIGINT)",
    "CREATE MACRO floor(x) AS CAST(system.main.floor(x) AS BIGINT)",
    "CREATE MACRO bround(x) AS round_even(x, 0), (x, n) AS round_even(x, n)",
    "CREATE MACRO signum(x) AS CAST(system.main.sign(x) AS DOUBLE)",
    "CREATE MACRO pmod(x, n) AS ((x % n) + n) % n",
    // Where DuckDB stops, Spark gives NULL (logarithms) or NaN (roots).
    "CREATE MACRO ln(x) AS CASE WHEN x > 0 THEN system.main.ln(x) END",
    "CREATE MACRO log(x) AS CASE WHEN x > 0 THEN system.main.ln(x) END,"
    " (b, x) AS CASE WHEN x > 0 AND b > 0 THEN system.main.ln(x) / system.main.ln(b) END",
    "CREATE MACRO log2(x) AS CASE WHEN x > 0 THEN system.main.log2(x) END",
    "CREATE MACRO log10(x) AS CASE WHEN x > 0 THEN system.main.log10(x) END",
    "CREATE MACRO log1p(x) AS CASE WHEN x > -1 THEN system.main.ln(1 + x) END",
    "CREATE MACRO sqrt(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE system.main.sqrt(x) "
    "END",
    "CREATE MACRO hypot(x, y) AS system.main.sqrt(x * x + y * y)",
    "CREATE MACRO shiftleft(x, n) AS x << n",
    "CREATE MACRO shiftright(x, n) AS x >> n",
    "CREATE MACRO rand() AS random()",
};

const std::vector<const char*> kCollections{
    // -1 for NULL, as Spark has it by default.
    "CREATE MACRO size(x) AS coalesce(CAST(len(x) AS INTEGER), -1)",
    "CREATE MACRO array_size(x) AS CAST(len(x) AS INTEGER)",
    "CREATE MACRO map_size(x) AS coalesce(CAST(len(map_keys(x)) AS INTEGER), -1)",
    "CREATE MACRO element_at(x, k) AS x[k]",
    "CREATE MACRO explode(x) AS unnest(x)",
    "CREATE MACRO slice(x, b, n) AS x[b : b + n - 1]",
    "CREATE MACRO array_join(x, d) AS array_to_string(x, d)",
    "CREATE MACRO array_position(x, y) AS CASE WHEN x IS NOT NULL THEN"
    " coalesce(CAST(list_position(x, y) AS BIGINT), 0) END",
    "CREATE MACRO array_distinct(x) AS list_filter(x, lambda e, i: list_position(x, e) = i)",
    "CREATE MACRO array_remove(x, y) AS list_filter(x, lambda e: e IS DISTINCT FROM y)",
    "CREATE MACRO array_compact(x) AS list_filter(x, lambda e: e IS NOT NULL)",
    "CREATE MACRO array_max(x) AS list_max(x)",
    "CREATE MACRO array_min(x) AS list_min(x)",
    "CREATE MACRO array_repeat(x, n) AS list_transform(generate_series(1, n), lambda e: x)",
    "CREATE MACRO arrays_overlap(x, y) AS list_has_any(x, y)",
    "CREATE MACRO sort_array(x) AS list_sort(x, 'ASC', 'NULLS FIRST'),"
    " (x, up) AS CASE WHEN up THEN list_sort(x, 'ASC', 'NULLS FIRST') ELSE list_sort(x, 'DESC', "
    "'NULLS LAST') END",
    "CREATE MACRO array_sort(x) AS list_sort(x, 'ASC', 'NULLS LAST')",
    "CREATE MACRO \"sequence\"(a, b) AS generate_series(a, b), (a, b, step) AS generate_series(a, "
    "b, step)",
    "CREATE MACRO map_from_arrays(k, v) AS map(k, v)",
    "CREATE MACRO map_contains_key(x, k) AS list_contains(map_keys(x), k)",
    "CREATE MACRO collect_list(x) AS coalesce(list(x) FILTER (WHERE x IS NOT NULL), [])",
    "CREATE MACRO collect_set(x) AS coalesce(list(DISTINCT x) FILTER (WHERE x IS NOT NULL), [])",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

// Called by what statement.cc, or the engine's own parser (CURRENT_TIMESTAMP), puts in the place of what
// was written.
bool IsCalledUnnamed(const char* macro) {
  constexpr std::string_view kByStatement[] = {"CREATE MACRO spark_text(",
                                               "CREATE MACRO try_double("};
  return std::ranges::find(kClock, macro) != kClock.end() ||
         std::ranges::find(kZoned, macro) != kZoned.end() ||
         std::ranges::any_of(kByStatement, [&](std::string_view start) {
           return std::string_view(macro).starts_with(start);
         });
}

// Calls `visit` for each word of SQL, in lower case.
template <typename Visit>
void ForEachWord(std::string_view sql, const Visit& visit) {
  std::string word;
  for (size_t i = 0; i <= sql.size(); ++i) {
    const auto c = static_cast<unsigned char>(i < sql.size() ? sql[i] : ' ');
    if (std::isalnum(c) != 0 || c == '_') {
      word += ToLower(static_cast<char>(c));
    } else if (!word.empty()) {
      visit(word);
      word.clear();
    }
  }
}

// "CREATE MACRO name(" as "name"; empty for a type.
std::string MacroName(std::string_view create) {
  constexpr std::string_view kCreate = "CREATE MACRO ";
  if (!create.starts_with(kCreate)) return "";
  create.remove_prefix(kCreate.size());
  std::string name(create.substr(0, create.find('(')));
  std::erase(name, '"');
  return name;
}

}  // namespace

std::vector<const char*> SparkMacros(bool utc) {
  std::vector<const char*> all;
  if (!utc) all = kZoned;
  for (const auto* part : {&kClock, &kNumbersAndNulls, &kDatetime, &kText, &kCollections}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

std::vector<const char*> SparkMacrosFor(std::string_view sql, bool utc) {
  std::vector<const char*> all = SparkMacros(utc);
  std::set<std::string> words;
  const auto note = [&](const std::string& word) { words.insert(word); };
  ForEachWord(sql, note);
  std::vector<bool> chosen(all.size());
  for (bool grown = true; grown;) {  // macros call macros
    grown = false;
    for (size_t i = 0; i < all.size(); ++i) {
      if (chosen[i] || !(IsCalledUnnamed(all[i]) || words.contains(MacroName(all[i])))) continue;
      chosen[i] = grown = true;
      ForEachWord(all[i], note);
    }
  }
  std::vector<const char*> named;
  for (size_t i = 0; i < all.size(); ++i) {
    if (chosen[i]) named.push_back(all[i]);
  }
  return named;
}

}  // namespace sluice::transform
