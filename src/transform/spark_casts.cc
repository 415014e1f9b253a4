// SPDX-License-Identifier: Apache-2.0
#include "transform/spark_casts.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "transform/integer_text.h"
#include "transform/vector_rows.h"

namespace sluice::transform {

namespace {

// Conversion is never implicit, or as DuckDB turns any value to text where text is wanted.
constexpr int64_t kExplicitOnly = -1;
constexpr int64_t kToTextWhereWanted = 149;

// Rows that cannot be cast: NULL under TRY_CAST, where nobody reads the error; else the first one's error
// ends the statement.
class RowErrors {
 public:
  RowErrors(duckdb_function_info info, duckdb_vector output)
      : info_(info),
        output_(output),
        tries_(duckdb_cast_function_get_cast_mode(info) == DUCKDB_CAST_TRY) {}

  // `text` makes the message. Always false: the row did not go well.
  template <typename MakeText>
  bool Add(idx_t row, MakeText text) {
    if (tries_) {
      duckdb_cast_function_set_row_error(info_, "", row, output_);
    } else if (!std::exchange(told_, true)) {
      duckdb_cast_function_set_row_error(info_, std::string(text()).c_str(), row, output_);
    }
    return false;
  }

 private:
  duckdb_function_info info_;
  duckdb_vector output_;
  bool tries_;
  bool told_ = false;
};

// Length of the UTF-8 sequence at the front of `bytes`, 0 if it is none.
size_t SequenceLength(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const size_t length = lead < 0x80   ? 1
                        : lead < 0xC2 ? 0
                        : lead < 0xE0 ? 2
                        : lead < 0xF0 ? 3
                        : lead < 0xF5 ? 4
                                      : 0;
  if (length == 0 || length > bytes.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((bytes[i] & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(length > 1 ? bytes[1] : 0);
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

std::string ReplaceMalformed(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    text += length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

bool BinaryToString(duckdb_function_info, idx_t count, duckdb_vector input, duckdb_vector output) {
  return ForEachValid(count, input, output, [&](idx_t row) {
    const std::string_view bytes = TextAt(input, row);
    const std::string mended = IsUtf8(bytes) ? "" : ReplaceMalformed(bytes);
    const std::string_view text = mended.empty() ? bytes : mended;
    duckdb_vector_assign_string_element_len(output, row, text.data(), text.size());
    return true;
  });
}

bool StringToBinary(duckdb_function_info, idx_t count, duckdb_vector input, duckdb_vector output) {
  return ForEachValid(count, input, output, [&](idx_t row) {
    const std::string_view bytes = TextAt(input, row);
    duckdb_vector_assign_string_element_len(output, row, bytes.data(), bytes.size());
    return true;
  });
}

// Digits of the shortest number that reads back equal ("15"), and the power of ten of the first.
template <typename T>
std::string ShortestDigits(T value, int* exponent) {
  char buffer[48];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const size_t e = text.find('e');
  *exponent = std::stoi(text.substr(e + 1));
  return text.substr(0, 1) + (e > 2 ? text.substr(2, e - 2) : "");
}

// As Java prints it: 1.5, 100.0, 1.0E7, 1.0E-4, NaN, Infinity.
template <typename T>
std::string JavaText(T value) {
  if (std::isnan(value)) return "NaN";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "Infinity";
  if (value == 0) return sign + "0.0";
  int exponent = 0;
  std::string digits = ShortestDigits(std::abs(value), &exponent);
  if (exponent < -3 || exponent >= 7) {
    const std::string rest = digits.size() > 1 ? digits.substr(1) : "0";
    return sign + digits[0] + "." + rest + "E" + std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

template <typename T>
bool NumberToString(duckdb_function_info, idx_t count, duckdb_vector input, duckdb_vector output) {
  const auto* values = static_cast<const T*>(duckdb_vector_get_data(input));
  return ForEachValid(count, input, output, [&](idx_t row) {
    const std::string text = JavaText(values[row]);
    duckdb_vector_assign_string_element_len(output, row, text.data(), text.size());
    return true;
  });
}

// Cuts off the fraction. NaN and what the type cannot hold is an error (NULL under TRY_CAST).
template <typename From, typename To>
bool Truncate(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output) {
  const auto* values = static_cast<const From*>(duckdb_vector_get_data(input));
  auto* out = static_cast<To*>(duckdb_vector_get_data(output));
  // Both bounds are powers of two, hence exact; a NaN fails both comparisons.
  const double low = static_cast<double>(std::numeric_limits<To>::min());
  RowErrors errors(info, output);
  return ForEachValid(count, input, output, [&](idx_t row) {
    const double whole = std::trunc(static_cast<double>(values[row]));
    if (whole >= low && whole < -low) {
      out[row] = static_cast<To>(whole);
      return true;
    }
    return errors.Add(row, [&] {
      return "the number " + std::to_string(values[row]) + " does not fit into " +
             std::to_string(sizeof(To) * 8) + " bits";
    });
  });
}

__int128 WideValue(int64_t value) { return value; }
__int128 WideValue(duckdb_hugeint value) {
  return (static_cast<__int128>(value.upper) << 64) | value.lower;
}

// The same for a DECIMAL, whose scale is the function's extra information.
template <typename From, typename To>
bool TruncateDecimal(duckdb_function_info info, idx_t count, duckdb_vector input,
                     duckdb_vector output) {
  const auto* values = static_cast<const From*>(duckdb_vector_get_data(input));
  auto* out = static_cast<To*>(duckdb_vector_get_data(output));
  const auto scale = reinterpret_cast<uintptr_t>(duckdb_cast_function_get_extra_info(info));
  __int128 unit = 1;
  for (uintptr_t i = 0; i < scale; ++i) unit *= 10;
  return ForEachValid(count, input, output, [&](idx_t row) {
    const __int128 whole = WideValue(values[row]) / unit;
    if (whole >= std::numeric_limits<To>::min() && whole <= std::numeric_limits<To>::max()) {
      out[row] = static_cast<To>(whole);
      return true;
    }
    const std::string error =
        "a DECIMAL does not fit into " + std::to_string(sizeof(To) * 8) + " bits";
    duckdb_cast_function_set_row_error(info, error.c_str(), row, output);
    return false;
  });
}

template <typename To, bool cut_fraction>
bool TextToInteger(duckdb_function_info info, idx_t count, duckdb_vector input,
                   duckdb_vector output) {
  auto* out = static_cast<To*>(duckdb_vector_get_data(output));
  RowErrors errors(info, output);
  return ForEachValid(count, input, output, [&](idx_t row) {
    const std::string_view text = TextAt(input, row);
    const std::optional<int64_t> value = ParseInteger(text, cut_fraction);
    if (value && *value >= std::numeric_limits<To>::min() &&
        *value <= std::numeric_limits<To>::max()) {
      out[row] = static_cast<To>(*value);
      return true;
    }
    return errors.Add(row, [&] {
      return "the text '" + std::string(text) + "' is no integer of " +
             std::to_string(sizeof(To) * 8) + " bits";
    });
  });
}

constexpr int64_t kMicrosPerSecond = 1'000'000;

template <typename From>
bool SecondsToTimestamp(duckdb_function_info info, idx_t count, duckdb_vector input,
                        duckdb_vector output) {
  const auto* values = static_cast<const From*>(duckdb_vector_get_data(input));
  auto* out = static_cast<int64_t*>(duckdb_vector_get_data(output));
  RowErrors errors(info, output);
  return ForEachValid(count, input, output, [&](idx_t row) {
    const double micros = static_cast<double>(values[row]) * kMicrosPerSecond;
    if (!(std::abs(micros) < 9.2e18)) {
      return errors.Add(row,
                        [] { return "the number of seconds is beyond the range of TIMESTAMP"; });
    }
    if constexpr (std::is_integral_v<From>) {
      out[row] = static_cast<int64_t>(values[row]) * kMicrosPerSecond;
    } else {
      out[row] = static_cast<int64_t>(micros);
    }
    return true;
  });
}

int64_t FloorSeconds(int64_t micros) {
  return micros / kMicrosPerSecond - (micros % kMicrosPerSecond < 0 ? 1 : 0);
}

bool TimestampToSeconds(duckdb_function_info, idx_t count, duckdb_vector input,
                        duckdb_vector output) {
  const auto* values = static_cast<const int64_t*>(duckdb_vector_get_data(input));
  auto* out = static_cast<int64_t*>(duckdb_vector_get_data(output));
  return ForEachValid(count, input, output, [&](idx_t row) {
    out[row] = FloorSeconds(values[row]);
    return true;
  });
}

bool TimestampToDouble(duckdb_function_info, idx_t count, duckdb_vector input,
                       duckdb_vector output) {
  const auto* values = static_cast<const int64_t*>(duckdb_vector_get_data(input));
  auto* out = static_cast<double*>(duckdb_vector_get_data(output));
  return ForEachValid(count, input, output, [&](idx_t row) {
    out[row] = static_cast<double>(values[row]) / kMicrosPerSecond;
    return true;
  });
}

Status RegisterFrom(duckdb_connection connection, const OwnedType& source, duckdb_type to,
                    int64_t cost, duckdb_cast_function_t convert, uintptr_t extra = 0) {
  const OwnedCastFunction function(duckdb_create_cast_function());
  const OwnedType target(duckdb_create_logical_type(to));
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the C API hands a pointer back, and we need only a number
  duckdb_cast_function_set_extra_info(function.get(), reinterpret_cast<void*>(extra), nullptr);
  duckdb_cast_function_set_source_type(function.get(), source.get());
  duckdb_cast_function_set_target_type(function.get(), target.get());
  duckdb_cast_function_set_implicit_cast_cost(function.get(), cost);
  duckdb_cast_function_set_function(function.get(), convert);
  if (duckdb_register_cast_function(connection, function.get()) == DuckDBSuccess)
    return Status::Ok();
  return Status::Stop("SQL_ENGINE", "DuckDB refuses a cast function");
}

Status Register(duckdb_connection connection, duckdb_type from, duckdb_type to, int64_t cost,
                duckdb_cast_function_t convert) {
  const OwnedType source(duckdb_create_logical_type(from));
  return RegisterFrom(connection, source, to, cost, convert);
}

template <typename From>
Status RegisterTruncations(duckdb_connection connection, duckdb_type from) {
  SLUICE_RETURN_IF_ERROR(
      Register(connection, from, DUCKDB_TYPE_TINYINT, kExplicitOnly, Truncate<From, int8_t>));
  SLUICE_RETURN_IF_ERROR(
      Register(connection, from, DUCKDB_TYPE_SMALLINT, kExplicitOnly, Truncate<From, int16_t>));
  SLUICE_RETURN_IF_ERROR(
      Register(connection, from, DUCKDB_TYPE_INTEGER, kExplicitOnly, Truncate<From, int32_t>));
  return Register(connection, from, DUCKDB_TYPE_BIGINT, kExplicitOnly, Truncate<From, int64_t>);
}

template <typename To>
duckdb_cast_function_t DecimalTruncation(uint8_t width) {
  if (width <= 4) return TruncateDecimal<int16_t, To>;
  if (width <= 9) return TruncateDecimal<int32_t, To>;
  if (width <= 18) return TruncateDecimal<int64_t, To>;
  return TruncateDecimal<duckdb_hugeint, To>;
}

// The engine finds a cast by the whole type, so each width and scale has its own.
Status RegisterDecimalTruncations(duckdb_connection connection) {
  for (uint8_t width = 1; width <= 38; ++width) {
    const std::pair<duckdb_type, duckdb_cast_function_t> casts[] = {
        {DUCKDB_TYPE_TINYINT, DecimalTruncation<int8_t>(width)},
        {DUCKDB_TYPE_SMALLINT, DecimalTruncation<int16_t>(width)},
        {DUCKDB_TYPE_INTEGER, DecimalTruncation<int32_t>(width)},
        {DUCKDB_TYPE_BIGINT, DecimalTruncation<int64_t>(width)}};
    for (uint8_t scale = 1; scale <= width; ++scale) {
      const OwnedType source(duckdb_create_decimal_type(width, scale));
      for (const auto& [to, convert] : casts) {
        SLUICE_RETURN_IF_ERROR(RegisterFrom(connection, source, to, kExplicitOnly, convert, scale));
      }
    }
  }
  return Status::Ok();
}

template <bool cut_fraction>
Status RegisterTextToIntegers(duckdb_connection connection) {
  constexpr std::pair<duckdb_type, duckdb_cast_function_t> kCasts[] = {
      {DUCKDB_TYPE_TINYINT, TextToInteger<int8_t, cut_fraction>},
      {DUCKDB_TYPE_SMALLINT, TextToInteger<int16_t, cut_fraction>},
      {DUCKDB_TYPE_INTEGER, TextToInteger<int32_t, cut_fraction>},
      {DUCKDB_TYPE_BIGINT, TextToInteger<int64_t, cut_fraction>}};
  for (const auto& [to, convert] : kCasts) {
    SLUICE_RETURN_IF_ERROR(Register(connection, DUCKDB_TYPE_VARCHAR, to, kExplicitOnly, convert));
  }
  return Status::Ok();
}

// Between seconds since 1970 and instants.
Status RegisterSeconds(duckdb_connection connection) {
  constexpr duckdb_type kInstant = DUCKDB_TYPE_TIMESTAMP_TZ;
  SLUICE_RETURN_IF_ERROR(Register(connection, DUCKDB_TYPE_INTEGER, kInstant, kExplicitOnly,
                                  SecondsToTimestamp<int32_t>));
  SLUICE_RETURN_IF_ERROR(Register(connection, DUCKDB_TYPE_BIGINT, kInstant, kExplicitOnly,
                                  SecondsToTimestamp<int64_t>));
  SLUICE_RETURN_IF_ERROR(Register(connection, DUCKDB_TYPE_DOUBLE, kInstant, kExplicitOnly,
                                  SecondsToTimestamp<double>));
  SLUICE_RETURN_IF_ERROR(
      Register(connection, kInstant, DUCKDB_TYPE_BIGINT, kExplicitOnly, TimestampToSeconds));
  return Register(connection, kInstant, DUCKDB_TYPE_DOUBLE, kExplicitOnly, TimestampToDouble);
}

}  // namespace

Status RegisterSparkCasts(duckdb_connection connection, bool ansi) {
  SLUICE_RETURN_IF_ERROR(ansi ? RegisterTextToIntegers<false>(connection)
                              : RegisterTextToIntegers<true>(connection));
  SLUICE_RETURN_IF_ERROR(
      Register(connection, DUCKDB_TYPE_BLOB, DUCKDB_TYPE_VARCHAR, kExplicitOnly, BinaryToString));
  SLUICE_RETURN_IF_ERROR(
      Register(connection, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BLOB, kExplicitOnly, StringToBinary));
  SLUICE_RETURN_IF_ERROR(RegisterTruncations<float>(connection, DUCKDB_TYPE_FLOAT));
  SLUICE_RETURN_IF_ERROR(RegisterTruncations<double>(connection, DUCKDB_TYPE_DOUBLE));
  SLUICE_RETURN_IF_ERROR(RegisterDecimalTruncations(connection));
  SLUICE_RETURN_IF_ERROR(RegisterSeconds(connection));
  SLUICE_RETURN_IF_ERROR(Register(connection, DUCKDB_TYPE_FLOAT, DUCKDB_TYPE_VARCHAR,
                                  kToTextWhereWanted, NumberToString<float>));
  return Register(connection, DUCKDB_TYPE_DOUBLE, DUCKDB_TYPE_VARCHAR, kToTextWhereWanted,
                  NumberToString<double>);
}

}  // namespace sluice::transform
