// SPDX-License-Identifier: Apache-2.0
#include "transform/testing/all_types.h"

#include <random>
#include <string>

#include "core/testing/columns_builder.h"

namespace sluice::transform {

namespace {

constexpr const char* kSample = R"(
{"id":1,"flag":true,"tiny":-3,"small":300,"num":70000,"f":1.5,"d":-2.25,"dec4":"-12.5","dec9":"1234567.89",
 "dec18":"-123456789012345.678","dec38":"1234567890123456789012345678901234.5678",
 "text":"a text of more than twelve bytes","bytes":"raw","day":"2024-02-29","at":"2024-03-10 02:30:00.123456",
 "local_at":"1969-12-31 23:59:59.5","s":{"a":1,"in":{"t":"deep"}},
 "list":["x",null,"a long element of the list"],"structs":[{"x":1},null,{"x":3}],"map":{"k":1.5,"l":null}}
{"id":2}
{"id":3,"text":"","bytes":"","list":[],"structs":[],"map":{},"s":{},"flag":false}
{"id":4,"s":{"in":{}},"structs":[{"x":7}]}
)";

class RowWriter {
 public:
  explicit RowWriter(uint32_t seed) : random_(seed) {}

  std::string Row(int64_t id) {
    row_ = "{\"id\":" + std::to_string(id);
    Scalars();
    Nested();
    return row_ + "}";
  }

 private:
  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }
  // One in five is left out, hence NULL.
  void Put(const char* name, const std::string& value) {
    if (Below(5) > 0) row_ += std::string(",\"") + name + "\":" + value;
  }
  std::string Number(int end) {
    return std::to_string(static_cast<int>(Below(static_cast<uint32_t>(end * 2))) - end);
  }
  std::string Text() {
    return "\"" + std::string(Below(30), static_cast<char>('a' + Below(26))) + "\"";
  }
  std::string List(std::string (RowWriter::*element)()) {
    std::string list = "[";
    for (uint32_t i = Below(5); i > 0; --i)
      list += (Below(6) == 0 ? "null" : (this->*element)()) + (i > 1 ? "," : "");
    return list + "]";
  }
  std::string Struct() { return "{\"x\":" + Number(1000) + "}"; }

  void Scalars() {
    Put("flag", Below(2) == 0 ? "true" : "false");
    Put("tiny", Number(120));
    Put("small", Number(30000));
    Put("num", Number(1'000'000'000));
    Put("f", Number(1000) + ".5");
    Put("d", Number(100'000) + ".25");
    Put("dec4", "\"" + Number(999) + ".5\"");
    Put("dec9", "\"" + Number(999'999) + ".25\"");
    Put("dec18", "\"" + Number(999'999'999) + ".125\"");
    Put("dec38", "\"" + Number(999'999'999) + "123456789012345.0625\"");
    Put("text", Text());
    Put("bytes", Text());
    Put("day", Number(40'000));
    Put("at", Number(1'000'000'000) + "000017");
    Put("local_at", Number(1'000'000'000) + "000023");
  }
  void Nested() {
    Put("s", "{\"a\":" + Number(50) +
                 ",\"in\":" + (Below(3) == 0 ? "null" : "{\"t\":" + Text() + "}") + "}");
    Put("list", List(&RowWriter::Text));
    Put("structs", List(&RowWriter::Struct));
    Put("map", "{\"k\":" + Number(9) + ".5,\"m" + Number(9) + "\":null}");
  }

  std::mt19937 random_;
  std::string row_;
};

}  // namespace

Schema AllTypes() {
  const DataType inner = DataType::Struct({{"t", DataType(TypeKind::kString)}});
  return Schema{{{"id", DataType(TypeKind::kLong)},
                 {"flag", DataType(TypeKind::kBoolean)},
                 {"tiny", DataType(TypeKind::kByte)},
                 {"small", DataType(TypeKind::kShort)},
                 {"num", DataType(TypeKind::kInt)},
                 {"f", DataType(TypeKind::kFloat)},
                 {"d", DataType(TypeKind::kDouble)},
                 {"dec4", DataType::Decimal(4, 1)},
                 {"dec9", DataType::Decimal(9, 2)},
                 {"dec18", DataType::Decimal(18, 3)},
                 {"dec38", DataType::Decimal(38, 4)},
                 {"text", DataType(TypeKind::kString)},
                 {"bytes", DataType(TypeKind::kBinary)},
                 {"day", DataType(TypeKind::kDate)},
                 {"at", DataType(TypeKind::kTimestamp)},
                 {"local_at", DataType(TypeKind::kTimestampNtz)},
                 {"s", DataType::Struct({{"a", DataType(TypeKind::kInt)}, {"in", inner}})},
                 {"list", DataType::Array(DataType(TypeKind::kString))},
                 {"structs", DataType::Array(DataType::Struct({{"x", DataType(TypeKind::kInt)}}))},
                 {"map", DataType::Map(DataType(TypeKind::kString), DataType(TypeKind::kDouble))}}};
}

Columns AllTypesSample() { return BuildColumns(AllTypes(), kSample); }

Columns AllTypesRandom(int64_t rows, uint32_t seed) {
  RowWriter writer(seed);
  std::string text;
  for (int64_t i = 0; i < rows; ++i) text += writer.Row(i);
  return BuildColumns(AllTypes(), text);
}

}  // namespace sluice::transform
