// SPDX-License-Identifier: Apache-2.0
//
// What JSON should hold, by another way: Protobuf's own parser and its reflection, as MessageToDict goes
// through a message. Slow and simple; the tests and the fuzzer hold the walk against it.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtfs/feed_json.h"
#include "gtfs/json_text.h"
#include "gtfs/wire.h"
#include "gtfs_realtime.pb.h"

namespace sluice::gtfs::testing {

using Json = nlohmann::json;

// type_checkers.ToShortestFloat of Protobuf for Python.
inline double ShortestFloat(float value) {
  char text[32];
  double rounded = 0;
  for (int digits = 6; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    rounded = std::strtod(text, nullptr);
    if (static_cast<float>(rounded) == value) break;
  }
  return rounded;
}

inline Json RealJson(double value, bool is_float) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return is_float ? ShortestFloat(static_cast<float>(value)) : value;
}

inline Json TextJson(const std::string& bytes) {
  std::string text;
  AppendUtf8(bytes, &text);
  return text;
}

inline Json MessageJson(const google::protobuf::Message& message);

inline Json ValueJson(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor* field) {
  using Field = google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32: return reflection->GetInt32(message, field);
    case Field::CPPTYPE_UINT32: return reflection->GetUInt32(message, field);
    case Field::CPPTYPE_INT64: return std::to_string(reflection->GetInt64(message, field));
    case Field::CPPTYPE_UINT64: return std::to_string(reflection->GetUInt64(message, field));
    case Field::CPPTYPE_FLOAT: return RealJson(reflection->GetFloat(message, field), true);
    case Field::CPPTYPE_DOUBLE: return RealJson(reflection->GetDouble(message, field), false);
    case Field::CPPTYPE_BOOL: return reflection->GetBool(message, field);
    case Field::CPPTYPE_ENUM: return reflection->GetEnum(message, field)->name();
    case Field::CPPTYPE_STRING: return TextJson(reflection->GetString(message, field));
    case Field::CPPTYPE_MESSAGE: return MessageJson(reflection->GetMessage(message, field));
  }
  return nullptr;
}

inline Json ListJson(const google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  Json list = Json::array();
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      list.push_back(MessageJson(reflection->GetRepeatedMessage(message, field, i)));
    } else {
      list.push_back(TextJson(reflection->GetRepeatedString(message, field, i)));
    }
  }
  return list;
}

inline Json MessageJson(const google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  Json json = Json::object();
  for (const auto* field : fields) {
    json[field->name()] =
        field->is_repeated() ? ListJson(message, field) : ValueJson(message, field);
  }
  return json;
}

// Parses our JSON; throws if it is none, or names a key twice.
inline Json ParseStrictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  return Json::parse(text, [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw std::runtime_error("key twice: " + value.get<std::string>());
    }
    return true;
  });
}

// What is wrong with the JSON of one entity's bytes; empty if nothing.
inline std::string CheckEntity(std::string_view entity) {
  std::string feed;  // so that it lies as deep as in a feed
  AppendBytesField(2, entity, &feed);
  const google::protobuf::LogSilencer silence;  // bad UTF-8 is told of for each field
  transit_realtime::FeedMessage message;
  const bool readable = message.ParsePartialFromArray(feed.data(), static_cast<int>(feed.size()));
  std::string text;
  const EntityResult result = AppendEntityJson(entity, 0, {}, nullptr, &text);
  const bool dropped = result == EntityResult::kDropped;
  if (!dropped && !readable) return "took what Protobuf does not read: " + text;
  // Protobuf for C++ takes tags of more than 32 bits and cuts them; that for Python refuses them, as we do.
  const bool may_have_long_tags = message.SerializePartialAsString() != feed;
  if (dropped && readable && !may_have_long_tags) return "dropped what Protobuf reads";
  if (dropped) return "";
  const Json ours = ParseStrictly(text);
  const Json expected = MessageJson(message.entity(0));
  if (ours == expected) return "";
  return "is " + ours.dump() + "\nnot " + expected.dump();
}

}  // namespace sluice::gtfs::testing
