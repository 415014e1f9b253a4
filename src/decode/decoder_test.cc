// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "decode/testing/decode_text.h"

namespace sluice::decode {
namespace {

using testing::BatchOf;
using testing::DecodeLines;

std::string Decoded(const std::string& schema, const std::string& message) {
  return DecodeLines(DecodeOptions{.schema = schema}, {message});
}

TEST(DecoderTest, ReadsEveryType) {
  const std::string schema =
      "b BOOLEAN, y TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, m DECIMAL(10,2), t "
      "STRING, "
      "x BINARY, dt DATE, ts TIMESTAMP, tn TIMESTAMP_NTZ, st STRUCT<a: INT, b: STRING>, ar "
      "ARRAY<INT>, "
      "mp MAP<STRING, DOUBLE>, v VOID";
  const std::string message =
      R"({"b":true,"y":-1,"s":300,"i":-70000,"l":9007199254740993,"f":1.5,"d":-71.145,"m":12.345,)"
      R"("t":"caf\u00e9 \"x\"","x":"aGk=","dt":"2024-03-10","ts":"2024-03-10T02:30:00.5+01:00",)"
      R"("tn":"2024-03-10 02:30:00","st":{"b":"q","a":7},"ar":[1,null,3],"mp":{"k":1,"j":2.5},"v":null})";
  EXPECT_EQ(
      Decoded(schema, message),
      R"({"b":true,"y":-1,"s":300,"i":-70000,"l":9007199254740993,"f":1.5,"d":-71.145,"m":12.35,)"
      R"("t":"café \"x\"","x":"aGk=","dt":"2024-03-10","ts":"2024-03-10T01:30:00.500000Z",)"
      R"("tn":"2024-03-10T02:30:00.000000","st":{"a":7,"b":"q"},"ar":[1,null,3],)"
      R"("mp":{"k":1.0,"j":2.5},"v":null})"
      "\n");
}

TEST(DecoderTest, MissingAndUnknownFieldsInAnyOrder) {
  const std::string schema = "a INT, b STRING, c DOUBLE";
  const DecodeOptions options{.schema = schema};
  EXPECT_EQ(DecodeLines(options, {R"({"c":1.5,"a":1})", R"({"zz":[{"q":[1,"x"]}],"b":"k"})", "{}",
                                  R"({"a":1,"b":"x","c":2,"more":"y"})",
                                  R"({"a":2,"b":"z","c":3,"more":"y"})"}),
            R"({"a":1,"b":null,"c":1.5}
{"a":null,"b":"k","c":null}
{"a":null,"b":null,"c":null}
{"a":1,"b":"x","c":2.0}
{"a":2,"b":"z","c":3.0}
)");
}

TEST(DecoderTest, ExplodesWithRepeatedParents) {
  DecodeOptions options{.schema = "h STRUCT<v: STRING>, e ARRAY<STRUCT<id: STRING, n: INT>>, k INT",
                        .explode = "e"};
  const std::vector<std::optional<std::string>> messages = {
      R"({"h":{"v":"2.0"},"e":[{"id":"a","n":1},{"n":2},null],"k":9})", R"({"e":[],"k":1})",
      R"({"k":2})", R"({"e":[{"id":"b"}]})"};
  EXPECT_EQ(DecodeLines(options, messages),
            R"({"h":{"v":"2.0"},"e":{"id":"a","n":1},"k":9}
{"h":{"v":"2.0"},"e":{"id":null,"n":2},"k":9}
{"h":{"v":"2.0"},"e":null,"k":9}
{"h":null,"e":{"id":"b","n":null},"k":null}
)");
  options.explode_outer = true;
  EXPECT_EQ(DecodeLines(options, messages),
            R"({"h":{"v":"2.0"},"e":{"id":"a","n":1},"k":9}
{"h":{"v":"2.0"},"e":{"id":null,"n":2},"k":9}
{"h":{"v":"2.0"},"e":null,"k":9}
{"h":null,"e":null,"k":1}
{"h":null,"e":null,"k":2}
{"h":null,"e":{"id":"b","n":null},"k":null}
)");
}

TEST(DecoderTest, CorruptRecordsBecomeNullColumnsWithTheirText) {
  const DecodeOptions options{.schema = "a INT, b STRING, _corrupt_record STRING"};
  EXPECT_EQ(DecodeLines(options, {R"({"a":1,"b":"x"})", R"({"a":"bad","b":"x"})", "not json", "",
                                  std::nullopt, R"({"a":1,"b")", "[1]"}),
            R"({"a":1,"b":"x","_corrupt_record":null}
{"a":null,"b":"x","_corrupt_record":"{\"a\":\"bad\",\"b\":\"x\"}"}
{"a":null,"b":null,"_corrupt_record":"not json"}
{"a":null,"b":null,"_corrupt_record":null}
{"a":null,"b":null,"_corrupt_record":null}
{"a":null,"b":null,"_corrupt_record":"{\"a\":1,\"b\""}
{"a":null,"b":null,"_corrupt_record":"[1]"}
)");
}

TEST(DecoderTest, RejectsCarryRecordReasonAndDetail) {
  auto decoder = Decoder::Make({.schema = "a INT, s STRUCT<q: DOUBLE>"});
  ASSERT_TRUE(decoder.ok());
  const RecordBatch batch =
      BatchOf({R"({"a":1})", R"({"s":{"q":"x"}})", "{", "[1]", "nope", R"({"a":1,"s":)"});
  auto decoded = (*decoder)->Decode(batch, {});
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->records, 6);
  std::string seen;
  for (const Reject& reject : decoded->rejects) {
    seen += std::to_string(reject.record) + " " + ToString(reject.reason) + "\n";
  }
  EXPECT_EQ(seen, "1 field_type\n2 truncated\n3 not_an_object\n4 not_json\n5 truncated\n");
  EXPECT_EQ(decoded->rejects[0].detail, "field 'q': expected DOUBLE, found a string x");
}

int64_t Kept(const DecodeOptions& options, const std::vector<std::string>& columns) {
  auto decoder = Decoder::Make(options);
  EXPECT_TRUE((*decoder)->SelectInputs(columns).ok());
  auto decoded =
      (*decoder)->Decode(BatchOf({R"({"a":1})", "no json", R"({"a":"x","e":[{}]})", "[1]"}), {});
  return decoded.ok() ? decoded->kept : -1;
}

TEST(DecoderTest, CountsBadRecordsWhoseTextIsInARow) {
  DecodeOptions options{.schema = "a INT, e ARRAY<STRUCT<q: INT>>, _corrupt_record STRING"};
  EXPECT_EQ(Kept(options, {"a", "_corrupt_record"}), 3);
  EXPECT_EQ(Kept(options, {"a"}), 0) << "nobody reads the column";
  EXPECT_EQ(Kept({.schema = "a INT"}, {"a"}), 0);
  options.explode = "e";
  EXPECT_EQ(Kept(options, {"a", "_corrupt_record"}), 1) << "an array without elements gives no row";
  options.explode_outer = true;
  EXPECT_EQ(Kept(options, {"a", "_corrupt_record"}), 3);
}

int64_t Unmatched(const DecodeOptions& options,
                  const std::vector<std::optional<std::string>>& messages) {
  auto decoder = Decoder::Make(options);
  auto decoded = (*decoder)->Decode(BatchOf(messages), {});
  return decoded.ok() ? decoded->unmatched : -1;
}

TEST(DecoderTest, CountsRecordsWithoutADeclaredKey) {
  const DecodeOptions options{.schema = "id INT, s STRUCT<q: INT>, _corrupt_record STRING"};
  EXPECT_EQ(Unmatched(options, {R"({"id":1})", R"({"id":null,"x":1})", R"({"s":{"zz":1}})"}), 0);
  EXPECT_EQ(Unmatched(options, {R"({"ID":1,"x":{"id":2}})", "{}", R"({"q":1})"}), 3);
  EXPECT_EQ(Unmatched(options, {R"({"_corrupt_record":"x"})"}), 1) << "never read from a message";
  EXPECT_EQ(Unmatched(options, {"", "  \n"}), 2) << "blank: NULLs, and no error either";
  EXPECT_EQ(Unmatched(options, {std::nullopt, "no json", R"({"x":1)", "[1]", R"({"id":true})"}), 0)
      << "tombstones are no messages, and bad records are told as such";
  // Read the exact way: quotes, text behind, an escaped key.
  EXPECT_EQ(Unmatched(options, {"{'x':1}", R"({"x":1} tail)", R"({"i\u0064x":1})"}), 3);
  EXPECT_EQ(Unmatched(options, {"{'id':1}", R"({"id":1} tail)", R"({"i\u0064":1})"}), 0);
  EXPECT_EQ(Unmatched({}, {"{}"}), 0) << "nothing is declared";
}

TEST(DecoderTest, CountsRecordsWithoutADeclaredKeyBesideAnExplode) {
  DecodeOptions options{.schema = "h INT, e ARRAY<STRUCT<a: INT>>", .explode = "e"};
  const std::vector<std::optional<std::string>> messages = {
      R"({"h":1})", R"({"e":[]})", R"({"e":[{"zz":1}]})", R"({"zz":1})", R"({"zz":[{"a":1}]})"};
  EXPECT_EQ(Unmatched(options, messages), 2);
  options.explode_outer = true;
  EXPECT_EQ(Unmatched(options, messages), 2);
}

TEST(DecoderTest, MessagesNameKeysAsTheyAreWritten) {
  const std::string ends = DecodeLines(
      DecodeOptions{.schema = "d DATE", .date_format = "MM/dd/yyyy"}, {R"({"d":"1/1/2024"})"});
  EXPECT_NE(ends.find("With decode.sparkVersion: 4.0 such a value is NULL"), std::string::npos)
      << ends;
  const DecodeOptions outer{.schema = "a INT", .explode = "b", .explode_outer = true};
  EXPECT_EQ(Decoder::Make(outer).status().message(), "explode_outer: the schema has no column 'b'");
}

TEST(DecoderTest, FailFastNamesThePlace) {
  const DecodeOptions options{.schema = "a INT", .mode = DecodeOptions::Mode::kFailFast};
  EXPECT_EQ(DecodeLines(options, {R"({"a":1})"}), "{\"a\":1}\n");
  const std::string error = DecodeLines(options, {R"({"a":1})", R"({"a":true})"});
  EXPECT_NE(
      error.find("MALFORMED_RECORD_IN_PARSING: t-0 offset 1: field_type: field 'a': expected INT"),
      std::string::npos)
      << error;
}

TEST(DecoderTest, KafkaColumnsOnlyWhenSelected) {
  auto decoder = Decoder::Make({.schema = "id STRING, timestamp BIGINT"});
  ASSERT_TRUE(decoder.ok());
  EXPECT_EQ((*decoder)->input_schema().ToDdl(),
            "id STRING, timestamp BIGINT, key BINARY, value BINARY, topic STRING, partition INT, "
            "offset BIGINT, "
            "timestampType INT, processing_timestamp TIMESTAMP, kafka_key BINARY, kafka_value "
            "BINARY, kafka_topic "
            "STRING, kafka_partition INT, kafka_offset BIGINT, kafka_timestamp TIMESTAMP, "
            "kafka_timestampType INT");
  EXPECT_EQ(DecodeLines(decoder->get(), BatchOf({R"({"id":"a","timestamp":5})"})),
            "{\"id\":\"a\",\"timestamp\":5}\n");
  ASSERT_TRUE(
      (*decoder)
          ->SelectInputs({"processing_timestamp", "kafka_timestamp", "id", "offset", "topic"})
          .ok());
  EXPECT_EQ(
      DecodeLines(decoder->get(), BatchOf({R"({"id":"a"})", R"({"id":"b"})"})),
      R"({"id":"a","topic":"t","offset":0,)"
      R"("processing_timestamp":"2023-11-14T22:13:20.000000Z","kafka_timestamp":"1970-01-01T00:00:01.000000Z"}
{"id":"b","topic":"t","offset":1,)"
      R"("processing_timestamp":"2023-11-14T22:13:20.000000Z",)"
      R"("kafka_timestamp":"1970-01-01T00:00:01.001000Z"}
)");
  EXPECT_FALSE((*decoder)->SelectInputs({"nope"}).ok());
}

TEST(DecoderTest, WithoutSchemaKafkasColumns) {
  EXPECT_EQ(DecodeLines(DecodeOptions{}, {"hi", std::nullopt}),
            R"({"key":null,"value":"aGk=","topic":"t","partition":0,"offset":0,)"
            R"("timestamp":"1970-01-01T00:00:01.000000Z","timestampType":0}
{"key":null,"value":null,"topic":"t","partition":0,"offset":1,)"
            R"("timestamp":"1970-01-01T00:00:01.001000Z","timestampType":0}
)");
}

// Regression: the value was measured to the end of the tokens, which lies before it.
TEST(DecoderTest, ObjectAsTextInARecordThatEndsBehindIt) {
  EXPECT_EQ(Decoded("a STRING", R"({"a":{"b":1})"), "{\"a\":null}\n");
  EXPECT_EQ(Decoded("a STRING", R"({"a": {"b" : 1} })"), "{\"a\":\"{\\\"b\\\":1}\"}\n");
}

// Rooms are guessed from the last batch: 8 MiB a message would be 300 GiB here.
TEST(DecoderTest, OneHugeMessageIsNoMeasureOfTheNextBatch) {
  auto decoder = Decoder::Make({.schema = "t STRING, l ARRAY<STRUCT<a: ARRAY<BIGINT>>>"});
  ASSERT_TRUE(decoder.ok());
  std::string numbers = "1";
  for (int i = 0; i < 1 << 20; ++i) numbers += ",1";
  const std::string huge =
      R"({"t":")" + std::string(8 << 20, 'x') + R"(","l":[{"a":[)" + numbers + R"(]},{}]})";
  ASSERT_TRUE((*decoder)->Decode(BatchOf({huge}), {}).ok());
  const std::vector<std::optional<std::string>> small(40'000, R"({"t":"x","l":[{"a":[1]}]})");
  auto decoded = (*decoder)->Decode(BatchOf(small), {});
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(decoded->columns.num_rows(), 40'000);
}

// A message of `elements` elements, a bad one first: explode keeps its text in as many rows.
std::string MessageWithABadElement(int elements) {
  std::string message = R"({"e":[{"a":"x"})";
  for (int i = 1; i < elements; ++i) message += ",{}";
  return message + "]}";
}

// What becomes of two such messages at once and of one alone: "OK", or the error's code.
std::string CodesOfTwoAndOne(const std::vector<std::string>& columns, int64_t max_bytes) {
  auto decoder =
      Decoder::Make({.schema = "e ARRAY<STRUCT<a: INT>>, _corrupt_record STRING", .explode = "e"});
  EXPECT_TRUE((*decoder)->SelectInputs(columns).ok());
  const BatchContext context{.max_bytes = max_bytes};
  const std::string message = MessageWithABadElement(100);  // 314 bytes
  auto two = (*decoder)->Decode(BatchOf({message, message}), context);
  auto one = (*decoder)->Decode(BatchOf({message}), context);
  EXPECT_EQ(one.ok() ? one->columns.num_rows() : -1, 100);
  return (two.ok() ? "OK" : two.status().code()) + " " + (one.ok() ? "OK" : one.status().code());
}

// Regression: the text of a bad message was copied for each of its elements, up to 2 GiB of it and all
// the memory there was.
TEST(DecoderTest, SeveralRecordsThatExplodeTooFarAreRefusedTogether) {
  for (const char* column : {"_corrupt_record", "value", "kafka_value"}) {
    EXPECT_EQ(CodesOfTwoAndOne({"e", column}, 10'000), "BATCH_TOO_LARGE OK") << column;
    EXPECT_EQ(CodesOfTwoAndOne({"e", column}, 100'000), "OK OK") << column;
  }
  EXPECT_EQ(CodesOfTwoAndOne({"value", "_corrupt_record"}, 100'000), "BATCH_TOO_LARGE OK")
      << "the columns count together";
  EXPECT_EQ(CodesOfTwoAndOne({"e"}, 10), "OK OK") << "what is not repeated does not count";
}

// Three bytes of message make a row of 40 columns.
TEST(DecoderTest, SeveralRecordsOfManyEmptyElementsAreRefusedTogether) {
  std::string schema = "e ARRAY<STRUCT<c0: INT";
  for (int i = 1; i < 40; ++i) schema += ", c" + std::to_string(i) + ": INT";
  auto decoder = Decoder::Make({.schema = schema + ">>"});
  ASSERT_TRUE(decoder.ok());
  std::string message = R"({"e":[{})";
  for (int i = 1; i < 200'000; ++i) message += ",{}";
  message += "]}";  // 600 kB of JSON, 32 MB of columns
  const RecordBatch four = BatchOf({message, message, message, message});
  EXPECT_EQ((*decoder)->Decode(four, {.max_bytes = 50 << 20}).status().code(), "BATCH_TOO_LARGE");
  EXPECT_TRUE((*decoder)->Decode(BatchOf({message}), {.max_bytes = 10 << 20}).ok());
  EXPECT_TRUE((*decoder)->Decode(four, {.max_bytes = 200 << 20}).ok());
}

TEST(DecoderTest, ARecordThatExplodesTooFarIsNamedWithWhatHelps) {
  auto decoder =
      Decoder::Make({.schema = "e ARRAY<STRUCT<a: INT>>, _corrupt_record STRING", .explode = "e"});
  ASSERT_TRUE(decoder.ok());
  RecordBatch batch = BatchOf({MessageWithABadElement(40'000)});  // 120 kB, 40,000 rows
  batch.records[0].offset = 17;
  for (const char* column : {"_corrupt_record", "value"}) {
    ASSERT_TRUE((*decoder)->SelectInputs({"e", column}).ok());
    const auto decoded = (*decoder)->Decode(batch, {});
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.status().ToString(),
              std::string("BATCH_TOO_LARGE: t-0 offset 17: column ") + column +
                  " would be too large for this one record. Nothing of its batch was written. It "
                  "may have 2 GiB, and with explode it stands in every row of its record: leave it "
                  "out of the query's SQL, or out of decode.schema");
  }
  ASSERT_TRUE((*decoder)->SelectInputs({"e"}).ok());
  const auto decoded = (*decoder)->Decode(batch, {});
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(decoded->columns.num_rows(), 40'000);
}

TEST(DecoderTest, ExplodeBesideALongListEndsTheBatch) {
  std::string ones = "1", structs = "{}";
  for (int i = 0; i < 1 << 15; ++i) {
    ones += ",1";
    structs += ",{}";
  }
  const DecodeOptions options{.schema = "e ARRAY<STRUCT<a: INT>>, l ARRAY<BIGINT>", .explode = "e"};
  const std::string lines =
      DecodeLines(options, {R"({"e":[)" + structs + R"(],"l":[)" + ones + "]}"});
  EXPECT_NE(lines.find("BATCH_TOO_LARGE: t-0 offset 0: column l would be too large"),
            std::string::npos)
      << lines.substr(0, 200);
}

// Until the end of the scope the program may take `bytes` more.
class MemoryLimit {
 public:
  explicit MemoryLimit(size_t bytes) {
    getrlimit(RLIMIT_AS, &before_);
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) + bytes;
    setrlimit(RLIMIT_AS, &limit);
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

// Regression: read the exact way, each element took room for all of its fields: here 384 MB.
TEST(DecoderTest, FieldsThatAreNotThereTakeNoMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer has memory of its own";
#endif
  std::string fields = "f0: INT";
  for (int i = 1; i < 40; ++i) fields += ", f" + std::to_string(i) + ": INT";
  auto decoder = Decoder::Make({.schema = "e ARRAY<STRUCT<" + fields + ">>"});
  ASSERT_TRUE(decoder.ok());
  for (const char* element : {"{}", "{'f7':1}"}) {
    std::string message = std::string("{'e':[") + element;
    for (int i = 1; i < 100'000; ++i) message += std::string(",") + element;
    const RecordBatch batch = BatchOf({message + "]}"});
    bool fits = false;
    {
      const MemoryLimit limit(200 << 20);
      fits = (*decoder)->Decode(batch, {}).ok();
    }
    EXPECT_TRUE(fits) << element;
  }
}

TEST(DecoderTest, TheExactWayTakesFieldsInAnyOrderAndTheLastOfTwo) {
  const std::string schema = "a INT, b INT, c INT";
  EXPECT_EQ(Decoded(schema, "{'c':3,'a':1}"), "{\"a\":1,\"b\":null,\"c\":3}\n");
  EXPECT_EQ(Decoded(schema, "{'c':3,'b':2,'c':4,'a':1}"), "{\"a\":1,\"b\":2,\"c\":4}\n");
  EXPECT_EQ(Decoded(schema, "{'b':2,'b':null}"), "{\"a\":null,\"b\":null,\"c\":null}\n");
  EXPECT_EQ(Decoded(schema, "{'b':2,'b':'x'}"), "{\"a\":null,\"b\":2,\"c\":null}\n");
}

// A chunk may have 65536 rejects, and a field's type may be as long as the schema.
TEST(DecoderTest, DetailsOfRejectsShortenALongType) {
  std::string accents, seen;
  for (int i = 0; i < 300; ++i) accents += "é";
  for (int i = 0; i < 94; ++i) seen += "é";  // 188 bytes behind STRUCT<`, and half a character
  auto decoder = Decoder::Make({.schema = "s STRUCT<`" + accents + "`: INT>"});
  ASSERT_TRUE(decoder.ok()) << decoder.status().ToString();
  auto decoded = (*decoder)->Decode(BatchOf({R"({"s":1})"}), {});
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->rejects.size(), 1u);
  EXPECT_EQ(decoded->rejects[0].detail,
            "field 's': expected STRUCT<`" + seen + "..., found a number 1");
}

TEST(DecoderTest, DetailsOfRejectsHoldNoControlCharacters) {
  auto decoder = Decoder::Make({.schema = "a INT, m MAP<STRING, INT>"});
  ASSERT_TRUE(decoder.ok());
  auto decoded = (*decoder)->Decode(
      BatchOf({R"({"a":"\u001b[31mred\n\u009bé\u007f"})", R"({"m":{"k\r":true}})"}), {});
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->rejects.size(), 2u);
  EXPECT_EQ(decoded->rejects[0].detail,
            "field 'a': expected INT, found a string \\u001b[31mred\\u000a\\u009bé\\u007f");
  EXPECT_EQ(decoded->rejects[1].detail, "field 'k\\u000d': expected INT, found a boolean");
}

TEST(DecoderTest, NumbersOutOfRangeAreZeroOrInfinite) {
  const std::string zeros(400, '0');
  EXPECT_EQ(Decoded("d DOUBLE, f FLOAT", R"({"d":1)" + zeros + R"(e-5,"f":-1)" + zeros + "e-5}"),
            Decoded("d DOUBLE, f FLOAT", R"({"d":"Infinity","f":"-Infinity"})"));
  EXPECT_EQ(Decoded("d DOUBLE, f FLOAT", R"({"d":0.)" + zeros + R"(1e10,"f":0.)" + zeros + "1}"),
            "{\"d\":0.0,\"f\":0.0}\n");
  EXPECT_EQ(Decoded("d DOUBLE", R"({"d":1e-99999999999999999999})"), "{\"d\":0.0}\n");
  EXPECT_EQ(Decoded("d DOUBLE", R"({"d":0.1e+99999999999999999999})"),
            Decoded("d DOUBLE", R"({"d":"Infinity"})"));
}

TEST(DecoderTest, Base64UnitsAreCheckedFromTheirStart) {
  EXPECT_EQ(Decoded("x BINARY", R"({"x":"aA=="})"), "{\"x\":\"aA==\"}\n");
  EXPECT_EQ(Decoded("x BINARY", R"({"x":"aGkh"})"), "{\"x\":\"aGkh\"}\n");
  for (const char* bad : {"a", "aG", "aGk", "aG=x", "=", "a==="}) {
    EXPECT_EQ(Decoded("x BINARY", R"({"x":")" + std::string(bad) + R"("})"), "{\"x\":null}\n")
        << bad;
  }
}

TEST(DecoderTest, OptionsAreChecked) {
  EXPECT_FALSE(Decoder::Make({.schema = "a INT", .explode = "a"}).ok());
  EXPECT_FALSE(Decoder::Make({.schema = "a INT", .explode = "b"}).ok());
  EXPECT_FALSE(Decoder::Make({.schema = "a INT", .time_zone = "Mars/Olympus"}).ok());
  EXPECT_FALSE(Decoder::Make({.schema = "a INT", .spark_version = "2.4"}).ok());
  EXPECT_FALSE(Decoder::Make({.schema = "a INT", .timestamp_format = "yyyy-MM-dd EEE"}).ok());
  EXPECT_FALSE(Decoder::Make({.schema = "a INT, _corrupt_record INT"}).ok());
}

}  // namespace
}  // namespace sluice::decode
