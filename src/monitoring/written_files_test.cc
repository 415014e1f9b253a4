// SPDX-License-Identifier: Apache-2.0
#include "monitoring/written_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace sluice::monitoring {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class WrittenFiles : public testing::Test {
 protected:
  WrittenFiles() {
    std::string pattern = (fs::path(testing::TempDir()) / "written_files.XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~WrittenFiles() override { fs::remove_all(directory_); }
  WrittenFiles(const WrittenFiles&) = delete;
  WrittenFiles& operator=(const WrittenFiles&) = delete;

  std::string Read(const std::string& name) const {
    std::ifstream file(directory_ / name);
    return file ? std::string(std::istreambuf_iterator<char>(file), {}) : "(none)";
  }
  void Edit(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
  }
  std::vector<Outcome> Write(const std::vector<TextFile>& files, bool force = false) {
    const auto report = WriteFiles(directory_, files, force);
    EXPECT_TRUE(report.ok()) << report.status().message();
    std::vector<Outcome> outcomes;
    if (report.ok()) {
      for (const WrittenFile& file : report->files) outcomes.push_back(file.outcome);
      left_over_ = report->left_over;
    }
    return outcomes;
  }

  fs::path directory_;
  std::vector<std::string> left_over_;
};

TEST_F(WrittenFiles, ANewDirectoryIsFilled) {
  directory_ /= "a/b";
  EXPECT_THAT(Write({{"x.yaml", "1\n"}, {"deep/er/y.json", "{}\n"}}),
              ElementsAre(Outcome::kWritten, Outcome::kWritten));
  EXPECT_EQ(Read("x.yaml"), "1\n");
  EXPECT_EQ(Read("deep/er/y.json"), "{}\n");
}

TEST_F(WrittenFiles, WhatNobodyEditedIsWrittenAnew) {
  Write({{"x", "1"}, {"y", "1"}});
  EXPECT_THAT(Write({{"x", "2"}, {"y", "1"}}), ElementsAre(Outcome::kWritten, Outcome::kUnchanged));
  EXPECT_EQ(Read("x"), "2");
}

TEST_F(WrittenFiles, AnEditedFileIsKept) {
  Write({{"x", "1"}});
  Edit("x", "mine");
  EXPECT_THAT(Write({{"x", "2"}}), ElementsAre(Outcome::kKept));
  EXPECT_EQ(Read("x"), "mine");
  EXPECT_EQ(Read("x.new"), "2");
  // And it stays kept, however often it is tried.
  EXPECT_THAT(Write({{"x", "3"}}), ElementsAre(Outcome::kKept));
  EXPECT_EQ(Read("x"), "mine");
  EXPECT_EQ(Read("x.new"), "3");
}

TEST_F(WrittenFiles, AFileOfSomebodyElseIsKept) {
  Edit("x", "not of ours");
  EXPECT_THAT(Write({{"x", "1"}}), ElementsAre(Outcome::kKept));
  EXPECT_EQ(Read("x"), "not of ours");
}

TEST_F(WrittenFiles, ForceOverwritesAndTakesAwayWhatStoodBeside) {
  Write({{"x", "1"}});
  Edit("x", "mine");
  Write({{"x", "2"}});
  EXPECT_THAT(Write({{"x", "2"}}, true), ElementsAre(Outcome::kForced));
  EXPECT_EQ(Read("x"), "2");
  EXPECT_EQ(Read("x.new"), "(none)");
  EXPECT_THAT(Write({{"x", "3"}}), ElementsAre(Outcome::kWritten));
}

TEST_F(WrittenFiles, AnEditThatTookTheNewTextIsNoEditAnyMore) {
  Write({{"x", "1"}});
  Edit("x", "mine");
  Write({{"x", "2"}});
  Edit("x", "2");
  EXPECT_THAT(Write({{"x", "2"}}), ElementsAre(Outcome::kUnchanged));
  EXPECT_THAT(Write({{"x", "3"}}), ElementsAre(Outcome::kWritten));
  EXPECT_EQ(Read("x.new"), "(none)");
}

TEST_F(WrittenFiles, WhatIsNotMadeAnyMoreIsNamedAndLeft) {
  Write({{"x", "1"}, {"producer.json", "{}"}});
  Write({{"x", "1"}});
  EXPECT_THAT(left_over_, ElementsAre("producer.json"));
  EXPECT_EQ(Read("producer.json"), "{}");
  EXPECT_THAT(Write({{"x", "1"}, {"producer.json", "{2}"}}),
              ElementsAre(Outcome::kUnchanged, Outcome::kWritten));
}

TEST_F(WrittenFiles, ADirectoryThatIsAFileIsAnError) {
  Edit("x", "a file");
  const auto report = WriteFiles(directory_ / "x", {{"y", "1"}}, false);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().message(), HasSubstr((directory_ / "x").string()));
}

TEST_F(WrittenFiles, WhatIsNoFileIsLeftAlone) {
  fs::create_directory(directory_ / "x.yaml");
  const auto report = WriteFiles(directory_, {{"x.yaml", "1"}}, /*force=*/true);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().message(), HasSubstr("x.yaml: there is something that is no file"));
  EXPECT_TRUE(fs::is_directory(directory_ / "x.yaml"));
}

TEST_F(WrittenFiles, AFileThatCannotBeReadIsNotWrittenOver) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  Edit("x.yaml", "by hand");
  fs::permissions(directory_ / "x.yaml", fs::perms::none);
  const auto report = WriteFiles(directory_, {{"x.yaml", "1"}}, /*force=*/false);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().message(), HasSubstr("x.yaml: Permission denied"));
}

TEST_F(WrittenFiles, AListThatIsNoneIsNoMatter) {
  Edit(".generated", "x " + std::string(5000, 'y') + "\n\n \xff\n");
  EXPECT_THAT(Write({{"x", "1"}}), ElementsAre(Outcome::kWritten));
}

}  // namespace
}  // namespace sluice::monitoring
