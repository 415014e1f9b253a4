// SPDX-License-Identifier: Apache-2.0
#include "monitoring/embedded.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/testing/source_dir.h"

namespace sluice::monitoring {
namespace {

namespace fs = std::filesystem;

TEST(Embedded, IsWhatStandsInTheRepository) {
  ASSERT_GT(EmbeddedFiles().size(), 25U);
  for (const EmbeddedFile& embedded : EmbeddedFiles()) {
    std::ifstream file(fs::path(SourceDir()) / embedded.path, std::ios::binary);
    ASSERT_TRUE(file) << embedded.path;
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(embedded.text == text) << embedded.path;  // a difference would fill the screen
  }
}

TEST(Embedded, HasEveryDashboardAndRunbook) {
  for (const char* folder : {"monitoring/grafana_dashboards", "docs/runbooks"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(SourceDir()) / folder)) {
      const std::string path = std::string(folder) + "/" + entry.path().filename().string();
      EXPECT_FALSE(Embedded(path).empty()) << path;
    }
  }
}

TEST(Embedded, LeavesOutTheTestsOfTheRules) {
  for (const EmbeddedFile& embedded : EmbeddedFiles())
    EXPECT_FALSE(embedded.path.starts_with("monitoring/tests/")) << embedded.path;
  EXPECT_TRUE(Embedded("monitoring/nothing.yaml").empty());
}

}  // namespace
}  // namespace sluice::monitoring
