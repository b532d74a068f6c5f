#include "domain/capture.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tamarack::domain {
namespace {

constexpr std::array<std::string_view, 7> types{"any", "string", "number", "integer", "boolean", "object", "array"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

bool is_capture_name(std::string_view name) {
  if (name.empty() || name.size() > capture_name_bytes_max || !is_letter(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void put_capture(std::vector<Capture>& captures, const Capture& capture) {
  const auto same = std::find_if(captures.begin(), captures.end(), [&](const Capture& other) { return other.name == capture.name; });
  if (same == captures.end())
    captures.push_back(capture);
  else
    same->json = capture.json;
}

std::string_view kind_of_json(std::string_view json) {
  json = trim(json);
  if (json.empty()) return "null";
  switch (json.front()) {
    case '"':
      return "string";
    case '{':
      return "object";
    case '[':
      return "array";
    case 't':
    case 'f':
      return "boolean";
    case 'n':
      return "null";
    default:
      return "number";
  }
}

bool is_capture_type(std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_of_type(std::string_view json, std::string_view type) {
  json = trim(json);
  const std::string_view kind = kind_of_json(json);
  if (kind == "null" || json == "\"\"") return false;
  if (type == "integer") return kind == "number" && json.find_first_of(".eE") == std::string_view::npos;
  return type == "any" || type == kind;
}

}  // namespace tamarack::domain
