// SPDX-License-Identifier: Apache-2.0
#include "page/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "http/gzip.h"
#include "page/embedded_files.h"

namespace sluice::page {

namespace {

constexpr int kSmallest = 9;

std::string TypeOf(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".mjs")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

// FNV-1a: two versions of a file differ.
uint64_t Hash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::vector<Asset> PackAll() {
  std::vector<Asset> assets;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    assets.push_back({std::string(file.name), TypeOf(file.name),
                      fmt::format("\"{:016x}\"", Hash(file.content)),
                      std::make_shared<const std::string>(file.content),
                      std::make_shared<const std::string>(http::Gzip(file.content, kSmallest))});
  }
  return assets;
}

}  // namespace

const std::vector<Asset>& Assets() {
  static const std::vector<Asset> kAssets = PackAll();
  return kAssets;
}

const Asset* FindAsset(std::string_view name) {
  const auto& all = Assets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Asset& asset) { return asset.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace sluice::page
