// SPDX-License-Identifier: Apache-2.0
//
// The exact decoder's conversions of single tokens.
#include <bit>
#include <limits>

#include "decode/exact_decoder.h"
#include "decode/exact_number.h"
#include "decode/scalar_text.h"
#include "decode/utf8.h"

namespace sluice::decode {

namespace {

bool IsNumber(Token token) { return token == Token::kInteger || token == Token::kFloat; }

struct Range {
  int64_t low;
  int64_t high;
};

// Jackson lets a byte go up to 255 and wraps.
Range RangeOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte: return {-128, 255};
    case TypeKind::kShort: return {INT16_MIN, INT16_MAX};
    case TypeKind::kInt: return {INT32_MIN, INT32_MAX};
    default: return {INT64_MIN, INT64_MAX};
  }
}

// Names of the special numbers that a string may hold; false: another text.
bool SpecialText(const std::u16string& text, double* out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == u"NaN") {
    *out = std::numeric_limits<double>::quiet_NaN();
  } else if (text == u"+INF" || text == u"+Infinity" || text == u"Infinity") {
    *out = kInfinity;
  } else if (text == u"-INF" || text == u"-Infinity") {
    *out = -kInfinity;
  } else {
    return false;
  }
  return true;
}

}  // namespace

ExactDecoder::Outcome ExactDecoder::ConvertScalar(const Node& node, ExactTokenizer* in,
                                                  Value* out) {
  switch (node.type.kind()) {
    case TypeKind::kBoolean: return ConvertBoolean(in, node, out);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInt:
    case TypeKind::kLong: return ConvertInteger(in, node, out);
    case TypeKind::kFloat:
    case TypeKind::kDouble: return ConvertFloating(in, node, out);
    case TypeKind::kDecimal: return ConvertDecimal(in, node, out);
    case TypeKind::kString: return ConvertString(in, out);
    case TypeKind::kBinary: return ConvertBinary(in, node, out);
    default: return ConvertDateTime(in, node, out);
  }
}

ExactDecoder::Outcome ExactDecoder::ConvertBoolean(ExactTokenizer* in, const Node& node,
                                                   Value* out) {
  if (in->current() != Token::kTrue && in->current() != Token::kFalse) return WrongToken(in, node);
  out->is_null = false;
  out->bits = in->current() == Token::kTrue;
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertInteger(ExactTokenizer* in, const Node& node,
                                                   Value* out) {
  if (in->current() != Token::kInteger) return WrongToken(in, node);
  int64_t value = 0;
  const Range range = RangeOf(node.type.kind());
  if (!ToJavaLong(*in, &value) || value < range.low || value > range.high)
    return WrongToken(in, node);
  out->is_null = false;
  out->bits = value;
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertFloating(ExactTokenizer* in, const Node& node,
                                                    Value* out) {
  const bool is_float = node.type.kind() == TypeKind::kFloat;
  double value = 0;
  float single = 0;
  if (IsNumber(in->current())) {
    value = ToJavaDouble(*in);
    single = ToJavaFloat(*in);
  } else if (in->current() == Token::kString) {
    if (!in->FinishString()) return Syntax(*in);
    if (!SpecialText(in->text(), &value)) return WrongToken(in, node);
    single = static_cast<float>(value);
  } else {
    return WrongToken(in, node);
  }
  out->is_null = false;
  out->bits = is_float ? static_cast<__int128>(std::bit_cast<uint32_t>(single))
                       : static_cast<__int128>(std::bit_cast<uint64_t>(value));
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertDecimal(ExactTokenizer* in, const Node& node,
                                                   Value* out) {
  const bool is_string = in->current() == Token::kString;
  if (is_string && !in->FinishString()) return Syntax(*in);
  if (!is_string && (!IsNumber(in->current()) || in->is_special_number()))
    return WrongToken(in, node);
  const std::string text = Utf16ToUtf8(in->text());
  const int precision = node.type.precision();
  const int scale = node.type.scale();
  const bool fits = is_string ? ParseDecimalText(text, precision, scale, &out->bits)
                              : ParseDecimalNumber(text, precision, scale, &out->bits);
  if (!fits) return WrongToken(in, node);
  out->is_null = false;
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertString(ExactTokenizer* in, Value* out) {
  if (in->current() == Token::kString) {
    if (!in->FinishString()) return Syntax(*in);
    out->bytes = Utf16ToUtf8(in->text());
  } else if (!CopyCurrentStructure(in, &out->bytes)) {
    return Syntax(*in);
  }
  out->is_null = false;
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertBinary(ExactTokenizer* in, const Node& node,
                                                  Value* out) {
  if (in->current() != Token::kString) return WrongToken(in, node);
  if (!in->ReadBase64(&out->bytes)) return BadValue(in, node, "a string that is not base64");
  out->is_null = false;
  return Outcome::kGood;
}

ExactDecoder::Outcome ExactDecoder::ConvertDateTime(ExactTokenizer* in, const Node& node,
                                                    Value* out) {
  const TypeKind kind = node.type.kind();
  if (in->current() == Token::kInteger && kind == TypeKind::kTimestamp) {
    int64_t seconds = 0;
    if (!ToJavaLong(*in, &seconds)) return WrongToken(in, node);
    // Wraps as Java's multiplication does.
    out->bits = static_cast<int64_t>(static_cast<uint64_t>(seconds) * 1'000'000u);
    out->is_null = false;
    return Outcome::kGood;
  }
  if (in->current() != Token::kString) return WrongToken(in, node);
  if (!in->FinishString()) return Syntax(*in);
  if (in->text().empty()) return WrongToken(in, node);
  const std::string text = Utf16ToUtf8(in->text());
  int64_t micros = 0;
  int32_t days = 0;
  const DateTimeOutcome outcome = kind == TypeKind::kDate ? datetime_->Date(text, &days)
                                  : kind == TypeKind::kTimestamp
                                      ? datetime_->Timestamp(text, &micros)
                                      : datetime_->TimestampNtz(text, &micros);
  if (outcome == DateTimeOutcome::kBad) return WrongToken(in, node);
  if (outcome == DateTimeOutcome::kOnlyLegacy) {
    BadValue(in, node, "text " + text + " that only Spark 2 reads");
    return Outcome::kEnds;
  }
  out->is_null = false;
  out->bits = kind == TypeKind::kDate ? days : micros;
  return Outcome::kGood;
}

}  // namespace sluice::decode
