// SPDX-License-Identifier: Apache-2.0
//
// The from_json corpus: what three releases of Spark made of 3,951 inputs. It lies beside the repository
// (data/from-json in $SLUICE_SHARED or ../shared); without it these tests are skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/columns_json.h"
#include "core/testing/source_dir.h"
#include "core/value_text.h"
#include "decode/decoder.h"
#include "decode/scalar_text.h"
#include "decode/testing/decode_text.h"

namespace sluice::decode {
namespace {

using nlohmann::json;

std::filesystem::path CorpusDirectory() { return SharedDir() / "data" / "from-json"; }

std::vector<json> ReadLines(const std::filesystem::path& path) {
  std::vector<json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string FromBase64(const std::string& text) {
  auto decoder = Decoder::Make({.schema = "x BINARY"});
  const RecordBatch batch = testing::BatchOf({"{\"x\":\"" + text + "\"}"});
  auto decoded = (*decoder)->Decode(batch, {});
  const ArrowArray& array = decoded->columns.column(0);
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  return {static_cast<const char*>(array.buffers[2]), static_cast<size_t>(offsets[1])};
}

std::optional<std::string> InputOf(const json& test) {
  if (test.contains("base64")) return FromBase64(test["base64"]);
  if (test.contains("repeat")) {
    const json& r = test["repeat"];
    std::string text = r[0];
    for (int i = 0; i < r[2].get<int>(); ++i) text += r[1].get<std::string>();
    return text + r[3].get<std::string>();
  }
  if (test["input"].is_null()) return std::nullopt;
  return test["input"].get<std::string>();
}

// A value in the corpus' notation.
json Notation(const DataType& type, const ArrowArray& array, int64_t row) {
  std::string text;
  AppendValueJson(type, array, row, &text);
  if (text == "null") return nullptr;
  const auto fixed = [&](auto zero) {
    return static_cast<const decltype(zero)*>(array.buffers[1])[row];
  };
  const auto* offsets =
      static_cast<const int32_t*>(array.n_buffers > 1 ? array.buffers[1] : nullptr);
  switch (type.kind()) {
    case TypeKind::kDate: return fixed(int32_t{});
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return fixed(int64_t{});
    case TypeKind::kDecimal: return {{"@decimal", text}, {"scale", type.scale()}};
    case TypeKind::kFloat:
      return text[0] == '"' ? json::parse(text) : json{{"@float", json::parse(text)}};
    case TypeKind::kBinary: return {{"@base64", text.substr(1, text.size() - 2)}};
    case TypeKind::kStruct: {
      json object = json::object();
      for (size_t i = 0; i < type.children().size(); ++i) {
        std::string name = type.children()[i].name;
        int same = 0;
        for (const Field& field : type.children()) same += field.name == name;
        if (same > 1) name += "#" + std::to_string(i);
        object[name] = Notation(type.children()[i].type, *array.children[i], row);
      }
      return object;
    }
    case TypeKind::kArray: {
      json list = json::array();
      for (int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
        list.push_back(Notation(type.children()[0].type, *array.children[0], i));
      }
      return list;
    }
    case TypeKind::kMap: {
      json list = json::array();
      const ArrowArray& entries = *array.children[0];
      for (int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
        list.push_back({Notation(type.children()[0].type, *entries.children[0], i),
                        Notation(type.children()[1].type, *entries.children[1], i)});
      }
      return {{"@map", list}};
    }
    default: return json::parse(text);
  }
}

// Strings over 2,000 bytes stand in the corpus by length and hash; here the length is compared.
bool Equal(const json& expected, const json& actual) {
  if (expected.is_object() && expected.contains("@len")) {
    return actual.is_string() && actual.get<std::string>().size() == expected["@len"].get<size_t>();
  }
  // Java may print one digit more than a float needs, and decimals with an exponent.
  if (actual.is_object() && actual.contains("@float")) {
    return expected.is_number() && expected.get<float>() == actual["@float"].get<float>();
  }
  if (actual.is_object() && actual.contains("@decimal")) {
    __int128 left = 0, right = 0;
    const int scale = actual["scale"];
    return expected.is_string() &&
           ParseDecimalText(expected.get<std::string>(), 38, scale, &left) &&
           ParseDecimalText(actual["@decimal"].get<std::string>(), 38, scale, &right) &&
           left == right;
  }
  if (expected.is_object() && actual.is_object()) {
    if (expected.size() != actual.size()) return false;
    for (const auto& [key, value] : expected.items()) {
      if (!actual.contains(key) || !Equal(value, actual[key])) return false;
    }
    return true;
  }
  if (expected.is_array() && actual.is_array()) {
    if (expected.size() != actual.size()) return false;
    for (size_t i = 0; i < expected.size(); ++i) {
      if (!Equal(expected[i], actual[i])) return false;
    }
    return true;
  }
  return expected == actual;
}

bool SetOption(const std::string& name, const std::string& value, DecodeOptions* options) {
  if (name == "timestampFormat") {
    options->timestamp_format = value;
  } else if (name == "timestampNTZFormat") {
    options->timestamp_ntz_format = value;
  } else if (name == "dateFormat") {
    options->date_format = value;
  } else if (name == "timeZone") {
    options->time_zone = value;
  } else if (name == "columnNameOfCorruptRecord") {
    options->column_name_of_corrupt_record = value;
  } else if (name == "mode" && value == "failfast") {
    options->mode = DecodeOptions::Mode::kFailFast;
  } else {
    return false;
  }
  return true;
}

// What became of one case here, as far as it is compared.
struct Outcome {
  bool offered = true;  // false: an option or a root type that Sluice does not have
  bool refused = false;
  json result;
  bool corrupt = false;
};

Outcome Run(const json& test, const std::string& version) {
  Outcome outcome;
  DecodeOptions options{.schema = test["schema"], .spark_version = version};
  // The day on which the corpus was made, for the times without a date.
  const BatchContext context{.batch_timestamp_ms = 1795435200000};
  if (test.contains("options")) {
    for (const auto& [name, value] : test["options"].items()) {
      outcome.offered &= SetOption(name, value, &options);
    }
  }
  const std::string& schema = options.schema;
  if (schema.starts_with("ARRAY<") || schema.starts_with("MAP<S") ||
      schema.find("INTERVAL") != std::string::npos) {
    outcome.offered = false;
  }
  if (!outcome.offered) return outcome;
  auto decoder = Decoder::Make(options);
  if (!decoder.ok()) {
    outcome.refused = true;
    return outcome;
  }
  auto decoded = (*decoder)->Decode(testing::BatchOf({InputOf(test)}), context);
  if (!decoded.ok()) {
    outcome.refused = true;
    return outcome;
  }
  outcome.corrupt = !decoded->rejects.empty();
  outcome.result =
      Notation(DataType::Struct(decoded->columns.schema().fields), decoded->columns.array(), 0);
  return outcome;
}

bool AllNull(const json& object) {
  for (const json& value : object) {
    if (!value.is_null()) return false;
  }
  return true;
}

bool Agrees(const json& expected, const Outcome& outcome) {
  if (expected.contains("error") || expected.contains("analysis_error")) return outcome.refused;
  if (outcome.refused) return false;
  // FAILFAST refuses exactly the corrupt records.
  const bool refused_fast = expected["failfast"] != "same";
  if (refused_fast != outcome.corrupt) return false;
  if (expected["result"].is_null()) return AllNull(outcome.result);
  return Equal(expected["result"], outcome.result);
}

struct Tally {
  int cases = 0;
  int agree = 0;
  int not_offered = 0;
};

Tally Compare(const std::string& version, const std::string& expected_version) {
  const std::vector<json> tests = ReadLines(CorpusDirectory() / "cases.jsonl");
  const std::vector<json> expected =
      ReadLines(CorpusDirectory() / ("expected-" + expected_version + ".jsonl"));
  const bool verbose = std::getenv("SLUICE_CORPUS_VERBOSE") != nullptr;
  Tally tally;
  for (size_t i = 0; i < tests.size(); ++i) {
    const Outcome outcome = Run(tests[i], version);
    ++tally.cases;
    if (!outcome.offered) {
      ++tally.not_offered;
    } else if (Agrees(expected[i], outcome)) {
      ++tally.agree;
    } else if (verbose) {
      std::cout << "differs: " << tests[i].dump().substr(0, 400) << "\n  expected "
                << expected[i].dump().substr(0, 300) << "\n  found    "
                << (outcome.refused ? "refused" : outcome.result.dump().substr(0, 300))
                << (outcome.corrupt ? " corrupt" : "") << "\n";
    }
  }
  return tally;
}

struct Release {
  const char* version;           // ours
  const char* expected_version;  // of the corpus
  int agree;                     // reached; fewer is a regression
};

class CorpusTest : public ::testing::TestWithParam<Release> {};

TEST_P(CorpusTest, AgreesWithSpark) {
  if (!std::filesystem::exists(CorpusDirectory() / "cases.jsonl")) {
    GTEST_SKIP() << "no corpus in " << CorpusDirectory() << " (set SLUICE_SHARED)";
  }
  const Release& release = GetParam();
  const Tally tally = Compare(release.version, release.expected_version);
  std::cout << "from_json corpus, Spark " << release.expected_version << ": " << tally.agree
            << " of " << tally.cases - tally.not_offered << " cases agree; " << tally.not_offered
            << " use options or root types that are not offered\n";
  EXPECT_GE(tally.agree, release.agree);
}

INSTANTIATE_TEST_SUITE_P(Releases, CorpusTest,
                         ::testing::Values(Release{"3.4", "3.4.1", 3696},
                                           Release{"3.5", "3.5.9", 3696},
                                           Release{"4.0", "4.2.0", 3696}));

}  // namespace
}  // namespace sluice::decode
