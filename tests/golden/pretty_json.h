// JSON with one field per line, so that a golden file's diff shows which field changed.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace tamarack {

inline void pretty_print(std::string& out, const boost::json::value& value, std::size_t depth) {
  const std::string indent(2 * depth + 2, ' ');
  const std::string outdent(2 * depth, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    for (auto at = object->begin(); at != object->end(); ++at) {
      out += indent + boost::json::serialize(boost::json::string(at->key())) + ": ";
      pretty_print(out, at->value(), depth + 1);
      out += std::next(at) == object->end() ? "\n" : ",\n";
    }
    out += outdent + "}";
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    for (auto at = array->begin(); at != array->end(); ++at) {
      out += indent;
      pretty_print(out, *at, depth + 1);
      out += std::next(at) == array->end() ? "\n" : ",\n";
    }
    out += outdent + "]";
  } else {
    out += boost::json::serialize(value);
  }
}

inline std::string pretty_json(std::string_view text) {
  std::string out;
  pretty_print(out, boost::json::parse(text), 0);
  return out + "\n";
}

}  // namespace tamarack
