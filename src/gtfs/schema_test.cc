// SPDX-License-Identifier: Apache-2.0
#include "gtfs/schema.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace sluice::gtfs {
namespace {

void ForEachMessage(const MessageSchema& message, std::set<std::string>* seen,
                    const std::function<void(const MessageSchema&)>& visit) {
  if (!seen->insert(message.name).second) return;
  visit(message);
  for (const FieldSchema& field : message.fields) {
    if (field.message != nullptr) ForEachMessage(*field.message, seen, visit);
  }
}

// What the walk relies on; a new field of the schema that breaks it is found here.
TEST(Schema, FieldsAreWhatTheWalkCanWrite) {
  std::set<std::string> names;
  ForEachMessage(FeedMessageSchema(), &names, [](const MessageSchema& message) {
    uint32_t last = 0;
    for (const FieldSchema& field : message.fields) {
      const std::string name = message.name + "." + field.name;
      EXPECT_GT(field.number, last) << name << ": the walk wants the order of numbers";
      last = field.number;
      EXPECT_TRUE(!field.repeated || field.wire_type == WireType::kBytes)
          << name << ": repeated numbers may be packed, which the walk does not know";
      EXPECT_EQ(std::string(field.key.data(), field.key_size), ",\"" + field.name + "\":") << name;
      EXPECT_EQ(field.type == FieldType::kMessage, field.message != nullptr) << name;
      EXPECT_EQ(field.type == FieldType::kEnum, field.enumeration != nullptr) << name;
      EXPECT_EQ(message.Find(field.number), &field) << name;
    }
  });
  EXPECT_EQ(names.size(), 28u);
  EXPECT_TRUE(names.contains("TripUpdate.StopTimeUpdate.StopTimeProperties"));
}

TEST(Schema, FindsFieldsAndEnums) {
  const MessageSchema& header = FeedHeaderSchema();
  EXPECT_EQ(header.name, "FeedHeader");
  EXPECT_EQ(header.required, 1U << 1);
  EXPECT_EQ(*header.Find(2)->enumeration->Find(1), "\"DIFFERENTIAL\"");
  EXPECT_EQ(header.Find(2)->enumeration->Find(2), nullptr);
  EXPECT_EQ(header.Find(2)->enumeration->Find(-1), nullptr);
  EXPECT_EQ(header.Find(2)->enumeration->Find(32), nullptr);
  EXPECT_EQ(header.Find(5), nullptr);
  EXPECT_EQ(header.Find(1001), nullptr);
  EXPECT_TRUE(IsExtension(1000) && IsExtension(1999) && IsExtension(9999));
  EXPECT_FALSE(IsExtension(999) || IsExtension(2000) || IsExtension(10000));
}

}  // namespace
}  // namespace sluice::gtfs
