// SPDX-License-Identifier: Apache-2.0
#include "cli/stats_text.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace sluice::cli {

namespace {

using Json = nlohmann::json;

// Writes each event down again. A number that fits no integer of 64 bits comes with its text.
class Writer : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Scalar("null"); }
  bool boolean(bool value) override { return Scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return Scalar(text);
  }
  bool string(string_t& text) override { return Scalar(Quoted(text)); }
  bool binary(binary_t& /*bytes*/) override { return false; }
  bool start_object(size_t /*size*/) override { return Open('{'); }
  bool end_object() override { return Close('}'); }
  bool start_array(size_t /*size*/) override { return Open('['); }
  bool end_array() override { return Close(']'); }
  bool key(string_t& name) override {
    Separate();
    stats_.json += Quoted(name) + ":";
    needs_comma_ = false;
    if (depth_ == 1) group_ = name;
    if (depth_ == 2) column_ = name;
    return true;
  }
  bool parse_error(size_t /*position*/, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    return false;
  }

  StatsText Take() { return std::move(stats_); }

 private:
  static std::string Quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void Separate() {
    if (needs_comma_) stats_.json += ',';
  }

  void Begin() {
    Separate();
    if (depth_ == 2) value_at_ = stats_.json.size();
  }

  bool Finish() {
    needs_comma_ = true;
    if (depth_ == 2 && !column_.empty())
      stats_.values.push_back({group_, column_, stats_.json.substr(value_at_)});
    return true;
  }

  bool Scalar(const std::string& text) {
    Begin();
    stats_.json += text;
    return Finish();
  }

  bool Open(char bracket) {
    Begin();
    stats_.json += bracket;
    needs_comma_ = false;
    if (++depth_ == 2) column_.clear();
    return true;
  }

  bool Close(char bracket) {
    stats_.json += bracket;
    --depth_;
    return Finish();
  }

  StatsText stats_;
  bool needs_comma_ = false;
  int depth_ = 0;  // of open objects and arrays
  size_t value_at_ = 0;
  std::string group_;
  std::string column_;
};

}  // namespace

const std::string* StatsText::Of(std::string_view group, std::string_view column) const {
  const auto found = std::ranges::find_if(values, [&](const StatsValue& value) {
    return value.group == group && value.column == column;
  });
  return found == values.end() ? nullptr : &found->json;
}

std::optional<StatsText> ReadStats(const std::string& stats_json) {
  Writer writer;
  if (!Json::sax_parse(stats_json, &writer)) return std::nullopt;
  return writer.Take();
}

}  // namespace sluice::cli
