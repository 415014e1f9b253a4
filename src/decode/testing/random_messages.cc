// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/random_messages.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace sluice::decode::testing {

std::string RandomMessages::Name() {
  static const std::vector<std::string> kNames = {"a",
                                                  "b",
                                                  "id",
                                                  "lat",
                                                  "lon",
                                                  "trip_id",
                                                  "vehicle",
                                                  "timestamp",
                                                  "current_stop_sequence",
                                                  "é",
                                                  "x y",
                                                  "schedule_relationship_of_this_trip",
                                                  "a_name_of_exactly_thirty_one_ch",
                                                  "A",
                                                  "n1",
                                                  "n2"};
  return kNames[Below(kNames.size())];
}

std::string RandomMessages::Type(int depth) {
  static const std::vector<std::string> kScalars = {
      "STRING",  "STRING",    "INT",           "BIGINT", "DOUBLE",        "DOUBLE",
      "BOOLEAN", "TINYINT",   "SMALLINT",      "FLOAT",  "DECIMAL(10,2)", "DECIMAL(38,18)",
      "DATE",    "TIMESTAMP", "TIMESTAMP_NTZ", "BINARY"};
  if (depth > 0 && OneIn(3)) {
    switch (Below(3)) {
      case 0: return "ARRAY<" + Type(depth - 1) + ">";
      case 1: return "MAP<STRING, " + Type(depth - 1) + ">";
      default: break;
    }
    std::string fields;
    std::vector<std::string> used;
    for (size_t i = 0; i < 1 + Below(4); ++i) {
      const std::string name = Name();
      if (std::find(used.begin(), used.end(), name) != used.end()) continue;
      used.push_back(name);
      fields += (fields.empty() ? "`" : ", `") + name + "`: " + Type(depth - 1);
    }
    return "STRUCT<" + fields + ">";
  }
  return kScalars[Below(kScalars.size())];
}

std::string RandomMessages::Ddl() {
  std::string ddl;
  std::vector<std::string> used;
  for (size_t i = 0; i < 1 + Below(8); ++i) {
    const std::string name = Name();
    if (std::find(used.begin(), used.end(), name) != used.end()) continue;
    used.push_back(name);
    ddl += (ddl.empty() ? "`" : ", `") + name + "` " + Type(3);
  }
  return ddl;
}

std::string RandomMessages::Space() {
  static const char* const kSpaces[] = {" ", "\n", "\t", "\r\n", "  "};
  return OneIn(12) ? kSpaces[Below(5)] : "";
}

std::string RandomMessages::Text() {
  static const std::vector<std::string> kTexts = {
      "",
      "x",
      "IN_TRANSIT_TO",
      "53422480",
      "NaN",
      "-INF",
      "1.5",
      "12",
      "2024-03-10",
      "2024-03-10T02:30:00.123456Z",
      "1999-12-28",
      "aGVsbG8=",
      "aGk=",
      "abcd",
      "caf\xC3\xA9",
      "\xE6\x97\xA5\xE6\x9C\xAC",
      "\xF0\x9F\x98\x80",
      "a longer text that runs over more than two registers of sixteen bytes",
      "1,234.5",
      "true"};
  std::string text = kTexts[Below(kTexts.size())];
  if (OneIn(20)) text += std::string(Below(70), 'z');
  return text;
}

// In quotes, with escapes here and there.
std::string RandomMessages::Quoted(const std::string& text) {
  static const std::vector<std::string> kEscapes = {"\\n",     "\\\"",    "\\\\",           "\\/",
                                                    "\\u00e9", "\\u0041", "\\ud83d\\ude00", "\\t"};
  std::string out = "\"" + text;
  if (OneIn(8)) out.insert(1 + Below(2) * text.size(), kEscapes[Below(kEscapes.size())]);
  if (OneIn(60)) out += "\\ud83d";
  return out + "\"";
}

std::string RandomMessages::Number(bool integer) {
  static const std::vector<std::string> kOdd = {"0",
                                                "-0",
                                                "127",
                                                "128",
                                                "255",
                                                "256",
                                                "32768",
                                                "2147483647",
                                                "2147483648",
                                                "-2147483648",
                                                "9223372036854775807",
                                                "9223372036854775808",
                                                "-9223372036854775808",
                                                "99999999999999999999",
                                                "123456789012345678",
                                                "1234567890123456789"};
  static const std::vector<std::string> kReals = {"0.0",
                                                  "-0.0",
                                                  "1e3",
                                                  "1E-7",
                                                  "1.10",
                                                  "1e400",
                                                  "4.9e-324",
                                                  "2.675",
                                                  "0.005",
                                                  "9007199254740993.0",
                                                  "1e22",
                                                  "1e23",
                                                  "0.1000000000000000055511151231257827",
                                                  "1.7976931348623157e308",
                                                  "-71.14500000000001",
                                                  "3.4028236e38",
                                                  "5e-1",
                                                  "NaN",
                                                  "-Infinity"};
  if (OneIn(4)) return integer ? kOdd[Below(kOdd.size())] : kReals[Below(kReals.size())];
  if (integer) return std::to_string(static_cast<int>(Below(200000)) - 100000);
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", static_cast<int>(Below(8)),
                (static_cast<double>(Below(2000000)) - 1e6) / 997.0);
  return text;
}

std::string RandomMessages::AnyValue(int depth) {
  switch (Below(depth > 0 ? 9 : 7)) {
    case 0: return "null";
    case 1: return "true";
    case 2: return "false";
    case 3: return Number(true);
    case 4: return Number(false);
    case 5:
    case 6: return Quoted(Text());
    case 7: {
      std::string items;
      for (size_t i = Below(3); i > 0; --i)
        items += (items.empty() ? "" : ",") + Space() + AnyValue(depth - 1);
      return "[" + items + Space() + "]";
    }
    default: return Object({}, depth - 1);
  }
}

std::string RandomMessages::Value(const DataType& type, int depth) {
  if (OneIn(14)) return "null";
  if (OneIn(40)) return AnyValue(2);
  switch (type.kind()) {
    case TypeKind::kBoolean: return OneIn(2) ? "true" : "false";
    case TypeKind::kByte: return std::to_string(static_cast<int>(Below(256)) - 128);
    case TypeKind::kShort:
    case TypeKind::kInt:
    case TypeKind::kLong: return Number(true);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal: return Number(OneIn(4));
    case TypeKind::kString: return OneIn(10) ? AnyValue(2) : Quoted(Text());
    case TypeKind::kDate:
      return OneIn(5) ? Quoted(Text()) : "\"2024-03-1" + std::to_string(Below(10)) + "\"";
    case TypeKind::kTimestamp:
      if (OneIn(3)) return std::to_string(Below(2000000000));
      return OneIn(5) ? Quoted(Text())
                      : "\"2024-03-10T02:30:0" + std::to_string(Below(10)) + ".000001Z\"";
    case TypeKind::kTimestampNtz: return OneIn(5) ? Quoted(Text()) : "\"2024-03-10\"";
    case TypeKind::kBinary: return OneIn(5) ? Quoted(Text()) : "\"aGVsbG8=\"";
    case TypeKind::kStruct: return Object(type.children(), depth);
    case TypeKind::kArray: {
      std::string items;
      for (size_t i = Below(4); i > 0; --i) {
        items += (items.empty() ? "" : ",") + Space() + Value(type.children()[0].type, depth);
      }
      return "[" + items + Space() + "]";
    }
    case TypeKind::kMap: {
      std::string entries;
      for (size_t i = Below(4); i > 0; --i) {
        entries += (entries.empty() ? "" : ",") + Quoted(Name()) + ":" +
                   Value(type.children()[1].type, depth);
      }
      return "{" + entries + "}";
    }
    case TypeKind::kVoid: return "null";
  }
  return "null";
}

std::string RandomMessages::Object(const std::vector<Field>& fields, int depth) {
  std::vector<std::string> members;
  for (const Field& field : fields) {
    if (OneIn(10)) continue;
    const size_t times = OneIn(60) ? 2 : 1;
    for (size_t n = 0; n < times; ++n) {
      members.push_back(Quoted(field.name) + Space() + ":" + Space() + Value(field.type, depth));
    }
  }
  if (OneIn(6)) {
    const auto at = members.begin() + static_cast<ptrdiff_t>(Below(members.size() + 1));
    members.insert(at, Quoted("unknown" + std::to_string(Below(4))) + ":" + AnyValue(2));
  }
  if (OneIn(8)) std::shuffle(members.begin(), members.end(), random_);
  std::string out = "{";
  for (const std::string& member : members)
    out += (out.size() == 1 ? "" : ",") + Space() + member + Space();
  return out + "}";
}

std::string RandomMessages::Message(const Schema& schema) {
  return Space() + Object(schema.fields, 3) + (OneIn(30) ? " trailing" : Space());
}

std::string RandomMessages::Damaged(std::string message) {
  static constexpr char kBytes[] =
      "{}[]\",:'\\0123456789.-+eE tfnuNI/\t\n\x00\x1f\x7f\x80\xc3\xed\xff";
  for (size_t n = 1 + Below(3); n > 0 && !message.empty(); --n) {
    const size_t at = Below(message.size());
    const char byte = kBytes[Below(sizeof kBytes - 1)];
    switch (Below(5)) {
      case 0: message[at] = byte; break;
      case 1: message.erase(at, 1); break;
      case 2: message.insert(at, 1, byte); break;
      case 3: std::swap(message[at], message[Below(message.size())]); break;
      default: message.resize(OneIn(4) ? at : message.size());
    }
  }
  return message;
}

}  // namespace sluice::decode::testing
