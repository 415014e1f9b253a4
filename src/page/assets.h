// SPDX-License-Identifier: Apache-2.0
//
// The files of static/, compiled in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::page {

struct Asset {
  std::string name;  // "page.css"
  std::string content_type;
  std::string etag;  // in quotes, by content
  std::shared_ptr<const std::string> plain;
  std::shared_ptr<const std::string> gzip;
};

// All of them; packed at the first call. Safe from any thread.
const std::vector<Asset>& Assets();
// Null if there is none of that name.
const Asset* FindAsset(std::string_view name);

}  // namespace sluice::page
