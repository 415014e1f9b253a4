// SPDX-License-Identifier: Apache-2.0
#include "transform/spark_functions.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "transform/datetime_text.h"
#include "transform/vector_rows.h"

namespace sluice::transform {

namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// What the functions below take, and how each becomes microseconds since 1970 (nothing: it cannot).
struct FromInstant {
  using Value = int64_t;
  static std::optional<int64_t> Micros(Value value) { return value; }
};
struct FromDay {
  using Value = int32_t;
  static std::optional<int64_t> Micros(Value value) { return value * kMicrosPerDay; }
};
struct FromSeconds {
  using Value = int64_t;
  static std::optional<int64_t> Micros(Value value) {
    int64_t micros = 0;
    if (__builtin_mul_overflow(value, kMicrosPerSecond, &micros)) return std::nullopt;
    return micros;
  }
};
struct FromDoubleSeconds {
  using Value = double;
  static std::optional<int64_t> Micros(Value value) {
    const double micros = value * kMicrosPerSecond;
    if (!(std::abs(micros) < 9.2e18)) return std::nullopt;
    return static_cast<int64_t>(micros);
  }
};
struct FromText {};

struct ToMicros {
  using Value = int64_t;
  static std::optional<int64_t> Text(std::string_view text) { return ParseInstant(text); }
  static int64_t Of(int64_t micros) { return micros; }
};
struct ToDays {
  using Value = int32_t;
  static std::optional<int32_t> Text(std::string_view text) { return ParseDay(text); }
  static int32_t Of(int64_t micros) {
    return static_cast<int32_t>(FloorDivide(micros, kMicrosPerDay));
  }
};

template <typename From, typename To>
std::optional<typename To::Value> ConvertRow(duckdb_vector input, idx_t row) {
  if constexpr (std::is_same_v<From, FromText>) {
    return To::Text(TextAt(input, row));
  } else {
    const auto micros =
        From::Micros(static_cast<const typename From::Value*>(duckdb_vector_get_data(input))[row]);
    if (!micros) return std::nullopt;
    return To::Of(*micros);
  }
}

template <typename From>
std::string Unconvertible(duckdb_vector input, idx_t row) {
  if constexpr (std::is_same_v<From, FromText>) {
    return "the text '" + std::string(TextAt(input, row)) +
           "' is no date or timestamp (zones are Z, UTC or +hh:mm)";
  } else {
    return "a number of seconds is beyond the range of TIMESTAMP";
  }
}

// What cannot be converted is NULL, or an error if `checked`.
template <typename From, typename To, bool checked>
void ConvertRows(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector output) {
  const duckdb_vector input = duckdb_data_chunk_get_vector(chunk, 0);
  auto* out = static_cast<typename To::Value*>(duckdb_vector_get_data(output));
  ForEachValid(duckdb_data_chunk_get_size(chunk), input, output, [&](idx_t row) {
    const auto value = ConvertRow<From, To>(input, row);
    if (value) {
      out[row] = *value;
    } else if (checked) {
      duckdb_scalar_function_set_error(info, Unconvertible<From>(input, row).c_str());
    } else {
      SetNull(output, row);
    }
    return true;
  });
}

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0xEDB88320U : 0);
    table[i] = value;
  }
  return table;
}

void Crc32(duckdb_function_info, duckdb_data_chunk chunk, duckdb_vector output) {
  static constexpr std::array<uint32_t, 256> kTable = MakeCrcTable();
  const duckdb_vector input = duckdb_data_chunk_get_vector(chunk, 0);
  auto* out = static_cast<int64_t*>(duckdb_vector_get_data(output));
  ForEachValid(duckdb_data_chunk_get_size(chunk), input, output, [&](idx_t row) {
    uint32_t crc = 0xFFFFFFFFU;
    for (char c : TextAt(input, row))
      crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
    out[row] = static_cast<int64_t>(crc ^ 0xFFFFFFFFU);
    return true;
  });
}

OwnedScalarFunction MakeFunction(const char* name, duckdb_type parameter, duckdb_type result,
                                 duckdb_scalar_function_t body) {
  OwnedScalarFunction function(duckdb_create_scalar_function());
  const OwnedType parameter_type(duckdb_create_logical_type(parameter));
  const OwnedType result_type(duckdb_create_logical_type(result));
  duckdb_scalar_function_set_name(function.get(), name);
  duckdb_scalar_function_add_parameter(function.get(), parameter_type.get());
  duckdb_scalar_function_set_return_type(function.get(), result_type.get());
  duckdb_scalar_function_set_function(function.get(), body);
  return function;
}

Status Refused(const char* name) {
  return Status::Stop("SQL_ENGINE", std::string("DuckDB refuses the function ") + name);
}

// One name for all the types that can become `result`.
template <typename To, bool checked>
Status RegisterConversions(duckdb_connection connection, const char* name, duckdb_type result) {
  const OwnedFunctionSet set(duckdb_create_scalar_function_set(name));
  const std::pair<duckdb_type, duckdb_scalar_function_t> overloads[] = {
      {DUCKDB_TYPE_VARCHAR, ConvertRows<FromText, To, checked>},
      {DUCKDB_TYPE_TIMESTAMP_TZ, ConvertRows<FromInstant, To, checked>},
      {DUCKDB_TYPE_TIMESTAMP, ConvertRows<FromInstant, To, checked>},
      {DUCKDB_TYPE_DATE, ConvertRows<FromDay, To, checked>},
      {DUCKDB_TYPE_BIGINT, ConvertRows<FromSeconds, To, checked>},
      {DUCKDB_TYPE_DOUBLE, ConvertRows<FromDoubleSeconds, To, checked>},
  };
  for (const auto& [parameter, body] : overloads) {
    const OwnedScalarFunction function = MakeFunction(name, parameter, result, body);
    if (duckdb_add_scalar_function_to_set(set.get(), function.get()) != DuckDBSuccess)
      return Refused(name);
  }
  return duckdb_register_scalar_function_set(connection, set.get()) == DuckDBSuccess
             ? Status::Ok()
             : Refused(name);
}

}  // namespace

Status RegisterSparkFunctions(duckdb_connection connection) {
  const OwnedScalarFunction crc =
      MakeFunction("crc32_of", DUCKDB_TYPE_BLOB, DUCKDB_TYPE_BIGINT, Crc32);
  return duckdb_register_scalar_function(connection, crc.get()) == DuckDBSuccess
             ? Status::Ok()
             : Refused("crc32_of");
}

Status RegisterUtcFunctions(duckdb_connection connection) {
  SLUICE_RETURN_IF_ERROR(
      (RegisterConversions<ToMicros, false>(connection, "instant_of", DUCKDB_TYPE_TIMESTAMP_TZ)));
  SLUICE_RETURN_IF_ERROR((RegisterConversions<ToMicros, true>(connection, "checked_instant_of",
                                                              DUCKDB_TYPE_TIMESTAMP_TZ)));
  SLUICE_RETURN_IF_ERROR(
      (RegisterConversions<ToMicros, false>(connection, "naive_of", DUCKDB_TYPE_TIMESTAMP)));
  SLUICE_RETURN_IF_ERROR(
      (RegisterConversions<ToDays, false>(connection, "day_of", DUCKDB_TYPE_DATE)));
  return RegisterConversions<ToDays, true>(connection, "checked_day_of", DUCKDB_TYPE_DATE);
}

}  // namespace sluice::transform
