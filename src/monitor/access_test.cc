// SPDX-License-Identifier: Apache-2.0
#include "monitor/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sluice::monitor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kToken = "0123456789abcdef";

bool Admits(const std::string& authorization) {
  http::ServerRequest request;
  request.headers = {{"authorization", authorization}};
  return Access(kToken).Admits(request);
}

TEST(Access, WithoutATokenEverybodyIsAdmitted) {
  EXPECT_TRUE(Access().Admits({}));
  EXPECT_FALSE(Access(kToken).Admits({}));
}

// The script of another site, whose name was made to lead here.
TEST(Access, OnlyHereANameThatIsNotOursIsRefused) {
  const auto admits = [](const Access& access, const std::string& host) {
    http::ServerRequest request;
    request.headers = {{"host", host}};
    return access.Admits(request);
  };
  const Access access("", true);
  for (const char* host : {"evil.example:4040", "127.evil.example:4040", "127.0.0.1.evil.example",
                           "10.0.0.1:4040", ""})
    EXPECT_FALSE(admits(access, host)) << host;
  EXPECT_FALSE(access.Admits({})) << "no Host at all";
  EXPECT_EQ(access.Refusal().status, 403);
  for (const char* host : {"localhost", "LocalHost:4040", "127.0.0.1:4040", "[::1]:4040"})
    EXPECT_TRUE(admits(access, host)) << host;
  EXPECT_TRUE(admits(Access(), "jobs.example"));
}

TEST(Access, TakesABearerTokenWhateverTheCaseOfTheScheme) {
  EXPECT_TRUE(Admits("Bearer 0123456789abcdef"));
  EXPECT_TRUE(Admits("bearer  0123456789abcdef"));
  for (const char* wrong : {"", "Bearer", "Bearer ", "0123456789abcdef", "Bearer 0123456789abcde",
                            "Bearer 0123456789abcdefg", "Bearer 0123456789abcdeg",
                            "Bearer 1123456789abcdef", "Digest 0123456789abcdef"})
    EXPECT_FALSE(Admits(wrong)) << wrong;
}

TEST(Access, TakesThePasswordOfBasicUnderAnyName) {
  EXPECT_TRUE(Admits("Basic cHJvbWV0aGV1czowMTIzNDU2Nzg5YWJjZGVm"))
      << "prometheus:0123456789abcdef";
  EXPECT_TRUE(Admits("Basic OjAxMjM0NTY3ODlhYmNkZWY=")) << ":0123456789abcdef";
  EXPECT_FALSE(Admits("Basic cHJvbWV0aGV1czowMTIzNDU2Nzg5YWJjZGVn")) << "another password";
  EXPECT_FALSE(Admits("Basic MDEyMzQ1Njc4OWFiY2RlZg==")) << "a name without password";
  EXPECT_FALSE(Admits("Basic !!!!"));
  EXPECT_FALSE(Admits("Basic " + std::string(100'000, 'A')));
}

class TokenFile {
 public:
  explicit TokenFile(const std::string& text)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("monitor_token." + std::to_string(getpid()))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TokenFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Access, TheTokenMayStandInAFileWithALineBreakBehindIt) {
  const TokenFile file(kToken + "\r\n");
  const auto access = OpenAccess({.token_file = file.path()});
  ASSERT_TRUE(access.ok()) << access.status().message();
  http::ServerRequest request;
  request.headers = {{"authorization", "Bearer " + kToken}};
  EXPECT_TRUE(access->Admits(request));
}

TEST(Access, AFileThatWillNotDoIsNamedWithoutItsText) {
  for (const char* text :
       {"", "\n", "hunter2", "hunter2 hunter2 hunter2", "hunter2hunter2hunter2\nmore\n"}) {
    const TokenFile file(text);
    const auto access = OpenAccess({.token_file = file.path()});
    ASSERT_FALSE(access.ok()) << text;
    EXPECT_EQ(access.status().kind(), ErrorKind::kExit);
    EXPECT_EQ(access.status().code(), "MONITOR_TOKEN");
    EXPECT_THAT(access.status().message(),
                AllOf(HasSubstr("monitor.tokenFile " + file.path()), HasSubstr("openssl rand"),
                      Not(HasSubstr("hunter2"))));
  }
}

TEST(Access, AFileThatIsNotThereIsNamedWithTheReason) {
  const auto access = OpenAccess({.token_file = "/nowhere/token"});
  ASSERT_FALSE(access.ok());
  EXPECT_EQ(access.status().message(),
            "monitor.tokenFile /nowhere/token: No such file or directory");
  EXPECT_FALSE(OpenAccess({.token_file = ::testing::TempDir()}).ok()) << "a directory";
}

}  // namespace
}  // namespace sluice::monitor
