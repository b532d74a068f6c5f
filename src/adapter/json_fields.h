// Reads JSON that another program wrote: field by field, with the name of the field in every complaint. Missing and null fields are
// empty, unknown fields are ignored, a wrong type is remembered once and ends the reading. It refuses deep nesting and half documents.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// Only declared here: the library itself stays inside the source files.
namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace tamarack::adapter {

inline constexpr int json_depth_max = 32;

// Invalid UTF-8 and unpaired surrogate escapes (both are what a string cut in the middle of a character leaves behind) become U+FFFD.
Result<boost::json::value> parse_json(std::string_view bytes);
// Whether parse_json failed because the text breaks off, and not because it is something else.
bool is_half_document(const Error& error);

class JsonFields {
 public:
  // `path` names the object in messages: "" for the outermost, "errors[0]" inside.
  JsonFields(const boost::json::object& object, std::string path, std::optional<Error>& fault);

  bool has(std::string_view name) const;
  std::string text(std::string_view name);
  std::string required_text(std::string_view name);                      // present and not empty
  std::int64_t whole(std::string_view name, std::int64_t fallback = 0);  // 0 to 2^53; fractions are rounded
  bool flag(std::string_view name, bool fallback = false);
  std::string json(std::string_view name);  // any value as JSON text, null too; empty when there is none
  std::vector<std::string> texts(std::string_view name);
  std::vector<std::string> text_or_texts(std::string_view name);                     // one string stands for a list of one
  void each(std::string_view name, const std::function<void(JsonFields&)>& read);    // an array of objects
  void inside(std::string_view name, const std::function<void(JsonFields&)>& read);  // one object, if present
  void refuse(std::string_view name, std::string_view complaint);

 private:
  const boost::json::value* find(std::string_view name) const;
  void refuse_type(std::string_view name, std::string_view expected, const boost::json::value& got);
  std::string path_of(std::string_view name) const;

  const boost::json::object& object_;
  std::string path_;
  std::optional<Error>& fault_;
};

}  // namespace tamarack::adapter
