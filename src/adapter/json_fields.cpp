#include "adapter/json_fields.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::string_view half_document = "JSON ends in the middle";
constexpr std::int64_t whole_max = std::int64_t{1} << 53;  // JavaScript's exact integers end here

std::string_view kind_of(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "null";
}

// The value of "\uXXXX" at `at`, or -1.
int escape_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int value = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// JSON.stringify and Python's json.dumps both write half a surrogate pair as an escape that no strict parser takes.
std::string repair_surrogates(std::string text) {
  const auto is_high = [](int unit) { return unit >= 0xd800 && unit <= 0xdbff; };
  const auto is_low = [](int unit) { return unit >= 0xdc00 && unit <= 0xdfff; };
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const int unit = escape_at(text, at);
    if (is_high(unit) && is_low(escape_at(text, at + 6))) {
      at += 12;
    } else if (is_high(unit) || is_low(unit)) {
      text.replace(at, 6, "\\ufffd");
      at += 6;
    } else {
      at += 2;  // also steps over an escaped backslash
    }
  }
  return text;
}

}  // namespace

Result<boost::json::value> parse_json(std::string_view bytes) {
  boost::json::parse_options options;
  options.max_depth = json_depth_max;
  boost::json::error_code failure;
  boost::json::value value = boost::json::parse(repair_surrogates(to_valid_utf8(bytes)), failure, {}, options);
  if (failure == boost::json::error::incomplete)
    return make_error(ErrorCode::corrupt, fmt::format("{}, after {}", half_document, human_bytes(bytes.size())));
  if (failure == boost::json::error::too_deep)
    return make_error(ErrorCode::limit_exceeded, fmt::format("JSON is nested deeper than {} levels", json_depth_max));
  if (failure) return make_error(ErrorCode::corrupt, fmt::format("not valid JSON: {}", failure.message()));
  return value;
}

bool is_half_document(const Error& error) {
  return error.message.starts_with(half_document);
}

JsonFields::JsonFields(const boost::json::object& object, std::string path, std::optional<Error>& fault)
    : object_(object), path_(std::move(path)), fault_(fault) {}

const boost::json::value* JsonFields::find(std::string_view name) const {
  const boost::json::value* value = object_.if_contains(name);
  return value != nullptr && value->is_null() ? nullptr : value;
}

std::string JsonFields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void JsonFields::refuse(std::string_view name, std::string_view complaint) {
  if (!fault_) fault_ = make_error(ErrorCode::corrupt, fmt::format("field '{}' {}", path_of(name), complaint));
}

void JsonFields::refuse_type(std::string_view name, std::string_view expected, const boost::json::value& got) {
  refuse(name, fmt::format("must be {}, got {}", expected, kind_of(got)));
}

bool JsonFields::has(std::string_view name) const {
  return find(name) != nullptr;
}

std::string JsonFields::text(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return {};
  if (const boost::json::string* text = value->if_string()) return {text->data(), text->size()};
  refuse_type(name, "a string", *value);
  return {};
}

std::string JsonFields::required_text(std::string_view name) {
  std::string value = text(name);
  if (value.empty()) refuse(name, has(name) ? "must not be empty" : "is missing");
  return value;
}

std::int64_t JsonFields::whole(std::string_view name, std::int64_t fallback) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_number()) {
    refuse_type(name, "a number", *value);
    return fallback;
  }
  boost::json::error_code failure;
  const double number = value->to_number<double>(failure);
  if (failure || !std::isfinite(number) || number < 0 || number > static_cast<double>(whole_max)) {
    refuse(name, "must be a number from 0 to 2^53");
    return fallback;
  }
  return std::llround(number);
}

bool JsonFields::flag(std::string_view name, bool fallback) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return fallback;
  if (const bool* flag = value->if_bool()) return *flag;
  refuse_type(name, "true or false", *value);
  return fallback;
}

std::string JsonFields::json(std::string_view name) {
  const boost::json::value* value = object_.if_contains(name);
  if (value == nullptr) return {};
  // The library writes 1.5 as 1.5E0, which nobody wants to find in an address.
  if (const double* number = value->if_double()) return std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  return boost::json::serialize(*value);
}

std::vector<std::string> JsonFields::texts(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return {};
  const boost::json::array* array = value->if_array();
  if (array == nullptr) {
    refuse_type(name, "an array of strings", *value);
    return {};
  }
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (const boost::json::string* text = (*array)[i].if_string())
      texts.emplace_back(text->data(), text->size());
    else
      refuse_type(fmt::format("{}[{}]", name, i), "a string", (*array)[i]);
  }
  return texts;
}

std::vector<std::string> JsonFields::text_or_texts(std::string_view name) {
  const boost::json::value* value = find(name);
  if (value != nullptr && value->is_string()) return {text(name)};
  return texts(name);
}

void JsonFields::each(std::string_view name, const std::function<void(JsonFields&)>& read) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return;
  const boost::json::array* array = value->if_array();
  if (array == nullptr) return refuse_type(name, "an array of objects", *value);
  for (std::size_t i = 0; i < array->size() && !fault_; ++i) {
    const std::string place = fmt::format("{}[{}]", name, i);
    const boost::json::object* object = (*array)[i].if_object();
    if (object == nullptr) return refuse_type(place, "an object", (*array)[i]);
    JsonFields fields(*object, path_of(place), fault_);
    read(fields);
  }
}

void JsonFields::inside(std::string_view name, const std::function<void(JsonFields&)>& read) {
  const boost::json::value* value = find(name);
  if (value == nullptr) return;
  const boost::json::object* object = value->if_object();
  if (object == nullptr) return refuse_type(name, "an object", *value);
  JsonFields fields(*object, path_of(name), fault_);
  read(fields);
}

}  // namespace tamarack::adapter
