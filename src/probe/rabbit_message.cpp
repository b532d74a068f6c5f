#include "probe/rabbit_message.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "flow/answer.h"
#include "flow/json_path.h"

namespace tamarack::probe {
namespace {

using boost::json::value;

constexpr int depth_max = 16;

value text_of(const amqp_bytes_t& bytes) {
  return value(to_valid_utf8(view_of(bytes)));
}

value fields_of(const amqp_table_t& table, int depth);

value value_of(const amqp_field_value_t& field, int depth) {
  switch (field.kind) {
    case AMQP_FIELD_KIND_BOOLEAN:
      return value(field.value.boolean != 0);
    case AMQP_FIELD_KIND_I8:
      return value(field.value.i8);
    case AMQP_FIELD_KIND_U8:
      return value(field.value.u8);
    case AMQP_FIELD_KIND_I16:
      return value(field.value.i16);
    case AMQP_FIELD_KIND_U16:
      return value(field.value.u16);
    case AMQP_FIELD_KIND_I32:
      return value(field.value.i32);
    case AMQP_FIELD_KIND_U32:
      return value(field.value.u32);
    case AMQP_FIELD_KIND_I64:
      return value(field.value.i64);
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP:
      return value(field.value.u64);
    case AMQP_FIELD_KIND_F32:
      return value(static_cast<double>(field.value.f32));
    case AMQP_FIELD_KIND_F64:
      return value(field.value.f64);
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES:
      return text_of(field.value.bytes);
    case AMQP_FIELD_KIND_TABLE:
      return fields_of(field.value.table, depth + 1);
    case AMQP_FIELD_KIND_ARRAY: {
      boost::json::array items;
      for (int i = 0; i < field.value.array.num_entries && depth < depth_max; ++i)
        items.push_back(value_of(field.value.array.entries[i], depth + 1));
      return items;
    }
    default:
      return nullptr;
  }
}

value fields_of(const amqp_table_t& table, int depth) {
  boost::json::object fields;
  for (int i = 0; i < table.num_entries && depth < depth_max; ++i)
    fields[to_valid_utf8(view_of(table.entries[i].key))] = value_of(table.entries[i].value, depth);
  return fields;
}

}  // namespace

RabbitMessage message_of(const amqp_bytes_t& routing_key, const amqp_message_t& message) {
  RabbitMessage made{.exists = true};
  boost::json::object fields;
  fields["routing_key"] = text_of(routing_key);
  const bool has_headers = (message.properties._flags & AMQP_BASIC_HEADERS_FLAG) != 0;
  fields["headers"] = has_headers ? fields_of(message.properties.headers, 0) : boost::json::object();
  const std::string_view body = view_of(message.body);
  auto document = body.size() > flow::answer_bytes_max ? std::nullopt : flow::parse_document(body);
  const bool is_document = document && (document->is_object() || document->is_array());
  fields["body"] = is_document ? *std::move(document) : value(to_valid_utf8(body.substr(0, flow::answer_bytes_max)));
  made.json = boost::json::serialize(fields);
  made.truncated = body.size() > flow::answer_bytes_max || made.json.size() > flow::answer_bytes_max;
  if (made.truncated) made.json.resize(std::min(made.json.size(), flow::answer_bytes_max));
  return made;
}

}  // namespace tamarack::probe
