#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/check.h"
#include "config/generated.h"
#include "config/schema.h"

namespace tamarack::config {
namespace {

namespace json = boost::json;

// Descriptions are Markdown on the reference page and plain text in an editor's tooltip.
std::string plain(std::string_view markdown) {
  std::string out;
  for (const char c : markdown)
    if (c != '`') out += c;
  return out;
}

json::value as_json(std::string_view written) {
  json::error_code failed;
  json::value value = json::parse(json::string_view(written.data(), written.size()), failed);
  CHECK(!failed, "the table of keys has '{}', which is not JSON", written);
  return value;
}

json::object string_type(std::int64_t length_min) {
  json::object type{{"type", "string"}};
  if (length_min > 0) type["minLength"] = length_min;
  return type;
}

json::object integer_type(const Key& key) {
  return {{"type", "integer"}, {"minimum", key.min}, {"maximum", key.max}};
}

json::array words(std::span<const std::string_view> texts) {
  json::array out;
  for (const std::string_view text : texts) out.push_back(json::string(text.data(), text.size()));
  return out;
}

// A table under names that places can have.
json::object named(const json::object& value) {
  return {{"type", "object"}, {"propertyNames", json::object{{"pattern", "^[A-Za-z0-9_.-]{1,100}$"}}}, {"additionalProperties", value}};
}

json::object type_of(const Key& key) {
  switch (key.kind) {
    case Kind::text:
      return string_type(key.min);
    case Kind::integer:
      return key.min == key.max ? json::object{{"const", key.min}} : integer_type(key);
    case Kind::integer_or_auto:
      return {{"oneOf", json::array{integer_type(key), json::object{{"const", "auto"}}}}};
    case Kind::choice:
      return {{"enum", words(key.choices)}};
    case Kind::duration:
      return {{"type", "string"}, {"pattern", "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"}};
    case Kind::size:
      return {{"type", "string"}, {"pattern", "^[0-9]+(B|KB|MB|GB|TB)$"}};
    case Kind::date:
      return {{"type", "string"}, {"format", "date"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
    case Kind::list:
      return {{"type", "array"}, {"items", string_type(0)}, {"maxItems", key.max}};
    case Kind::environment:
      return {{"type", "object"},
              {"propertyNames", json::object{{"pattern", "^[A-Za-z_][A-Za-z0-9_]*$"}}},
              {"additionalProperties", string_type(0)}};
    case Kind::flag:
      return {{"type", "boolean"}};
    case Kind::scalar:
      return {{"type", json::array{"string", "number", "boolean"}}};
    case Kind::texts:
      return {{"type", "object"},
              {"additionalProperties", key.choices.empty() ? string_type(0) : json::object{{"enum", words(key.choices)}}}};
    case Kind::typed_names:
      return {{"oneOf", json::array{named(json::object{{"enum", words(capture_types())}}),
                                    json::object{{"type", "array"}, {"items", string_type(1)}}}}};
    case Kind::captures: {
      const json::object typed{
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", json::object{{"path", string_type(1)}, {"type", json::object{{"enum", words(capture_types())}}}}},
          {"required", json::array{"path"}}};
      return named(json::object{{"oneOf", json::array{string_type(1), typed}}});
    }
  }
  return {};
}

json::object key_schema(const Key& key) {
  json::object schema = type_of(key);
  schema["description"] = plain(key.description);
  if (!key.default_value.empty()) schema["default"] = as_json(key.default_value);
  const bool is_table =
      key.kind == Kind::environment || key.kind == Kind::texts || key.kind == Kind::typed_names || key.kind == Kind::captures;
  if (!is_table) schema["examples"] = json::array{as_json(key.example)};  // tables are not written as JSON is
  return schema;
}

json::array alternatives_schema(const Section& section) {
  json::array choices;
  json::array none;
  for (const std::string_view name : section.alternatives) {
    const json::object required{{"required", json::array{json::string(name.data(), name.size())}}};
    choices.push_back(required);
    none.push_back(required);
  }
  if (!section.alternative_required) choices.push_back(json::object{{"not", json::object{{"anyOf", none}}}});
  return choices;
}

json::object section_schema(const Section& section) {
  json::object properties;
  json::array required;
  for (const Key* key : keys_of(section.name)) {
    properties[json::string_view(key->name.data(), key->name.size())] = key_schema(*key);
    if (key->required) required.push_back(json::string(key->name.data(), key->name.size()));
  }
  for (const Section* child : sections_in(section.name)) {
    const std::string_view name = last_part(child->name);
    json::object schema = section_schema(*child);
    const json::string description(plain(child->description));
    if (child->repeated) schema = {{"type", "array"}, {"items", schema}, {"maxItems", 1000}};
    schema["description"] = description;
    properties[json::string_view(name.data(), name.size())] = std::move(schema);
    if (child->required) required.push_back(json::string(name.data(), name.size()));
  }
  json::object schema{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  if (!section.alternatives.empty()) schema["oneOf"] = alternatives_schema(section);
  return schema;
}

// Two spaces per level, so that a change of a key is a readable diff. Boost.JSON itself writes one line.
void write_pretty(const json::value& value, std::string& out, std::size_t depth) {
  const std::string indent(2 * depth, ' ');
  if (const json::object* object = value.if_object(); object && !object->empty()) {
    out += "{\n";
    std::size_t left = object->size();
    for (const auto& member : *object) {
      out += fmt::format("{}  {}: ", indent, json::serialize(json::string(member.key())));
      write_pretty(member.value(), out, depth + 1);
      out += --left > 0 ? ",\n" : "\n";
    }
    out += indent + "}";
  } else if (const json::array* array = value.if_array(); array && !array->empty() && array->front().is_object()) {
    out += "[\n";
    std::size_t left = array->size();
    for (const json::value& entry : *array) {
      out += indent + "  ";
      write_pretty(entry, out, depth + 1);
      out += --left > 0 ? ",\n" : "\n";
    }
    out += indent + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string json_schema() {
  json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"title", "tamarack.toml"},
                      {"description", "Configuration of Tamarack, version 1. Generated from src/config/keys.cpp."}};
  for (auto& member : section_schema(*find_section(""))) schema[member.key()] = member.value();
  std::string out;
  write_pretty(schema, out, 0);
  return out + "\n";
}

}  // namespace tamarack::config
