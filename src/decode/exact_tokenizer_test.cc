// SPDX-License-Identifier: Apache-2.0
#include "decode/exact_tokenizer.h"

#include <gtest/gtest.h>

#include "decode/exact_text.h"
#include "decode/utf8.h"

namespace sluice::decode {
namespace {

const char* Symbol(Token token) {
  switch (token) {
    case Token::kNone: return "end";
    case Token::kStartObject: return "{";
    case Token::kEndObject: return "}";
    case Token::kStartArray: return "[";
    case Token::kEndArray: return "]";
    case Token::kFieldName: return "name";
    case Token::kString: return "string";
    case Token::kInteger: return "int";
    case Token::kFloat: return "float";
    case Token::kTrue: return "true";
    case Token::kFalse: return "false";
    case Token::kNull: return "null";
  }
  return "?";
}

// Tokens up to the end or `errors` errors, which show as "!": what is read after an error counts too.
std::string Tokens(std::string_view json, int errors = 1, TokenizerLimits limits = {}) {
  const std::u16string text = Utf8ToUtf16(json);
  ExactTokenizer in(text, limits);
  std::string out;
  for (int n = 0; n < 100 && errors > 0; ++n) {
    if (!in.Next()) {
      out += "! ";
      --errors;
      continue;
    }
    out += std::string(Symbol(in.current())) + " ";
    if (in.current() == Token::kNone) break;
  }
  return out;
}

TEST(ExactTokenizerTest, OrdinaryText) {
  EXPECT_EQ(Tokens(R"( {"a" : [1, -2.5e3, "x"], "b":{"c":true},"d":null,"e":false} )"),
            "{ name [ int float string ] name { name true } name null name false } end ");
  EXPECT_EQ(Tokens(""), "end ");
  EXPECT_EQ(Tokens(R"({'a':'b"c','d':NaN,"e":-Infinity,"f":+INF})"),
            "{ name string name float name float name float } end ");
}

TEST(ExactTokenizerTest, Errors) {
  for (const char* bad :
       {"{a:1}",         "{\"a\" 1}",  "{\"a\":01}",   "{\"a\":1.}",    "{\"a\":.5}",
        "{\"a\":1e}",    "{\"a\":+1}", "{\"a\":tru}",  "{\"a\":truex}", "{\"a\":/*c*/1}",
        "{\"a\":1,}",    "{\"a\":}",   "{,\"a\":1}",   "{\"a\":1]",     "{\"a\":nul",
        "{\"a\":1",      "{\"a",       "{\"a\\x\":1}", "{\"a\nb\":1}",  "{\"a\":'b",
        "{\"a\":\x0b 1}"}) {
    EXPECT_NE(Tokens(bad).find('!'), std::string::npos) << bad;
  }
}

TEST(ExactTokenizerTest, GoesOnAfterAnErrorWhereJacksonDoes) {
  // The name stays current without a value, so the next token is none at all.
  EXPECT_EQ(Tokens(R"({"a":tru,"b":7})", 2), "{ ! end ");
  // A string is read only when it is stepped over: the error is that of the step.
  EXPECT_EQ(Tokens("{\"a\":\"x\\qy\",\"b\":7}", 2), "{ name string ! ! ");
  EXPECT_EQ(Tokens("[1,x,2]", 2), "[ int ! int ] end ");
}

TEST(ExactTokenizerTest, Limits) {
  EXPECT_EQ(Tokens("[[[1]]]", 1, {.depth = 2}), "[ [ ! ");
  EXPECT_EQ(Tokens("[1234]", 1, {.number_length = 3}), "[ ! ");
  EXPECT_EQ(Tokens("[-1.23]", 1, {.number_length = 3}), "[ float ] end ");
  EXPECT_EQ(Tokens(R"({"abcd":1})", 1, {.name_length = 3}), "{ ! ");
}

std::string Rewritten(std::string_view json) {
  std::string out;
  return ExactText({}).Append(json, &out) ? out : "error";
}

TEST(ExactTextTest, WritesAsJacksonsGenerator) {
  EXPECT_EQ(Rewritten(R"({ "x" : [ 1.10 , 1e3, -0 , -0.0 ] , "x" : "\u00e9\/\u0007\n" })"),
            R"({"x":[1.1,1000.0,0,-0.0],"x":"é/\u0007\n"})");
  EXPECT_EQ(Rewritten("[0.00001,9007199254740993.0,1e400,NaN,1e7,1e-3,123456789.5]"),
            "[1.0E-5,9.007199254740992E15,\"Infinity\",\"NaN\",1.0E7,0.001,1.234567895E8]");
  EXPECT_EQ(Rewritten("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(Rewritten("[\"😀\"]"), "[\"\\uD83D\\uDE00\"]");
  EXPECT_EQ(Rewritten("[1"), "error");
}

TEST(Utf8Test, MalformedBytesAsJavaReplacesThem) {
  const auto repaired = [](std::string_view bytes) { return RepairUtf8(bytes); };
  EXPECT_EQ(repaired("caf\xC3\xA9 \xF0\x9F\x98\x80"), "café 😀");
  EXPECT_EQ(repaired("a\xFF"
                     "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(repaired("\xE2\x82"
                     "b"),
            "\xEF\xBF\xBD"
            "b");                                               // a part of three is one
  EXPECT_EQ(repaired("\xF0\x9F\x98"), "\xEF\xBF\xBD");          // and of four
  EXPECT_EQ(repaired("\xED\xA0\xBD"), "\xEF\xBF\xBD");          // a surrogate is one
  EXPECT_EQ(repaired("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong: each byte
  EXPECT_EQ(repaired("\xF4\x90\x80\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace sluice::decode
