// SPDX-License-Identifier: Apache-2.0
#include "cli/decode_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice::cli {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code;
  std::string rows;
  std::string errors;
};

// Decodes `messages`, one a line, out of a file.
Outcome Decode(DecodeArguments arguments, const std::string& messages) {
  const std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) / "sluice_decode_command_test.jsonl";
  std::ofstream(file) << messages;
  arguments.files = {file.string()};
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = DecodeCommand(arguments);
  Outcome outcome{code, ::testing::internal::GetCapturedStdout(),
                  ::testing::internal::GetCapturedStderr()};
  std::filesystem::remove(file);
  return outcome;
}

DecodeArguments Arguments(const std::string& schema, const std::string& option = "") {
  DecodeArguments arguments;
  arguments.schema = schema;
  if (!option.empty()) arguments.options = {option};
  return arguments;
}

TEST(DecodeCommand, TellsOfMessagesWithoutADeclaredKey) {
  const Outcome some = Decode(Arguments("id INT, at DATE, _corrupt_record STRING"),
                              "{\"id\":1}\n{\"ID\":2}\n{\"x\":3}\n");
  EXPECT_EQ(some.code, 0);
  EXPECT_THAT(some.errors, HasSubstr("2 of 3 messages hold none of the keys that the schema "
                                     "declares (id, at): each gives a row of NULL."));
  EXPECT_EQ(Decode(Arguments("id INT"), "{\"id\":1}\n").errors, "");
  EXPECT_THAT(Decode(Arguments("e ARRAY<STRUCT<i: INT>>", "explode=e"), "{\"x\":1}\n").errors,
              HasSubstr("1 of 1 messages hold none of the keys that the schema declares (e): they "
                        "give no row."));
}

TEST(DecodeCommand, ACastFollowsTheSparkVersionOrAnsi) {
  const auto decode = [](const std::string& option) {
    DecodeArguments arguments = Arguments("a STRING", option);
    arguments.sql = "SELECT CAST(a AS INT) AS n, TRY_CAST(a AS INT) AS m FROM input";
    return Decode(arguments, "{\"a\":\"abc\"}\n");
  };
  EXPECT_EQ(decode("sparkVersion=3.5").rows, "{\"n\":null,\"m\":null}\n");
  EXPECT_EQ(decode("ansi=true").code, 1);
  EXPECT_EQ(decode("sparkVersion=4.0").code, 1);
  EXPECT_THAT(decode("sparkVersion=4.0").errors, HasSubstr("the text 'abc' is no integer"));
}

}  // namespace
}  // namespace sluice::cli
