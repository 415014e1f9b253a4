// SPDX-License-Identifier: Apache-2.0
#include "cli/decode_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "config/key_lookup.h"
#include "config/key_table.h"
#include "core/data_type.h"
#include "decode/decoder.h"
#include "decode/schema_ddl.h"

namespace sluice::cli {

namespace {

using config::JobConfig;
using config::StageMistake;
using decode::DecodeOptions;

// The key that the decoder's refusal is about: its message begins with its name.
std::string DecoderKey(const Status& status) {
  if (status.code() == "CORRUPT_RECORD_TYPE") return "decode.schema";  // the type stands there
  const std::string& message = status.message();
  const config::KeySpec* key =
      config::FindKey(config::JobKeys(), "decode", message.substr(0, message.find_first_of(" :")));
  return key ? key->path() : "decode";
}

// Puts what cannot be wrong in the place of what is; false if that would change nothing.
bool Replace(const std::string& key, DecodeOptions& options) {
  struct Replacement {
    std::string_view key;
    std::string DecodeOptions::* member;
    std::string text;
  };
  const std::array<Replacement, 7> replacements = {{
      {"decode.explode", &DecodeOptions::explode, ""},
      {"decode.explode_outer", &DecodeOptions::explode, ""},
      {"decode.schema", &DecodeOptions::column_name_of_corrupt_record, ""},
      {"decode.timeZone", &DecodeOptions::time_zone, "UTC"},
      {"decode.dateFormat", &DecodeOptions::date_format, ""},
      {"decode.timestampFormat", &DecodeOptions::timestamp_format, ""},
      {"decode.timestampNTZFormat", &DecodeOptions::timestamp_ntz_format, ""},
  }};
  const auto found = std::ranges::find(replacements, key, &Replacement::key);
  if (found == replacements.end() || options.*found->member == found->text) return false;
  options.*found->member = found->text;
  return true;
}

bool Holds(const std::vector<Field>& fields, TypeKind kind) {
  return std::ranges::any_of(fields, [&](const Field& field) {
    return field.type.kind() == kind || Holds(field.type.children(), kind);
  });
}

}  // namespace

JudgedDecode JudgeDecode(const JobConfig& job) {
  JudgedDecode judged;
  judged.usable = job.decode;
  judged.schema_parses = job.decode.schema.empty() || decode::ParseDdl(job.decode.schema).ok();
  if (!judged.schema_parses) judged.usable.schema.clear();
  // That explode needs a schema was found before.
  if (judged.usable.schema.empty()) judged.usable.explode.clear();
  while (true) {
    const auto decoder = decode::Decoder::Make(judged.usable, job.source.include_headers);
    if (decoder.ok()) return judged;
    const std::string key = DecoderKey(decoder.status());
    judged.mistakes.push_back({key, decoder.status().message()});
    judged.explodes &= !key.starts_with("decode.explode");
    if (!Replace(key, judged.usable)) return judged;
  }
}

std::vector<StageMistake> FindIdleDecodeOptions(const JobConfig& job) {
  const DecodeOptions& decode = job.decode;
  const auto schema = decode::ParseDdl(decode.schema);
  if (decode.schema.empty() || !schema.ok()) return {};
  std::vector<StageMistake> idle;
  const auto warn = [&](const char* key, std::string why) {
    idle.push_back({.key = key, .message = "has no effect: " + std::move(why), .is_warning = true});
  };
  struct Format {
    const char* key;
    const std::string& text;
    TypeKind kind;
    const char* type;
  };
  for (const Format& format :
       {Format{"decode.dateFormat", decode.date_format, TypeKind::kDate, "DATE"},
        Format{"decode.timestampFormat", decode.timestamp_format, TypeKind::kTimestamp,
               "TIMESTAMP"},
        Format{"decode.timestampNTZFormat", decode.timestamp_ntz_format, TypeKind::kTimestampNtz,
               "TIMESTAMP_NTZ"}}) {
    if (!format.text.empty() && !Holds(schema->fields, format.kind))
      warn(format.key, fmt::format("decode.schema declares no {}", format.type));
  }
  const std::string& corrupt = decode.column_name_of_corrupt_record;
  if (corrupt == DecodeOptions().column_name_of_corrupt_record) return idle;
  const char* const key = "decode.columnNameOfCorruptRecord";
  if (std::ranges::find(schema->fields, corrupt, &Field::name) == schema->fields.end()) {
    warn(key, fmt::format("decode.schema declares no column {} STRING", corrupt));
  } else if (decode.mode == DecodeOptions::Mode::kFailFast) {
    warn(key, "with mode: FAILFAST the query stops at a bad record");
  }
  return idle;
}

}  // namespace sluice::cli
