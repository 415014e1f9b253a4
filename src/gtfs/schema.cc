// SPDX-License-Identifier: Apache-2.0
#include "gtfs/schema.h"

#include <google/protobuf/descriptor.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "gtfs_realtime.pb.h"

namespace sluice::gtfs {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

class Schemas {
 public:
  const MessageSchema* Message(const Descriptor* descriptor) {
    std::unique_ptr<MessageSchema>& slot = messages_[descriptor];
    if (slot) return slot.get();
    slot = std::make_unique<MessageSchema>();
    MessageSchema& message = *slot;
    message.name = descriptor->full_name().substr(descriptor->file()->package().size() + 1);
    message.fields.reserve(static_cast<size_t>(descriptor->field_count()));
    for (int i = 0; i < descriptor->field_count(); ++i) {
      message.fields.push_back(Field(descriptor->field(i)));
      const FieldSchema& field = message.fields.back();
      message.by_number.at(field.number) = &field;
      if (field.required) message.required |= 1U << field.number;
    }
    return &message;
  }

 private:
  FieldSchema Field(const FieldDescriptor* descriptor) {
    FieldSchema field;
    field.number = static_cast<uint32_t>(descriptor->number());
    field.repeated = descriptor->is_repeated();
    field.required = descriptor->is_required();
    field.name = descriptor->name();
    const std::string key = ",\"" + field.name + "\":";
    field.key_size = key.copy(field.key.data(), field.key.size());
    SetType(descriptor, &field);
    return field;
  }

  void SetType(const FieldDescriptor* descriptor, FieldSchema* field) {
    const auto set = [field](FieldType type, WireType wire_type) {
      field->type = type;
      field->wire_type = wire_type;
    };
    switch (descriptor->type()) {
      case FieldDescriptor::TYPE_BOOL: return set(FieldType::kBool, WireType::kVarint);
      case FieldDescriptor::TYPE_INT32: return set(FieldType::kInt32, WireType::kVarint);
      case FieldDescriptor::TYPE_UINT32: return set(FieldType::kUint32, WireType::kVarint);
      case FieldDescriptor::TYPE_INT64: return set(FieldType::kInt64, WireType::kVarint);
      case FieldDescriptor::TYPE_UINT64: return set(FieldType::kUint64, WireType::kVarint);
      case FieldDescriptor::TYPE_FLOAT: return set(FieldType::kFloat, WireType::kFixed32);
      case FieldDescriptor::TYPE_DOUBLE: return set(FieldType::kDouble, WireType::kFixed64);
      case FieldDescriptor::TYPE_STRING: return set(FieldType::kString, WireType::kBytes);
      case FieldDescriptor::TYPE_MESSAGE:
        field->message = Message(descriptor->message_type());
        return set(FieldType::kMessage, WireType::kBytes);
      case FieldDescriptor::TYPE_ENUM:
        field->enumeration = Enum(descriptor->enum_type());
        return set(FieldType::kEnum, WireType::kVarint);
      default: std::abort();  // a type that the walk does not know: schema_test finds it first
    }
  }

  const EnumSchema* Enum(const EnumDescriptor* descriptor) {
    EnumSchema& result = enums_[descriptor];
    for (int i = 0; i < descriptor->value_count(); ++i) {
      const auto* value = descriptor->value(i);
      result.names.at(static_cast<size_t>(value->number())) = '"' + value->name() + '"';
    }
    return &result;
  }

  std::map<const Descriptor*, std::unique_ptr<MessageSchema>> messages_;
  std::map<const EnumDescriptor*, EnumSchema> enums_;
};

const MessageSchema& Schema(const Descriptor* descriptor) {
  // One for all, so that messages are shared; never destroyed, since threads may outlive statics.
  static auto* schemas = new Schemas;
  return *schemas->Message(descriptor);
}

}  // namespace

const MessageSchema& FeedMessageSchema() {
  static const MessageSchema& schema = Schema(transit_realtime::FeedMessage::descriptor());
  return schema;
}

const MessageSchema& FeedHeaderSchema() {
  static const MessageSchema& schema = *FeedMessageSchema().Find(1)->message;
  return schema;
}

const MessageSchema& FeedEntitySchema() {
  static const MessageSchema& schema = *FeedMessageSchema().Find(2)->message;
  return schema;
}

}  // namespace sluice::gtfs
