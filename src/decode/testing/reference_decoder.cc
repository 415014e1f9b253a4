// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/reference_decoder.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "core/value_text.h"
#include "decode/testing/reference_json.h"

namespace sluice::decode::testing {

namespace {

using Kind = JsonTree::Kind;

// A converted value as JSON; nullopt: bad. `partial`: a part inside was bad.
struct Converted {
  std::optional<std::string> json;
  bool partial = false;
};

Converted Good(std::string json) { return {std::move(json), false}; }
Converted Bad() { return {std::nullopt, false}; }

bool IsIntegerText(const std::string& text) {
  return text.find_first_not_of("-0123456789") == std::string::npos;
}

bool IsSpecial(const std::string& text) {
  return text.find('N') != std::string::npos || text.find('I') != std::string::npos;
}

// Shortest digits that read back equal: by trying.
std::string ShortestDouble(double value) {
  char text[40];
  for (int precision = 1; precision <= 17; ++precision) {
    std::snprintf(text, sizeof text, "%.*e", precision - 1, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

// "-1.25e+03" as Java prints the double.
std::string JavaText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const std::string text = ShortestDouble(std::fabs(value));
  const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  std::string digits = text.substr(0, text.find('e'));
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  std::string out;
  if (exponent >= 7 || exponent < -3) {
    out = digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" +
          std::to_string(exponent);
  } else if (exponent < 0) {
    out = "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  } else {
    const auto whole = static_cast<size_t>(exponent + 1);
    while (digits.size() <= whole) digits += '0';
    out = digits.substr(0, whole) + "." + digits.substr(whole);
  }
  return (value < 0 ? "-" : "") + out;
}

double ToNumber(const std::string& text) {
  if (text == "NaN") return std::nan("");
  if (text == "+INF") return HUGE_VAL;
  if (text == "-INF") return -HUGE_VAL;
  return std::strtod(text.c_str(), nullptr);
}

// What the JSON generator makes of a value.
std::string Regenerated(const JsonTree& value) {
  switch (value.kind) {
    case Kind::kNull: return "null";
    case Kind::kTrue: return "true";
    case Kind::kFalse: return "false";
    case Kind::kNumber: {
      if (IsIntegerText(value.text)) return value.text == "-0" ? "0" : value.text;
      const double number = ToNumber(value.text);
      return std::isfinite(number) ? JavaText(number) : "\"" + JavaText(number) + "\"";
    }
    case Kind::kArray:
    case Kind::kObject: {
      std::string out;
      for (const JsonTree& item : value.items) out += (out.empty() ? "" : ",") + Regenerated(item);
      for (const auto& [name, item] : value.fields) {
        JsonTree key;
        key.kind = Kind::kString;
        key.text = name;
        out += (out.empty() ? "" : ",") + Regenerated(key) + ":" + Regenerated(item);
      }
      return value.kind == Kind::kArray ? "[" + out + "]" : "{" + out + "}";
    }
    case Kind::kString: break;
  }
  std::string out = "\"";
  for (char c : value.text) {
    const size_t at = std::string_view("\"\\\b\f\n\r\t").find(c);
    char text[8];
    if (at != std::string_view::npos) {
      out += std::string("\\") + "\"\\bfnrt"[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(text, sizeof text, "\\u%04X", static_cast<unsigned>(c));
      out += text;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Surrogates, alone or in pairs that the generator writes as escapes, are left to the exact decoder.
bool HasWideCharacter(const JsonTree& value) {
  const auto wide = [](const std::string& text) {
    return text.find_first_of("\xED\xF0\xF1\xF2\xF3\xF4") != std::string::npos;
  };
  return wide(value.text) ||
         std::any_of(value.items.begin(), value.items.end(), HasWideCharacter) ||
         std::any_of(value.fields.begin(), value.fields.end(), [&](const auto& field) {
           return wide(field.first) || HasWideCharacter(field.second);
         });
}

// A 0 of the form stands for any digit.
bool HasForm(const std::string& text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char f) { return f == '0' ? c >= '0' && c <= '9' : c == f; });
}

class Converter {
 public:
  bool predictable = true;

  Converted Convert(const DataType& type, const JsonTree& value) {
    if (type.kind() == TypeKind::kVoid) {
      // Spark does not step over the value.
      if (value.kind == Kind::kObject || value.kind == Kind::kArray) predictable = false;
      return Good("null");
    }
    if (value.kind == Kind::kNull) return Good("null");
    switch (type.kind()) {
      case TypeKind::kStruct: return value.kind == Kind::kObject ? Struct(type, value) : Bad();
      case TypeKind::kArray: return value.kind == Kind::kArray ? List(type, value) : Bad();
      case TypeKind::kMap: return value.kind == Kind::kObject ? Map(type, value) : Bad();
      case TypeKind::kString: return Text(value);
      case TypeKind::kBoolean:
        if (value.kind == Kind::kTrue) return Good("true");
        return value.kind == Kind::kFalse ? Good("false") : Bad();
      case TypeKind::kByte: return Integer(value, -128, 255);
      case TypeKind::kShort: return Integer(value, -32768, 32767);
      case TypeKind::kInt: return Integer(value, -2147483648LL, 2147483647);
      case TypeKind::kLong: return Integer(value, INT64_MIN, INT64_MAX);
      case TypeKind::kFloat:
      case TypeKind::kDouble: return Real(type.kind(), value);
      case TypeKind::kDecimal: return Decimal(type, value);
      case TypeKind::kBinary: return Binary(value);
      default: return DateTime(type.kind(), value);
    }
  }

  Converted Struct(const DataType& type, const JsonTree& value) {
    std::vector<std::string> row(type.children().size(), "null");
    bool partial = false;
    for (const auto& [name, item] : value.fields) {
      for (size_t i = 0; i < row.size(); ++i) {
        if (type.children()[i].name != name) continue;
        Converted converted = Convert(type.children()[i].type, item);
        partial |= converted.partial || !converted.json;
        if (converted.json) row[i] = *converted.json;
      }
    }
    std::string json;
    for (size_t i = 0; i < row.size(); ++i) {
      json += i == 0 ? "{" : ",";
      AppendJsonString(type.children()[i].name, &json);
      json += ":" + row[i];
    }
    return {(row.empty() ? "{" : json) + "}", partial};
  }

 private:
  Converted List(const DataType& type, const JsonTree& value) {
    std::string json;
    bool partial = false;
    for (const JsonTree& item : value.items) {
      const Converted converted = Convert(type.children()[0].type, item);
      if (!converted.json) {
        predictable = false;  // Spark leaves its tokenizer in the middle of the array
        return Bad();
      }
      partial |= converted.partial;
      json += (json.empty() ? "" : ",") + *converted.json;
    }
    return {"[" + json + "]", partial};
  }

  Converted Map(const DataType& type, const JsonTree& value) {
    std::string json;
    bool partial = false, bad = false;
    for (const auto& [name, item] : value.fields) {
      const Converted converted = Convert(type.children()[1].type, item);
      bad |= !converted.json;
      partial |= converted.partial;
      json += json.empty() ? "" : ",";
      AppendJsonString(name, &json);
      json += ":" + converted.json.value_or("");
      if (name.find('\xED') != std::string::npos) predictable = false;
    }
    return bad ? Bad() : Converted{"{" + json + "}", partial};
  }

  Converted Text(const JsonTree& value) {
    if (value.kind != Kind::kString && HasWideCharacter(value)) predictable = false;
    std::string text = value.kind == Kind::kString ? value.text : Regenerated(value);
    for (size_t at = text.find('\xED'); at != std::string::npos; at = text.find('\xED', at + 1)) {
      if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0)
        text.replace(at, 3, "?");
    }
    std::string json;
    AppendJsonString(text, &json);
    return Good(json);
  }

  Converted Integer(const JsonTree& value, long long low, long long high) {
    if (value.kind != Kind::kNumber || !IsIntegerText(value.text) || value.text.size() > 20)
      return Bad();
    errno = 0;
    const long long number = std::strtoll(value.text.c_str(), nullptr, 10);
    if (errno != 0 || number < low || number > high) return Bad();
    return Good(std::to_string(high == 255 && number > 127 ? number - 256 : number));
  }

  Converted Real(TypeKind kind, const JsonTree& value) {
    double number = 0;
    if (value.kind == Kind::kNumber) {
      number = ToNumber(value.text);
      if (number == 0 && IsIntegerText(value.text)) number = 0;
    } else if (value.kind == Kind::kString) {
      static const std::vector<std::string> kNames = {"NaN",      "+INF", "+Infinity",
                                                      "Infinity", "-INF", "-Infinity"};
      if (std::find(kNames.begin(), kNames.end(), value.text) == kNames.end()) return Bad();
      number = ToNumber(value.text);
    } else {
      return Bad();
    }
    if (kind == TypeKind::kFloat) {
      const bool exact =
          std::isnan(number) || static_cast<double>(static_cast<float>(number)) == number;
      if (!exact) predictable = false;  // rounding twice is not our business here
      if (value.text.size() > 15) predictable = false;
    }
    return Good(Shown(kind, number));
  }

  static std::string Shown(TypeKind kind, double number) {
    if (std::isnan(number)) return "\"NaN\"";
    if (std::isinf(number)) return number < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    char text[40];
    const char* end = kind == TypeKind::kFloat
                          ? std::to_chars(text, text + sizeof text, static_cast<float>(number)).ptr
                          : std::to_chars(text, text + sizeof text, number).ptr;
    const std::string shown(text, static_cast<size_t>(end - text));
    return shown.find_first_of(".e") == std::string::npos ? shown + ".0" : shown;
  }

  Converted Decimal(const DataType& type, const JsonTree& value) {
    std::string text = value.text;
    if (value.kind == Kind::kString) {
      text.erase(std::remove(text.begin(), text.end(), ','), text.end());
      if (!text.empty() && text[0] == '+') text.erase(0, 1);
    } else if (value.kind != Kind::kNumber || IsSpecial(text)) {
      return Bad();
    }
    // Only plain short numbers: sign, digits, point, digits.
    const bool negative = !text.empty() && text[0] == '-';
    const std::string digits = text.substr(negative ? 1 : 0);
    if (digits.find_first_not_of("0123456789.") != std::string::npos || digits.size() > 17 ||
        digits.empty() || std::count(digits.begin(), digits.end(), '.') > 1 || digits == ".") {
      predictable = false;
      return Bad();
    }
    const size_t point = std::min(digits.find('.'), digits.size());
    std::string fraction = point < digits.size() ? digits.substr(point + 1) : "";
    fraction.resize(std::max<size_t>(fraction.size(), 38), '0');
    const auto scale = static_cast<size_t>(type.scale());
    __int128 unscaled = 0;
    for (char c : digits.substr(0, point) + fraction.substr(0, scale))
      unscaled = unscaled * 10 + (c - '0');
    if (fraction.size() > scale && fraction[scale] >= '5') ++unscaled;
    std::string shown;
    AppendDecimalText(unscaled, 0, &shown);
    if (shown.size() > static_cast<size_t>(type.precision())) return Bad();
    shown.clear();
    AppendDecimalText(negative ? -unscaled : unscaled, type.scale(), &shown);
    return Good(shown);
  }

  Converted Binary(const JsonTree& value) {
    if (value.kind != Kind::kString) return Bad();
    const std::string& text = value.text;
    const size_t body = std::min(text.find('='), text.size());
    const bool alphabet = text.substr(0, body).find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
                          std::string::npos;
    const bool plain = alphabet && text.size() % 4 == 0 && text.size() - body <= 2 &&
                       text.find_first_not_of('=', body) == std::string::npos;
    if (!plain) {
      predictable = false;  // blanks, and what an error leaves of the string
      return Bad();
    }
    // Bits beyond the last byte are dropped.
    std::string bytes;
    unsigned bits = 0, have = 0;
    for (char c : text.substr(0, body)) {
      const unsigned v = std::isupper(c)   ? c - 'A'
                         : std::islower(c) ? c - 'a' + 26
                         : std::isdigit(c) ? c - '0' + 52
                         : c == '+'        ? 62
                                           : 63;
      bits = (bits << 6 | v) & 0xFFFF;
      have += 6;
      if (have >= 8) {
        have -= 8;
        bytes += static_cast<char>(bits >> have);
      }
    }
    return Good("\"" + sluice::Base64(bytes) + "\"");
  }

  Converted DateTime(TypeKind kind, const JsonTree& value) {
    if (kind == TypeKind::kTimestamp && value.kind == Kind::kNumber) {
      if (!IsIntegerText(value.text)) return Bad();
      if (value.text.size() > 12) {
        predictable = false;  // wraps
        return Bad();
      }
      return Good("\"" + TimestampText(std::atoll(value.text.c_str()) * 1'000'000) + "Z\"");
    }
    if (value.kind != Kind::kString || value.text.empty()) return Bad();
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, us = 0, used = 0;
    const char* text = value.text.c_str();
    const bool date_only = HasForm(value.text, "0000-00-00") &&
                           std::sscanf(text, "%4d-%2d-%2d%n", &y, &mo, &d, &used) == 3 &&
                           used == 10;
    const bool full = HasForm(value.text, "0000-00-00T00:00:00.000000Z") &&
                      std::sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &y, &mo, &d, &h, &mi, &s,
                                  &us, &used) == 7 &&
                      used == 27;
    const bool well_formed = (date_only || full) && y >= 1 && mo >= 1 && mo <= 12 && d >= 1 &&
                             d <= 28 && h >= 0 && h <= 23 && mi >= 0 && mi <= 59 && s >= 0 &&
                             s <= 59 && us >= 0;
    if (!well_formed || (full && kind == TypeKind::kTimestampNtz)) {
      predictable = false;
      return Bad();
    }
    std::tm tm{};
    tm.tm_year = y - 1900;
    tm.tm_mon = mo - 1;
    tm.tm_mday = d;
    tm.tm_hour = h;
    tm.tm_min = mi;
    tm.tm_sec = s;
    const int64_t seconds = timegm(&tm);
    if (kind == TypeKind::kDate) return Good("\"" + value.text.substr(0, 10) + "\"");
    const std::string shown = TimestampText(seconds * 1'000'000 + us);
    return Good("\"" + shown + (kind == TypeKind::kTimestamp ? "Z\"" : "\""));
  }
};

}  // namespace

ReferenceRow ReferenceDecode(const Schema& schema, std::string_view message) {
  const DataType root = DataType::Struct(schema.fields);
  JsonTree nothing;
  nothing.kind = Kind::kObject;
  Converter converter;
  ReferenceRow row;
  row.json = *converter.Struct(root, nothing).json;
  bool blank = false;
  const std::optional<JsonTree> tree = ParseJsonTree(ReplaceMalformed(message), &blank);
  if (blank) return row;
  row.corrupt = true;
  if (!tree) {
    row.predictable = row.well_formed = false;
    return row;
  }
  if (tree->kind != Kind::kObject) return row;
  const Converted converted = converter.Struct(root, *tree);
  row.corrupt = converted.partial;
  row.predictable = converter.predictable;
  row.json = *converted.json;
  return row;
}

}  // namespace sluice::decode::testing
