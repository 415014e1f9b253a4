// SPDX-License-Identifier: Apache-2.0
#include "delta/table_size.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

namespace sluice::delta {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// The version in "00000000000000000012.crc".
std::optional<int64_t> VersionOf(const std::string& name) {
  constexpr size_t kDigits = 20;
  if (name.size() != kDigits + 4 || !name.ends_with(".crc")) return std::nullopt;
  int64_t version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, version);
  if (error != std::errc() || end != name.data() + kDigits) return std::nullopt;
  return version;
}

}  // namespace

std::optional<TableSize> ReadTableSize(const std::string& path) {
  int64_t newest = -1;
  fs::path file;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(path) / "_delta_log", error), end; !error && at != end;
       at.increment(error)) {
    const auto version = VersionOf(at->path().filename().string());
    if (!version || *version <= newest) continue;
    newest = *version;
    file = at->path();
  }
  if (newest < 0) return std::nullopt;
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Json checksum = Json::parse(text, nullptr, false);
  if (!checksum.is_object()) return std::nullopt;
  const auto files = checksum.find("numFiles");
  const auto bytes = checksum.find("tableSizeBytes");
  if (files == checksum.end() || bytes == checksum.end()) return std::nullopt;
  if (!files->is_number_integer() || !bytes->is_number_integer()) return std::nullopt;
  return TableSize{TableVersion{newest}, files->get<int64_t>(), bytes->get<int64_t>()};
}

}  // namespace sluice::delta
